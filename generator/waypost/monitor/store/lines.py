"""The numbers of lines: rows name a component's check in a region by a small number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database
from waypost.base.database.schema import line as table
from waypost.formats.observations import Line


class Lines:
    """Remembers the numbers of one database, which never change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: dict[Line, int] = {}
        self._names: dict[int, Line] = {}

    def numbers(self, wanted: Iterable[Line]) -> Mapping[Line, int]:
        """Return the numbers of some lines; those that have none yet are given one, in a transaction of its own."""
        wanted = set(wanted)
        if wanted - self._numbers.keys():
            self._load()
        if missing := wanted - self._numbers.keys():
            self._add(missing)
            self._load()
        return {line: self._numbers[line] for line in wanted}

    def named(self, connection: Connection, numbers: Iterable[int]) -> Mapping[int, Line]:
        """Return the lines with these numbers."""
        numbers = set(numbers)
        if not numbers <= self._names.keys():
            self._names = names(connection)
        return {number: self._names[number] for number in numbers}

    def _add(self, missing: set[Line]) -> None:
        unique = [table.c.component, table.c.check, table.c.region]
        insert = self._database.insert(table).on_conflict_do_nothing(index_elements=unique)
        rows = [
            {"component": line.component, "check": line.check, "region": line.region}
            for line in sorted(missing)
        ]
        with self._database.write() as connection:
            connection.execute(insert, rows)

    def _load(self) -> None:
        with self._database.read() as connection:
            self._numbers = {line: number for number, line in names(connection).items()}


class Rows:
    """The rows of one database. The stores are made of subclasses, each of which knows some of the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lines = Lines(database)


def names(connection: Connection) -> dict[int, Line]:
    """Return every line by its number."""
    return {
        row.id: Line(row.component, row.check, row.region) for row in connection.execute(sa.select(table))
    }
