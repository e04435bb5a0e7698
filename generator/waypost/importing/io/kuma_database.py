"""Read the tables of an Uptime Kuma database (kuma.db); the file is never written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from waypost.importing.io.json_documents import unusable
from waypost.importing.rules.histories import Json

MAX_ROWS = 20_000
"""Rows of one table: more pages, monitors or outages than anybody looks at."""

MAX_STEPS = 400_000_000
"""Instructions of SQLite for one table, so that no crafted file keeps it busy for ever."""

_TABLES: Mapping[str, str] = {
    "status_page": "",
    "status_page_cname": "",
    "group": "",
    "monitor": "",
    "monitor_group": "",
    "incident": "",
    "maintenance": "",
    "maintenance_timeslot": "",
    "monitor_maintenance": "",
    "maintenance_status_page": "",
    "setting": "WHERE key IN ('serverTimezone', 'primaryBaseURL')",
    "heartbeat": "WHERE important = 1 ORDER BY time DESC, id DESC",
}
"""What is read, of the schema of 1.x and of 2.x; of the heartbeats those that changed a state, newest first."""

_COLUMNS = frozenset(
    (
        *(
            "id",
            "name",
            "title",
            "description",
            "domain",
            "published",
            "password",
            "public",
            "active",
            "weight",
        ),
        *(
            "status_page_id",
            "group_id",
            "monitor_id",
            "maintenance_id",
            "content",
            "style",
            "pin",
            "strategy",
        ),
        *(
            "created_date",
            "last_updated_date",
            "start_date",
            "end_date",
            "timezone",
            "key",
            "value",
            "status",
            "time",
        ),
    )
)
"""The columns that are read. The others hold addresses, passwords and tokens."""


def is_database(file: Path) -> bool:
    """Tell whether a file is a database of SQLite."""
    with file.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\x00"


def read_tables(file: Path) -> dict[str, list[Json]]:
    """Return the rows of each table that is there; raises ProblemsFound where the file cannot be read."""
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size:
        message = f"{log.name} beside it holds what is not in it yet. Stop Uptime Kuma first, and copy the file again."
        raise unusable(file.as_posix(), message)
    # Immutable: SQLite makes no file beside it, and takes no lock.
    address = f"file:{quote(file.resolve().as_posix())}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            return dict(_tables(database))
    except (sqlite3.Error, OverflowError) as error:
        raise unusable(file.as_posix(), f"The database cannot be read: {error}.") from None


def _tables(database: sqlite3.Connection) -> Iterator[tuple[str, list[Json]]]:
    database.text_factory = lambda data: data.decode(errors="replace")
    database.execute("PRAGMA trusted_schema = OFF")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000)
    plain = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    there = {name for (name,) in database.execute(plain)}
    for table, condition in _TABLES.items():
        if table in there:
            database.set_progress_handler(_StepLimit(), 1_000_000)
            every = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            columns = [name for name in every if name in _COLUMNS]
            listed = ", ".join(f'"{name}"' for name in columns)
            query = f'SELECT {listed} FROM "{table}" {condition} LIMIT {MAX_ROWS}'  # noqa: S608  # names of ours
            yield (
                table,
                [dict(zip(columns, row, strict=True)) for row in database.execute(query)] if columns else [],
            )


class _StepLimit:
    """Ends a query that takes too many steps."""

    def __init__(self) -> None:
        self._left = MAX_STEPS // 1_000_000

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0
