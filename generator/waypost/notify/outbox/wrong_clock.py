"""Times in the outbox that a wrong clock set, and what they become when that is repaired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from waypost.base.database.schema import delivery, delivery_host, endpoint
from waypost.base.database.set_aside import LaterRule
from waypost.base.database.values import span_ms
from waypost.notify.rules.deliveries import LONGEST

_TIMES = (delivery.c.created_at, delivery.c.last_at, delivery.c.delivered_at)


def _not_after(after: int, *columns: sa.Column[Any]) -> Mapping[str, Any]:
    return {column.name: sa.case((column > after, after), else_=column) for column in columns}


RULES = (
    LaterRule(
        endpoint,
        lambda after: endpoint.c.set_at > after,
        lambda after: {
            **_not_after(after, endpoint.c.next_at, endpoint.c.set_at),
            "owner": None,
            "leased_until": None,
        },
    ),
    LaterRule(
        endpoint,
        lambda after: sa.or_(endpoint.c.disabled_at > after, endpoint.c.failing_since > after),
        # A clock that jumps days ahead makes an endpoint look as if it had failed all that time.
        lambda _: {"disabled_at": None, "disabled_reason": None, "failing_since": None},
    ),
    LaterRule(
        delivery_host,
        # Later than any pause lasts.
        lambda after: delivery_host.c.open_until > after + span_ms(LONGEST),
        lambda _: {"open_until": None},
    ),
    LaterRule(
        delivery,
        lambda after: sa.or_(*(column > after for column in _TIMES)),
        lambda after: _not_after(after, *_TIMES),
    ),
)
