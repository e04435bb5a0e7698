"""Repair a database into which a wrong clock wrote: its rows are set aside, and can be put back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from waypost.base.clock import AHEAD
from waypost.base.database.engine import Database
from waypost.base.database.set_aside import SetAside, count_later
from waypost.base.database.values import to_ms
from waypost.monitor.store.opening import opened_to_read, opened_to_write
from waypost.monitor.store.wrong_clock import RULES, later_rows, put_rows_back, set_rows_aside
from waypost.notify.outbox.wrong_clock import RULES as OUTBOX_RULES


@dataclass(frozen=True)
class Repair:
    """What is, or would be, set aside."""

    after: datetime
    """Rows that are later than this are meant."""
    rows: SetAside
    latest: datetime | None
    """The last moment that the rows of history among them tell of."""


def plan_repair(url: str, after: datetime | None, now: datetime) -> Repair:
    """Return what a repair would set aside, and change nothing. Raises StoreError."""
    with opened_to_read(url) as database:
        return _found(database, after, now) if database else Repair(after or now, SetAside(), None)


def repair(url: str, after: datetime | None, now: datetime) -> Repair:
    """Set aside what is later than a moment; without one, what is later than now by more than clocks may differ.

    Raises StoreError, also where another process polls into a SQLite database.
    """
    with opened_to_write(url) as database:
        found = _found(database, after, now)
        if not found.rows.total:
            return found
        return Repair(
            found.after, set_rows_aside(database, found.after, now, more=OUTBOX_RULES), found.latest
        )


def restore(url: str) -> Counter[str]:
    """Put the rows of history back that were set aside, by whom ever; return how many, by table.

    Raises StoreError, and SealedSince where days that they are of were sealed meanwhile.
    """
    with opened_to_write(url) as database:
        return put_rows_back(database)


def _found(database: Database, after: datetime | None, now: datetime) -> Repair:
    rules = (*RULES, *OUTBOX_RULES)
    with database.read() as connection:
        if after is None and not count_later(connection, rules, to_ms(now + AHEAD)).total:
            return Repair(now, SetAside(), None)
        limit = after or now
        rows = count_later(connection, rules, to_ms(limit))
        return Repair(limit, rows, later_rows(connection, limit).latest)
