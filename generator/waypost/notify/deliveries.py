"""What was sent to whom: list it, and send again what did not come through."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from waypost.monitor.store.opening import open_database, opened_to_read
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import Delivery, DeliveryState, EndpointState
from waypost.problems import Refused

MOST = 1_000_000
"""How many are counted before they are sent again."""


@dataclass(frozen=True)
class Selection:
    """Which deliveries are meant; what is None or empty leaves none out."""

    endpoint: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    ids: Collection[int] = ()


def list_deliveries(url: str, state: str | None, selection: Selection, limit: int) -> list[Delivery]:
    """Return deliveries, newest first, of one state where one is named; raises StoreError."""
    wanted = DeliveryState(state) if state else None
    with opened_to_read(url) as database:
        return Outbox(database).deliveries(wanted, *_parts(selection), limit=limit) if database else []


def list_endpoints(url: str) -> list[EndpointState]:
    """Return where subscribers are reached, by their ids; raises StoreError."""
    with opened_to_read(url) as database:
        return Outbox(database).endpoints() if database else []


def replay(
    url: str, selection: Selection, now: datetime, confirm: Callable[[int], None], *, delivered: bool = False
) -> int:
    """Send again what was given up, and with `delivered` also what came through; return how many deliveries.

    `confirm` is called with their number first, and may raise. Raises Refused where there are none, and StoreError.
    """
    states = [DeliveryState.FAILED, *([DeliveryState.DELIVERED] if delivered else [])]
    with closing(open_database(url)) as database:
        outbox, parts = Outbox(database), _parts(selection)
        count = sum(len(outbox.deliveries(state, *parts, limit=MOST)) for state in states)
        if not count:
            raise Refused("There are no such deliveries.")
        confirm(count)
        return sum(outbox.replay(now, state, *parts) for state in states)


def _parts(
    selection: Selection,
) -> tuple[str | None, datetime | None, datetime | None, Collection[int] | None]:
    return selection.endpoint, selection.since, selection.until, selection.ids or None
