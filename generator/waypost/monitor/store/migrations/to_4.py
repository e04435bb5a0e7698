"""Version 4: what nobody reads is gone: events, the answers that confirmed a change, certificates told of."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database

_TABLES = {
    "state_change": """
        line INTEGER NOT NULL, confirmed_at BIGINT NOT NULL,
        at BIGINT NOT NULL, status SMALLINT NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (line, confirmed_at)""",
    "certificate": """
        line INTEGER NOT NULL PRIMARY KEY, expires BIGINT NOT NULL, seen_at BIGINT NOT NULL,
        warn_days INTEGER NOT NULL""",
}
_KEPT = {
    "state_change": "line, confirmed_at, at, status, reason",
    "certificate": "line, expires, seen_at, warn_days",
}


def migrate(database: Database, connection: Connection) -> None:
    """Drop the table of events and two columns; everything else stays as it is."""
    del database
    connection.exec_driver_sql("DROP TABLE event")
    for name, columns in _TABLES.items():
        # Made anew: the SQLite of some systems cannot drop a column yet.
        connection.exec_driver_sql(f"CREATE TABLE new_{name} ({columns})")
        kept = _KEPT[name]
        connection.exec_driver_sql(f"INSERT INTO new_{name} ({kept}) SELECT {kept} FROM {name}")  # noqa: S608  # our own names
        connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.exec_driver_sql(f"ALTER TABLE new_{name} RENAME TO {name}")
