"""Rows that are taken out of their tables without being lost: each is kept as JSON, with why."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database
from waypost.base.database.schema import set_aside

SLICE = 2000
"""Rows that one transaction takes: a long one would keep the answers of checks waiting."""


@dataclass(frozen=True)
class LaterRule:
    """What is done with the rows of a table that are later than a moment, in milliseconds."""

    table: sa.Table
    is_later: Callable[[int], sa.ColumnElement[bool]]
    """Tells the rows that are meant, given the moment."""
    cut: Callable[[int], Mapping[str, Any]] | None = None
    """What such rows are changed to; None where they are removed. Changed, they are no longer meant."""


@dataclass
class SetAside:
    """How many rows were set aside, by their tables."""

    removed: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many there were in all."""
        return self.removed.total() + self.changed.total()


def count_later(connection: Connection, rules: tuple[LaterRule, ...], after: int) -> SetAside:
    """Return how many rows the rules mean."""
    found = SetAside()
    for rule in rules:
        wanted = sa.select(sa.func.count()).select_from(rule.table).where(rule.is_later(after))
        counts = found.removed if rule.cut is None else found.changed
        if count := connection.scalar(wanted):
            counts[rule.table.name] += count
    return found


def set_aside_later(
    database: Database, rules: tuple[LaterRule, ...], after: int, now: int, reason: str
) -> SetAside:
    """Keep a copy of the rows that the rules mean, and remove or change them; begun anew, it goes on where it ended."""
    done = SetAside()
    for rule in rules:
        counts = done.removed if rule.cut is None else done.changed
        while True:
            with database.write() as connection:
                moved = _take_slice(connection, rule, after, now, reason)
            if moved:
                counts[rule.table.name] += moved
            if moved < SLICE:
                break
    return done


def _take_slice(connection: Connection, rule: LaterRule, after: int, now: int, reason: str) -> int:
    keys = list(rule.table.primary_key.columns)
    wanted = sa.select(rule.table).where(rule.is_later(after)).order_by(*keys).limit(SLICE).with_for_update()
    rows = [row._asdict() for row in connection.execute(wanted)]
    if not rows:
        return 0
    copies = [{"at": now, "name": rule.table.name, "row": _dumped(row), "reason": reason} for row in rows]
    connection.execute(set_aside.insert(), copies)
    statement = rule.table.delete() if rule.cut is None else rule.table.update().values(**rule.cut(after))
    one = statement.where(*(key == sa.bindparam(f"b_{key.name}") for key in keys))
    connection.execute(one, [{f"b_{key.name}": row[key.name] for key in keys} for row in rows])
    return len(rows)


def put_back(
    database: Database,
    tables: Mapping[sa.Table, tuple[str, ...]],
    prepare: Callable[[Connection, sa.Table, Mapping[str, Any]], None],
) -> Counter[str]:
    """Put the rows of some tables back, all or none; return how many, by the names of their tables.

    A row that is there anew keeps all but the columns that are named with its table. `prepare` is called with each
    row before it is put back.
    """
    done: Counter[str] = Counter()
    by_name = {table.name: table for table in tables}
    with database.write() as connection:
        wanted = sa.select(set_aside).where(set_aside.c.name.in_(by_name)).order_by(set_aside.c.id)
        for kept in connection.execute(wanted).all():
            table, row = by_name[kept.name], _loaded(kept.row)
            prepare(connection, table, row)
            connection.execute(database.upsert(table, *tables[table]), [row])
            done[table.name] += 1
        connection.execute(set_aside.delete().where(set_aside.c.name.in_(by_name)))
    return done


def kept_rows(connection: Connection) -> Counter[str]:
    """Return how many rows are set aside, by the names of their tables."""
    found = sa.select(set_aside.c.name, sa.func.count()).group_by(set_aside.c.name)
    return Counter({row[0]: row[1] for row in connection.execute(found)})


def _dumped(row: Mapping[str, Any]) -> str:
    values = {
        name: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for name, value in row.items()
    }
    return json.dumps(values, separators=(",", ":"))


def _loaded(text: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(text)
    return {
        name: base64.b64decode(value["base64"]) if isinstance(value, dict) else value
        for name, value in values.items()
    }
