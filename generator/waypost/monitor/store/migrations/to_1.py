"""Version 1: the tables of the first Waypost, in which every row spells out its component and check."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database

STATEMENTS = (
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT)",
    """CREATE TABLE observation (
        at BIGINT NOT NULL, component TEXT NOT NULL, "check" TEXT NOT NULL,
        status TEXT NOT NULL, latency BIGINT NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (at, component, "check"))""",
    """CREATE TABLE state_change (
        component TEXT NOT NULL, "check" TEXT NOT NULL, confirmed_at BIGINT NOT NULL,
        at BIGINT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (component, "check", confirmed_at))""",
    """CREATE TABLE coverage (
        component TEXT NOT NULL, "check" TEXT NOT NULL, start BIGINT NOT NULL, "end" BIGINT NOT NULL,
        PRIMARY KEY (component, "check", start))""",
    'CREATE INDEX observation_by_check ON observation (component, "check", at)',
)


def migrate(database: Database, connection: Connection) -> None:
    """Make the tables in an empty database."""
    del database
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
