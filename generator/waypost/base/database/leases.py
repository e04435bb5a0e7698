"""Rows that one owner at a time works on: claims with a lease and a fencing epoch.

A claim gives its owner the row until the lease ends. The epoch of the row grows with each claim, so that an
owner that seemed dead and comes back late cannot pass for its successor. A time that was set by a clock
that was ahead is not believed: what is due only then is due now, and what is held until then is free.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


@dataclass(frozen=True)
class Leases:
    """The claims of one table, whose key is a single column. All times are milliseconds since 1970."""

    table: sa.Table
    """It has the columns `owner`, `leased_until` and `epoch`."""
    due: sa.Column[Any]
    """The column with the time at which a row is to be worked on next."""
    is_ahead: Callable[[sa.Column[Any], int], sa.ColumnElement[bool]]
    """Returns whether a clock that was ahead of `now` has set a column."""

    def is_due(self, now: int) -> sa.ColumnElement[bool]:
        """Return whether a row is to be worked on now."""
        return sa.or_(self.due <= now, self.is_ahead(self.due, now))

    def is_free(self, now: int) -> sa.ColumnElement[bool]:
        """Return whether nobody holds a row."""
        columns = self.table.c
        lease_is_over = sa.or_(columns.leased_until <= now, self.is_ahead(columns.leased_until, now))
        return sa.or_(columns.owner.is_(None), lease_is_over)

    def take(
        self, connection: Connection, keys: Collection[Any], owner: str, until: Any, **more: Any
    ) -> None:
        """Give these rows, which are free and locked, to an owner, and write more of their columns."""
        values = {"epoch": self.table.c.epoch + 1, "owner": owner, "leased_until": until, **more}
        connection.execute(self.table.update().where(_key_of(self.table).in_(keys)).values(values))


def release(connection: Connection, table: sa.Table, owner: str | None = None) -> None:
    """Give back what an owner holds, or what anybody holds; what comes of it is refused."""
    key, holder = _key_of(table), table.c.owner
    held = holder.is_not(None) if owner is None else holder == owner
    # Locked in the order of their keys, as recording does: two that wait for each other would end in a fault.
    found = sa.select(key).where(held).order_by(key).with_for_update()
    if keys := connection.scalars(found).all():
        free = {"owner": None, "leased_until": None}
        connection.execute(table.update().where(key.in_(keys)).values(free))


def _key_of(table: sa.Table) -> sa.Column[Any]:
    (key,) = table.primary_key.columns
    return key


def owner_name() -> str:
    """Return a name for this process that no other process has."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
