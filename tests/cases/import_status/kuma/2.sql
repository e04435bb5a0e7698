-- What 2.x changes: times with T, end times of heartbeats, incidents that are resolved, more columns.
ALTER TABLE heartbeat ADD end_time DATETIME;
ALTER TABLE heartbeat ADD response TEXT;
ALTER TABLE incident ADD user_id INTEGER;
ALTER TABLE status_page ADD rss_title VARCHAR(255);
CREATE TABLE stat_daily (id INTEGER PRIMARY KEY AUTOINCREMENT, monitor_id INTEGER, timestamp INTEGER, ping FLOAT, up SMALLINT, down SMALLINT);
UPDATE heartbeat SET time = replace(time, ' ', 'T') || 'Z';
UPDATE incident SET active = 0, pin = 0, last_updated_date = '2026-02-12T11:00:00.000Z' WHERE id = 3;
