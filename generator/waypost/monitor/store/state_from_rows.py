"""Find the state of a series again from its rows, where what is kept beside them cannot be gone on from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.partitions import DAY
from waypost.base.database.schema import coverage, observation, state_change
from waypost.base.database.values import from_ms
from waypost.formats.checks import Rules
from waypost.formats.observations import Series, SeriesState
from waypost.monitor.rules.states import COUNTED_ANSWERS, REMEMBERED, advance
from waypost.monitor.store.codec import STATUSES, dump_state, unpack


@dataclass(frozen=True)
class StateFromRows:
    """The state of a series by its rows, and the last stretch in which it was watched, in milliseconds."""

    state: SeriesState
    covered_from: int | None
    covered_until: int | None

    def row(self, number: int) -> dict[str, Any]:
        """Return the row of the series with this number."""
        return {
            "line": number,
            "state": dump_state(self.state),
            "covered_from": self.covered_from,
            "covered_until": self.covered_until,
        }


def state_from_changes(changes: Sequence[Any], covered: Any) -> StateFromRows:
    """Return the state that rows of changes, oldest first, and the last row of coverage end with."""
    state = SeriesState(
        STATUSES[changes[-1].status] if changes else None,
        # The first state ever is no change that could make a series look unsteady.
        changed=tuple(from_ms(row.confirmed_at) for row in changes[1:])[-REMEMBERED:],
    )
    return StateFromRows(
        state, covered.start if covered is not None else None, covered.end if covered is not None else None
    )


def state_from_rows(
    connection: Connection, number: int, series: Series, until: int, rules: Rules | None = None
) -> StateFromRows:
    """Return the state of a series by its rows up to a moment, as if nothing later were there.

    With `rules`, the answers since the last change are judged again, so that a failure that is about to be
    confirmed is not forgotten.
    """
    changes = _latest(connection, number, state_change.c.confirmed_at, (0, until), REMEMBERED + 1)
    covered = _latest(connection, number, coverage.c.start, (0, until), 1)
    found = state_from_changes(changes, covered[-1] if covered else None)
    state = found.state
    if rules:
        since = max(changes[-1].confirmed_at if changes else 0, until - DAY)
        answers = _latest(connection, number, observation.c.at, (since, until), COUNTED_ANSWERS)
        for row in answers:
            answer = unpack((row.at, row.latency, row.status, row.reason or ""), series)
            after, change = advance(state, answer, rules)
            # A change that no row tells of was of another configuration.
            state = after if change is None else state
    is_later = sa.select(sa.func.max(coverage.c.end)).where(coverage.c.line == number)
    state = replace(state, has_later_rows=(connection.scalar(is_later) or 0) > until)
    if found.covered_until is not None and found.covered_until > until:
        # A stretch that goes on beyond is not to be cut: what comes next begins one of its own.
        return StateFromRows(state, None, None)
    return replace(found, state=state)


def _latest(
    connection: Connection, number: int, at: sa.Column[Any], within: tuple[int, int], limit: int
) -> list[Any]:
    """Return the last rows of a series that are later than one moment and not later than another, oldest first."""
    table, (after, until) = at.table, within
    wanted = sa.select(table).where(table.c.line == number, at > after, at <= until)
    return list(reversed(connection.execute(wanted.order_by(at.desc()).limit(limit)).all()))
