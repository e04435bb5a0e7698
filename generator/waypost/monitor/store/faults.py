"""Our own faults in the database, where other processes and the notices for operators read them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, StoreError
from waypost.base.database.schema import fault
from waypost.base.database.values import clean_text, from_ms, optional_moment, to_ms
from waypost.base.faults import SHORTEST, Fault, FaultKind, Faults
from waypost.monitor.store.opening import opened_to_read

KEEP_FAULTS = timedelta(days=90)
"""How long a fault that is over is kept."""

RECENT = timedelta(hours=24)
"""How long after its end a fault can still be news for operators."""

ALIVE = timedelta(minutes=3)
"""A fault that lasts is confirmed by its process within this time; of one that is not, the process has died."""


def write_faults(database: Database, owner: str, faults: Iterable[Fault], now: datetime) -> None:
    """Write the faults of a process as they are now, in one transaction. Raises StoreError."""
    rows = [
        {
            "kind": item.kind.value,
            "subject": clean_text(item.subject),
            "owner": owner,
            "since": to_ms(item.since),
            "message": clean_text(item.message),
            "count": item.count,
            "last_at": to_ms(now),
            "until": to_ms(item.until) if item.until else None,
        }
        for item in faults
    ]
    if rows:
        with database.write() as connection:
            connection.execute(database.upsert(fault, "message", "count", "last_at", "until"), rows)


def present_faults(connection: Connection, now: datetime) -> list[Fault]:
    """Return the faults that last, of every process that is alive, oldest first."""
    is_alive = fault.c.last_at >= to_ms(now - ALIVE)
    return _select(connection, sa.and_(fault.c.until.is_(None), is_alive))


def recent_faults(connection: Connection, since: datetime) -> list[Fault]:
    """Return the faults that began, lasted or ended since a moment, oldest first."""
    return _select(connection, fault.c.last_at >= to_ms(since))


def stored_faults(database: Database, now: datetime) -> tuple[Fault, ...]:
    """Return the faults that operators are to hear of, oldest first: those that last, and those that ended lately.

    Of one whose process has died it is not known whether it is over: it is left out until the next process ends it.
    Raises StoreError.
    """
    with database.read() as connection:
        lasting = present_faults(connection, now)
        recent = recent_faults(connection, now - RECENT)
    return tuple(item for item in recent if item.until is not None or item in lasting)


def read_present_faults(url: str, now: datetime) -> list[Fault]:
    """Return the faults that last, from a database that may not be there yet; raises StoreError."""
    with opened_to_read(url) as database:
        if database is None:
            return []
        with database.read() as connection:
            return present_faults(connection, now)


def end_faults(database: Database, owner: str | None = None) -> None:
    """End what a process that is gone has left open, or what any process has. Raises StoreError."""
    is_open = fault.c.until.is_(None)
    condition = is_open if owner is None else sa.and_(is_open, fault.c.owner == owner)
    with database.write() as connection:
        # More than when it was met last is not known of it; a clock that was set back must not end it too early.
        earliest = fault.c.since + SHORTEST // timedelta(milliseconds=1)
        until = sa.case((fault.c.last_at > earliest, fault.c.last_at), else_=earliest)
        connection.execute(fault.update().where(condition).values(until=until))


def prune_faults(database: Database, now: datetime) -> None:
    """Forget what was over long ago, or was left by a process that died. Raises StoreError."""
    with database.write() as connection:
        connection.execute(fault.delete().where(fault.c.last_at < to_ms(now - KEEP_FAULTS)))


def _select(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Fault]:
    rows = connection.execute(sa.select(fault).where(condition).order_by(fault.c.since, fault.c.kind))
    known = {kind.value for kind in FaultKind}
    return [
        Fault(
            FaultKind(row.kind),
            row.subject,
            row.message,
            from_ms(row.since),
            row._mapping["count"],
            optional_moment(row.until),
        )
        for row in rows
        if row.kind in known
    ]


CONFIRM_EVERY = timedelta(minutes=1)
"""How often a process confirms the faults that last."""


class FaultJournal:
    """Keeps the faults of one process in the database."""

    def __init__(self, database: Database, faults: Faults, owner: str, *, alone: bool) -> None:
        self._database = database
        self._faults = faults
        self._owner = owner
        self._alone = alone
        """Whether no other process polls into the database, so that every open fault is one of the dead."""
        self._has_begun = False
        self._confirmed: datetime | None = None

    def turn(self, now: datetime) -> None:
        """Write what began, ended or lasts. Raises StoreError, and writes it at the next turn then."""
        if not self._has_begun:
            end_faults(self._database, None if self._alone else self._owner)
            self._has_begun = True
        changed = self._faults.take_changed()
        lasting = self._faults.present() if self._is_time_to_confirm(now) else ()
        rows = {(fault.key, fault.since): fault for fault in (*lasting, *changed)}
        try:
            write_faults(self._database, self._owner, rows.values(), now)
        except BaseException:
            self._faults.give_back(changed)
            raise
        if lasting:
            self._confirmed = now

    def close(self) -> None:
        """End what lasts: a process that has ended cannot say how it goes on."""
        with contextlib.suppress(StoreError):
            end_faults(self._database, self._owner)

    def _is_time_to_confirm(self, now: datetime) -> bool:
        return self._confirmed is None or not timedelta(0) <= now - self._confirmed < CONFIRM_EVERY
