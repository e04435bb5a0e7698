-- The tables of Uptime Kuma 1.23, with the columns that matter and some that must not.
CREATE TABLE monitor (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(150), active BOOLEAN DEFAULT 1, url TEXT, type VARCHAR(20), weight INTEGER DEFAULT 2000, basic_auth_pass TEXT, push_token VARCHAR(20), description TEXT, parent INTEGER);
CREATE TABLE status_page (id INTEGER PRIMARY KEY AUTOINCREMENT, slug VARCHAR(255), title VARCHAR(255), description TEXT, icon VARCHAR(255), theme VARCHAR(30), published BOOLEAN DEFAULT 1, password VARCHAR, created_date DATETIME);
CREATE TABLE status_page_cname (id INTEGER PRIMARY KEY AUTOINCREMENT, status_page_id INTEGER, domain VARCHAR);
CREATE TABLE `group` (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(255), created_date DATETIME, public BOOLEAN DEFAULT 0, active BOOLEAN DEFAULT 1, weight BOOLEAN DEFAULT 1000, status_page_id INTEGER);
CREATE TABLE monitor_group (id INTEGER PRIMARY KEY AUTOINCREMENT, monitor_id INTEGER, group_id INTEGER, weight BOOLEAN DEFAULT 1000, send_url BOOLEAN DEFAULT 0);
CREATE TABLE heartbeat (id INTEGER PRIMARY KEY AUTOINCREMENT, important BOOLEAN DEFAULT 0, monitor_id INTEGER, status SMALLINT, msg TEXT, time DATETIME, ping INTEGER, duration INTEGER DEFAULT 0, down_count INTEGER DEFAULT 0);
CREATE TABLE incident (id INTEGER PRIMARY KEY AUTOINCREMENT, title VARCHAR(255), content TEXT, style VARCHAR(30) DEFAULT 'warning', created_date DATETIME, last_updated_date DATETIME, pin BOOLEAN DEFAULT 1, active BOOLEAN DEFAULT 1, status_page_id INTEGER);
CREATE TABLE maintenance (id INTEGER PRIMARY KEY AUTOINCREMENT, title VARCHAR(150), description TEXT, user_id INTEGER, active BOOLEAN DEFAULT 1, strategy VARCHAR(50) DEFAULT 'single', start_date DATETIME, end_date DATETIME, start_time TIME, end_time TIME, weekdays VARCHAR2(250) DEFAULT '[]', days_of_month TEXT DEFAULT '[]', interval_day INTEGER, cron TEXT, timezone VARCHAR(255), duration INTEGER);
CREATE TABLE monitor_maintenance (id INTEGER PRIMARY KEY AUTOINCREMENT, monitor_id INTEGER, maintenance_id INTEGER);
CREATE TABLE maintenance_status_page (id INTEGER PRIMARY KEY AUTOINCREMENT, status_page_id INTEGER, maintenance_id INTEGER);
CREATE TABLE setting (id INTEGER PRIMARY KEY AUTOINCREMENT, key VARCHAR(200), value TEXT, type VARCHAR(20));

INSERT INTO status_page (id, slug, title, published, password) VALUES (1, 'acme', 'Acme', 1, NULL), (2, 'inside', 'Inside', 0, NULL), (3, 'partners', 'Partners', 1, 'hash');
INSERT INTO status_page_cname (status_page_id, domain) VALUES (1, 'status.acme.example');
INSERT INTO monitor (id, name, url, type, basic_auth_pass, push_token, description) VALUES
  (1, 'API', 'https://api.inside.example', 'http', 'hunter2', NULL, 'runs on db7'),
  (2, 'Web', 'https://web.acme.example', 'http', NULL, NULL, NULL),
  (3, 'Database', '10.0.0.7:5432', 'port', NULL, 'tok3n', NULL);
INSERT INTO `group` (id, name, public, weight, status_page_id) VALUES (1, 'Pages', 1, 2, 1), (2, 'Services', 1, 1, 1), (3, 'Machines', 1, 1, 2);
INSERT INTO monitor_group (monitor_id, group_id, weight) VALUES (1, 2, 1), (2, 1, 1), (3, 3, 1);
INSERT INTO heartbeat (important, monitor_id, status, msg, time) VALUES
  (1, 1, 1, '200 - OK', '2026-01-01 10:00:00.100'),
  (1, 1, 0, 'connect ECONNREFUSED 10.0.0.7:5432', '2026-02-01 10:00:00.123'),
  (0, 1, 0, 'connect ECONNREFUSED 10.0.0.7:5432', '2026-02-01 10:01:00.123'),
  (1, 3, 0, 'timeout', '2026-02-01 10:02:00.000'),
  (1, 1, 1, '200 - OK', '2026-02-01 10:20:00.456'),
  (1, 2, 0, '503', '2026-02-03 10:00:00'),
  (1, 2, 3, 'Monitor under maintenance', '2026-02-03 10:30:00'),
  (1, 2, 1, '200 - OK', '2026-02-03 11:00:00'),
  (1, 2, 0, '503', '2026-02-05 10:00:00');
INSERT INTO incident (id, title, content, style, created_date, last_updated_date, pin, active, status_page_id) VALUES
  (1, 'Slow pages', 'Pages are **slow**.', 'warning', '2026-02-10 10:00:00', '2026-02-10 12:00:00', 0, 1, 1),
  (2, 'Welcome', 'This is our new page.', 'info', '2026-02-11 10:00:00', NULL, 1, 1, 1),
  (3, 'We are down', 'Nothing works.', 'danger', '2026-02-12 10:00:00', NULL, 1, 1, 1),
  (4, 'Secret', 'For us only.', 'danger', '2026-02-12 10:00:00', NULL, 1, 1, 2),
  (5, 'Odd', 'Something was odd.', 'warning', '2026-02-09 10:00:00', NULL, 0, 1, 1);
INSERT INTO maintenance (id, title, description, strategy, start_date, end_date, timezone, cron, duration) VALUES
  (1, 'New disks', 'The API is away.', 'single', '2026-07-01 22:00', '2026-07-01 23:00', 'America/New_York', NULL, NULL),
  (2, 'Weekly restart', 'Short breaks.', 'recurring-weekday', '2026-01-01 00:00', NULL, 'UTC', '0 3 * * 1', 3600),
  (3, 'Inside', 'For us only.', 'single', '2026-07-02 22:00', '2026-07-02 23:00', NULL, NULL, NULL),
  (4, 'New cables', '', 'single', '2026-07-03 22:00:00', '2026-07-03 23:00:00', 'SAME_AS_SERVER', NULL, NULL);
INSERT INTO monitor_maintenance (monitor_id, maintenance_id) VALUES (1, 1), (3, 1), (2, 2), (3, 3), (2, 4);
INSERT INTO maintenance_status_page (status_page_id, maintenance_id) VALUES (1, 1), (1, 2), (2, 3), (1, 4);
INSERT INTO setting (key, value) VALUES ('serverTimezone', '"Europe/Berlin"'), ('jwtSecret', 'do-not-read');
