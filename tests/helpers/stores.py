"""Fill a store as a poller does: plan, claim, record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from waypost.base.database.engine import Database
from waypost.formats.checks import Flapping, Rules
from waypost.formats.observations import Claim, Outcome, Plan, Recorded, Series
from waypost.formats.status import Observation, StateChange
from waypost.formats.status_config import Policy
from waypost.history.store import HistoryStore
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import open_database
from waypost.notify.outbox import Outbox


class Store(MonitorStore, HistoryStore):
    """All that a database keeps as one object, since tests look at several rooms together."""

    def __init__(self, where: str | Database) -> None:
        self.database = open_database(where) if isinstance(where, str) else where
        super().__init__(self.database)
        self.outbox = Outbox(self.database)

    def close(self) -> None:
        self.database.close()


EVERY = timedelta(minutes=1)
RULES = Rules(3, 2, EVERY, Flapping())
GAP = timedelta(minutes=3)


def series_of(seen: Observation) -> Series:
    return Series(seen.component, seen.check, seen.region)


def plan_of(series: Series, every: timedelta = EVERY, phase: float = 0.0) -> Plan:
    return Plan(series, every, phase, timedelta(seconds=12))


def take(store: Store, plans: Sequence[Plan], now: datetime, owner: str = "test") -> list[Claim]:
    """Plan these lines alone in their regions, and claim them whenever they are due."""
    regions = {plan.series.region for plan in plans}
    store.plan(plans, now, regions)
    store.make_due([plan.series for plan in plans], now)
    return store.claim(now, owner, regions, len(plans))


def keep(
    store: Store, answers: Iterable[Observation], gap: timedelta = GAP, rules: Rules = RULES
) -> list[Recorded]:
    """Claim and record answers, one of each line, whenever they are."""
    seen = {series_of(answer): answer for answer in answers}
    now = max(answer.at for answer in seen.values())
    claims = take(store, [plan_of(series) for series in seen], now)
    return store.record(
        [Outcome(claim, now + EVERY, now + EVERY, rules, gap, seen[claim.series]) for claim in claims]
    )


def observed(store: Store, seen: Observation, gap: timedelta, policy: Policy) -> StateChange | None:
    """Record one answer by a page's policy; return the change that it confirms."""
    rules = Rules(policy.down_after, policy.up_after, EVERY, policy.flapping)
    return keep(store, [seen], gap, rules)[0].change
