"""The store of history as a whole: read, added to from elsewhere, and sealed day by day."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from waypost.base.database.engine import StoreError
from waypost.base.database.schema import digest as table
from waypost.history.store.importing import Importer
from waypost.monitor.store.reading import Reader


class HistoryStore(Importer, Reader):
    """The rows of history and the chain of daily digests. Every method raises StoreError, as `MonitorStore` does."""

    def digests(self) -> list[tuple[date, str]]:
        """Return the digest of each sealed day, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.day))
            return [(date.fromisoformat(row.day), row.digest) for row in rows]

    def add_digest(self, day: date, digest: str) -> None:
        """Seal a day; raise StoreError where it was sealed with another digest: a sealed day never changes."""
        mine = table.c.day == day.isoformat()
        with self._database.write() as connection:
            connection.execute(self._database.upsert(table).values(day=day.isoformat(), digest=digest))
            kept = connection.scalar(sa.select(table.c.digest).where(mine))
        if kept != digest:
            raise StoreError(
                f"The history of {day} was sealed with another digest. Run `waypost history verify`."
            )
