"""Deliveries for operators: list them, and send again what did not come through."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime

from waypost.monitor.store.opening import open_database, opened_to_read
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import Delivery, DeliveryFilter, DeliveryState, EndpointState
from waypost.problems import Refused


def list_deliveries(url: str, wanted: DeliveryFilter, limit: int) -> list[Delivery]:
    """Return deliveries, newest first; raises StoreError."""
    with opened_to_read(url) as database:
        return Outbox(database).deliveries(wanted, limit) if database else []


def list_endpoints(url: str) -> list[EndpointState]:
    """Return the endpoints of subscribers, by their ids; raises StoreError."""
    with opened_to_read(url) as database:
        return Outbox(database).endpoints() if database else []


def replay(
    url: str,
    wanted: DeliveryFilter,
    now: datetime,
    confirm: Callable[[int], None],
    *,
    delivered: bool = False,
) -> int:
    """Send again what was given up, and with `delivered` also what came through; return how many deliveries.

    `confirm` is called with their number first, and may raise. Raises Refused where there are none, and StoreError.
    """
    states = [DeliveryState.FAILED, *([DeliveryState.DELIVERED] if delivered else [])]
    filters = [replace(wanted, state=state) for state in states]
    with closing(open_database(url)) as database:
        outbox = Outbox(database)
        count = sum(len(outbox.deliveries(one, limit=None)) for one in filters)
        if not count:
            raise Refused("There are no such deliveries.")
        confirm(count)
        return sum(outbox.replay(now, one) for one in filters)
