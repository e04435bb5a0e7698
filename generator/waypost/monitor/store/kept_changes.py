"""The changes of state of a database as a process read them last, so that it reads only what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.schema import state_change
from waypost.base.database.values import from_ms
from waypost.formats.observations import Series
from waypost.formats.status import StateChange
from waypost.monitor.store.codec import STATUSES

_MODULUS = 1_000_003
"""Keeps every term of a checksum small: the sum of very many must fit into 64 bits."""

ChangeRow = tuple[int, int, int, int, str]
"""The number of its series, when it was confirmed, when it truly began (both in milliseconds), its state and reason."""

Checksum = tuple[int, ...]


class KeptChanges:
    """The changes that one database had when they were read last.

    They are trusted while a checksum that the database makes of all rows up to the last of them is theirs: rows
    that came in late, were repaired or imported, and another database in its place make it read all again.
    """

    def __init__(self) -> None:
        self._rows: tuple[StateChange, ...] = ()
        self._names: Mapping[int, Series] = {}
        self._until = -1
        self._checksum: Checksum = ()

    def read(self, connection: Connection, by_number: Mapping[int, Series]) -> tuple[StateChange, ...]:
        """Return all changes by the time of their confirmation; as long as none is new, the same ones."""
        if not self._holds(connection, by_number):
            self._rows, self._until, self._checksum = (), -1, ()
        new = change_rows(connection, by_number, state_change.c.confirmed_at > self._until)
        if new:
            self._rows += tuple(change_of(by_number, row) for row in new)
            self._until = new[-1][1]
            self._checksum = _added(self._checksum, new)
        self._names = dict(by_number)
        return self._rows

    def _holds(self, connection: Connection, by_number: Mapping[int, Series]) -> bool:
        if not self._rows or not self._names.items() <= by_number.items():
            return False
        table = state_change.c
        terms = _terms(table.line, table.confirmed_at, table.at, table.status, sa.func.length(table.reason))
        wanted = sa.select(sa.func.count(), *map(sa.func.sum, terms)).where(table.confirmed_at <= self._until)
        return tuple(int(value or 0) for value in connection.execute(wanted).one()) == self._checksum


def change_rows(
    connection: Connection, by_number: Mapping[int, Series], *where: sa.ColumnElement[bool]
) -> list[ChangeRow]:
    """Return the rows of changes, by the time of their confirmation, and by name where times are equal."""
    table = state_change.c
    wanted = sa.select(table.line, table.confirmed_at, table.at, table.status, table.reason).where(*where)
    ranks = {number: place for place, number in enumerate(sorted(by_number, key=by_number.__getitem__))}
    found = [
        (line, known, at, status, reason) for line, known, at, status, reason in connection.execute(wanted)
    ]
    return sorted(found, key=lambda row: (row[1], ranks[row[0]]))


def change_of(by_number: Mapping[int, Series], row: ChangeRow) -> StateChange:
    """Return a row as a change."""
    number, confirmed_at, at, status, reason = row
    component, check, region = by_number[number]
    return StateChange(component, check, from_ms(at), STATUSES[status], from_ms(confirmed_at), reason, region)


def _added(checksum: Checksum, rows: Sequence[ChangeRow]) -> Checksum:
    """Return the checksum of rows that have one already, and of more of them."""
    terms = (_terms(line, confirmed, at, status, len(reason)) for line, confirmed, at, status, reason in rows)
    sums = [len(rows), *map(sum, zip(*terms, strict=True))]
    return tuple(old + new for old, new in zip(checksum or [0] * len(sums), sums, strict=True))


def _terms(line: Any, confirmed_at: Any, at: Any, status: Any, length: Any) -> tuple[Any, ...]:
    """Return what is summed up of a row, of numbers here and of columns in the database."""
    start, known = at % _MODULUS, confirmed_at % _MODULUS
    return line, start, known, length, start * (line + status) % _MODULUS, start * known % _MODULUS
