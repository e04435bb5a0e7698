-- Up to 1.20 every window was a row of its own, in UTC.
CREATE TABLE maintenance_timeslot (id INTEGER PRIMARY KEY AUTOINCREMENT, maintenance_id INTEGER, start_date DATETIME, end_date DATETIME, generated_next BOOLEAN DEFAULT 0);
INSERT INTO maintenance_timeslot (maintenance_id, start_date, end_date) VALUES
  (1, '2026-07-02 02:00:00', '2026-07-02 03:00:00'), (2, '2026-01-05 03:00:00', '2026-01-05 04:00:00'), (2, '2026-01-12 03:00:00', '2026-01-12 04:00:00');
