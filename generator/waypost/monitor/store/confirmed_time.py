"""Which past is surely past: a clock that was ahead for a moment must neither seal nor forget anything."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.schema import coverage
from waypost.base.database.values import from_ms, span_ms, to_ms

CONFIRMATION = timedelta(hours=1)
"""How much history must follow a moment before days up to it are sealed, or rows forgotten by it."""


def confirmed_until(connection: Connection, now: datetime) -> datetime:
    """Return the latest moment up to `now` that is surely past: watched, and an hour of history follows it.

    A clock that was ahead for some minutes confirms nothing. Where nothing was ever watched, `now` is believed.
    """
    moment = to_ms(now)
    last = connection.scalar(sa.select(sa.func.max(coverage.c.end)).where(coverage.c.end <= moment))
    reaching = connection.scalar(
        sa.select(sa.func.count()).where(coverage.c.start <= moment, coverage.c.end > moment)
    )
    if reaching:
        last = moment
    if last is None:
        return now
    limit = last - span_ms(CONFIRMATION)
    covered = connection.scalar(
        sa.select(
            sa.func.max(sa.case((coverage.c.end > limit, limit), else_=coverage.c.end)),
        ).where(coverage.c.start <= limit)
    )
    return from_ms(0 if covered is None else covered)
