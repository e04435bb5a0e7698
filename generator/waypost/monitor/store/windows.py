"""The windows that maintenance had: files have only the present one, and a page must say when it was moved."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import datetime

from waypost.base.database.engine import StoreError
from waypost.base.database.schema import maintenance_window
from waypost.base.database.values import to_ms
from waypost.formats.status import Maintenance
from waypost.formats.status_site import AnnouncedWindow, History
from waypost.monitor.store.opening import open_database
from waypost.monitor.store.reading import read_windows
from waypost.status.rules.maintenance import changed_windows

log = logging.getLogger("waypost")


def with_present_windows(url: str, history: History, works: Iterable[Maintenance], now: datetime) -> History:
    """Keep the windows of work that is not over, where they are new, and return the history with them.

    A page is made all the same where the database cannot be written.
    """
    works = tuple(works)
    if not any(changed_windows(_known(history.windows, now), works, now)):
        return history
    try:
        with closing(open_database(url)) as database, database.write() as connection:
            # Another process may have been the first to see them.
            for window in changed_windows(_known(read_windows(connection), now), works, now):
                row = database.upsert(maintenance_window, "start", "end", "updates", "has_update")
                connection.execute(
                    row.values(
                        work=window.work,
                        seen_at=to_ms(window.seen_at),
                        start=to_ms(window.start),
                        end=to_ms(window.end),
                        updates=window.updates,
                        has_update=int(window.has_update),
                    )
                )
            return replace(history, windows=read_windows(connection))
    except StoreError:
        log.warning("The windows of maintenance could not be kept.", exc_info=True)
        return history


def _known(windows: Iterable[AnnouncedWindow], now: datetime) -> tuple[AnnouncedWindow, ...]:
    """Leave out what is later than now: a wrong clock made that page."""
    return tuple(window for window in windows if window.seen_at <= now)
