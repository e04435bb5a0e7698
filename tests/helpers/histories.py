"""Histories: any that hypothesis can think of, and a store of them without a database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from helpers.sketches import sketch_of
from waypost.formats.observations import Resolution, Rollup, Series
from waypost.formats.status import MEASURED, ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.reading.rules.history import clipped, merged, missing
from waypost.reading.rules.history_text import milliseconds

FEW = settings(max_examples=30, deadline=None)
"""Enough to find what was broken by hand; the whole suite has minutes, not hours."""

START = datetime(2026, 10, 30, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)

Row = TypeVar("Row", StateChange, Coverage, UplinkGap)

LINES = (
    Series("downloads", "http-1"),
    Series("downloads", "tcp-2"),
    Series("uploads", "http-1", "eu"),
    Series("uploads", "http-1", "us"),
)
REASONS = st.one_of(
    st.just(""), st.sampled_from(["HTTP status 503", "a\tb\nc", " spaced  out ", "\u2028\ud800\x1b[2J"])
)
_HOUR = 3_600_000
# Whole hours are likely to meet midnights and each other; the others are not.
moments = st.one_of(
    st.integers(0, 6 * 24).map(lambda hours: START + hours * _HOUR * MILLISECOND),
    st.integers(0, 6 * 24 * _HOUR).map(lambda number: START + number * MILLISECOND),
)
lengths = st.one_of(st.integers(1, 72).map(lambda hours: hours * _HOUR), st.integers(1, 90_000_000)).map(
    lambda number: number * MILLISECOND
)


@st.composite
def changes(draw: st.DrawFn) -> StateChange:
    series, at, status = draw(st.sampled_from(LINES)), draw(moments), draw(st.sampled_from(MEASURED))
    confirmed = at + draw(st.integers(0, 200_000)) * MILLISECOND
    return StateChange(series.component, series.check, at, status, confirmed, draw(REASONS), series.region)


@st.composite
def stretches(draw: st.DrawFn) -> Coverage:
    series, start = draw(st.sampled_from(LINES)), draw(moments)
    return Coverage(series.component, series.check, start, start + draw(lengths), series.region)


@st.composite
def gaps(draw: st.DrawFn) -> UplinkGap:
    start = draw(moments)
    return UplinkGap(start, start + draw(lengths), draw(st.sampled_from(["", "eu", "us"])))


def _line_and_moment(change: StateChange) -> tuple[str, str, str, datetime]:
    return change.component, change.check, change.region, change.confirmed_at


histories = st.builds(
    History,
    # No database holds two changes of one line that were confirmed at the same moment.
    st.lists(changes(), max_size=8, unique_by=_line_and_moment).map(tuple),
    st.lists(stretches(), max_size=8).map(tuple),
    st.lists(gaps(), max_size=3).map(tuple),
)


def shuffled(history: History, seed: int) -> History:
    """Return the same rows in another order, each of some twice."""
    random = Random(seed)  # noqa: S311  # an order, not a secret

    def mixed(rows: Sequence[Row]) -> tuple[Row, ...]:
        twice = [*rows, *(row for row in rows if random.random() < 0.3)]
        random.shuffle(twice)
        return tuple(twice)

    return History(mixed(history.changes), mixed(history.coverage), mixed(history.uplink))


def quiet_days(first: date, number: int, series: Series = LINES[0]) -> History:
    """Return so many days on which a line was watched and well."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    change = StateChange(
        series.component, series.check, start, ComponentStatus.OPERATIONAL, start, "", series.region
    )
    return History(
        (change,), (Coverage(series.component, series.check, start, start + number * DAY, series.region),)
    )


class MemoryStore:
    """Keeps rows as a database does: whole milliseconds, and never two changes of one line and moment."""

    def __init__(self, history: History = History()) -> None:  # noqa: B008  # it cannot be changed
        self.rows = merged(history)
        self.kept: dict[date, str] = {}
        self.asked_since: list[datetime | None] = []
        self.rollups: list[Rollup] = []

    def confirmed_until(self, now: datetime) -> datetime:
        """Believe the clock of the test."""
        return now

    def set_aside(self) -> int:
        return 0

    def history(self, since: datetime | None = None) -> History:
        self.asked_since.append(since)
        if since is None:
            return self.rows
        whole = clipped(self.rows, since, END)
        return History(whole.changes, whole.coverage, whole.uplink)

    def digests(self) -> list[tuple[date, str]]:
        return sorted(self.kept.items())

    def add_digest(self, day: date, digest: str) -> None:
        assert self.kept.setdefault(day, digest) == digest

    def import_rows(self, history: History) -> None:
        self.rows = merged(self.rows, missing(history, self.rows))

    def latency(self, since: datetime, until: datetime, resolution: Resolution | str) -> list[Rollup]:
        assert resolution == Resolution.DAY
        return [rollup for rollup in self.rollups if since <= rollup.at < until]

    def answered(self, series: Series, day: date, latencies: Iterable[int]) -> None:
        """Note what a line answered on a day, all of it well."""
        values = list(latencies)
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        counts = {ComponentStatus.OPERATIONAL: len(values)}
        self.rollups.append(Rollup(series, at, counts, sketch_of(values).to_bytes()))


def at_each(rows: Iterable[tuple[datetime, datetime]], moment: datetime) -> bool:
    """Tell whether any of some stretches holds a moment."""
    return any(start <= moment < end for start, end in rows)


def edges(*histories: History) -> list[datetime]:
    """Return every moment at which something may change, and one between each two of them."""
    found = {
        edge
        for each in histories
        for row in (*each.coverage, *each.uplink)
        for edge in (row.start, row.end or END)
    }
    inside = sorted(found)
    return inside + [a + (b - a) / 2 for a, b in itertools.pairwise(inside)]


def watched(history: History, series: Series) -> Callable[[datetime], bool]:
    """Return a function that says whether a line was watched at a moment."""
    rows = [
        (row.start, row.end)
        for row in history.coverage
        if Series(row.component, row.check, row.region) == series
    ]
    return lambda moment: at_each(rows, moment)


def cut_off(history: History, region: str) -> Callable[[datetime], bool]:
    """Return a function that says whether the connection of a region was down at a moment."""
    rows = [(gap.start, gap.end or END) for gap in history.uplink if gap.region == region]
    return lambda moment: at_each(rows, moment)


def in_milliseconds(history: History) -> set[tuple[object, ...]]:
    """Return the rows of a history as a set that can be compared."""
    return {
        *(
            (
                row.component,
                row.check,
                row.region,
                milliseconds(row.confirmed_at),
                milliseconds(row.at),
                row.status,
            )
            for row in history.changes
        ),
        *(
            (row.component, row.check, row.region, milliseconds(row.start), milliseconds(row.end))
            for row in history.coverage
        ),
        *((gap.region, milliseconds(gap.start), milliseconds(gap.end or END)) for gap in history.uplink),
    }
