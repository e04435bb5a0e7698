"""Fill a store as a poller does: plan, claim, record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from waypost.base.database.engine import Database
from waypost.formats.checks import Flapping, HttpCheck, Rules
from waypost.formats.expectations import Expect
from waypost.formats.observations import Claim, Plan, RecordedOutcome, Series
from waypost.formats.status import Coverage, Observation, StateChange
from waypost.formats.status_config import Policy
from waypost.formats.status_site import History
from waypost.history.store import HistoryStore
from waypost.monitor.rules.schedule import CheckOutcome, Job
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import open_database
from waypost.notify.outbox import Outbox
from waypost.status.rules.check_series import SILENCE


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


def series_of(answer: Observation) -> Series:
    return Series(answer.component, answer.check, answer.region)


def plan_of(series: Series, every: timedelta = EVERY, phase: float = 0.0) -> Plan:
    return Plan(series, every, phase, timedelta(seconds=12))


def job_of(series: Series, rules: Rules = RULES, gap: timedelta = GAP, warn_days: int = 0) -> Job:
    """Return the job of a series with these rules; a silence longer than `gap` is no data."""
    return Job(series, _check(gap, warn_days), rules)


@cache
def _check(gap: timedelta, warn_days: int) -> HttpCheck:
    return HttpCheck(
        http="http://127.0.0.1:9/", every=gap / SILENCE, expect=Expect(certificate_days=warn_days)
    )


def take(store: Store, plans: Sequence[Plan], now: datetime, owner: str = "test") -> list[Claim]:
    """Plan these lines alone in their regions, and claim them whenever they are due."""
    regions = {plan.series.region for plan in plans}
    store.plan(plans, now, regions)
    store.make_due([plan.series for plan in plans], now)
    return store.claim(now, owner, regions, len(plans))


def keep(
    store: Store, answers: Iterable[Observation], gap: timedelta = GAP, rules: Rules = RULES
) -> list[RecordedOutcome]:
    """Claim and record answers, one of each line, whenever they are."""
    by_series = {series_of(answer): answer for answer in answers}
    now = max(answer.at for answer in by_series.values())
    claims = take(store, [plan_of(series) for series in by_series], now)
    return store.record(
        [
            CheckOutcome(
                claim, job_of(claim.series, rules, gap), now + EVERY, now + EVERY, by_series[claim.series]
            )
            for claim in claims
        ]
    )


def confirm(store: Store, now: datetime) -> None:
    """Let a series be watched for the two hours up to now, so that the time before them is surely past."""
    store.import_rows(History(coverage=(Coverage("other", "http-1", now - timedelta(hours=2), now),)))


def observed(store: Store, answer: Observation, gap: timedelta, policy: Policy) -> StateChange | None:
    """Record one answer by a page's policy; return the change that it confirms."""
    rules = Rules(policy.down_after, policy.up_after, EVERY, policy.flapping)
    return keep(store, [answer], gap, rules)[0].change
