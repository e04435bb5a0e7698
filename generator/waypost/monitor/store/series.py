"""The numbers of series: rows name a component's check in a region by a small number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database
from waypost.base.database.schema import series as table
from waypost.formats.observations import Series


class SeriesNumbers:
    """Remembers the numbers of one database, which never change while it stays the same one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._generation = database.generation
        self._numbers: dict[Series, int] = {}
        self._names: dict[int, Series] = {}

    def numbers(self, wanted: Iterable[Series]) -> Mapping[Series, int]:
        """Return the numbers of some series; those that have none yet are given one, in a transaction of its own."""
        wanted = set(wanted)
        self._forget_others()
        if wanted - self._numbers.keys():
            self._load()
        if missing := wanted - self._numbers.keys():
            self._add(missing)
            self._load()
        return {series: self._numbers[series] for series in wanted}

    def named(self, connection: Connection, numbers: Iterable[int]) -> Mapping[int, Series]:
        """Return the series with these numbers."""
        numbers = set(numbers)
        self._forget_others()
        if not numbers <= self._names.keys():
            self._names = names(connection)
        return {number: self._names[number] for number in numbers}

    def _forget_others(self) -> None:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._numbers, self._names = {}, {}

    def _add(self, missing: set[Series]) -> None:
        unique = [table.c.component, table.c.check, table.c.region]
        insert = self._database.insert(table).on_conflict_do_nothing(index_elements=unique)
        rows = [
            {"component": series.component, "check": series.check, "region": series.region}
            for series in sorted(missing)
        ]
        with self._database.write() as connection:
            connection.execute(insert, rows)

    def _load(self) -> None:
        with self._database.read() as connection:
            self._numbers = {series: number for number, series in names(connection).items()}


class SeriesRows:
    """The rows of one database. The stores are made of subclasses, each of which knows some of the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._series = SeriesNumbers(database)

    @property
    def generation(self) -> int:
        """Grows when another database has taken the place of the one that was opened."""
        return self._database.generation


def names(connection: Connection) -> dict[int, Series]:
    """Return every series by its number."""
    return {
        row.id: Series(row.component, row.check, row.region) for row in connection.execute(sa.select(table))
    }
