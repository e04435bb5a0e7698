"""The days of a component in words, for the lists that say more than its bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from waypost.base.i18n import Words, duration_text
from waypost.formats.status import ComponentStatus
from waypost.status.rules.days import DayDetail
from waypost.status.rules.uptime import DAY

LINKS = 5
"""How many incidents and maintenance of a day are named; the history has all of them."""

ROWS_ON_A_PAGE = 200
"""How many days a page of all components lists, so that it stays light; each component has all on its own page."""


def rows_shown(components: int) -> int:
    """Return how many days of each component stand on a page of so many components: three at least."""
    return max(3, ROWS_ON_A_PAGE // max(1, components))


@dataclass(frozen=True)
class DayRow:
    """A day, or neighbouring days without data, in words."""

    first: date
    last: date
    name: str
    """Such as Friday 20 November."""
    status: ComponentStatus
    """The worst state, as the bar shows it."""
    lines: tuple[str, ...]
    """What happened, and for how long."""
    known: str = ""
    """For how much of the day there are data; empty where nothing is measured."""
    links: tuple[tuple[str, str], ...] = ()
    """Incidents and maintenance: address below the root of the status page, and title."""


def day_rows(
    details: Sequence[DayDetail], silent: Sequence[date], words: Words, *, is_measured: bool
) -> tuple[DayRow, ...]:
    """Return days in words, the newest first: those with details, and those without any data, which are `silent`."""
    rows = {detail.summary.day: _row(detail, words, is_measured=is_measured) for detail in details}
    for run in _runs([day for day in silent if day not in rows]):
        rows[run[-1]] = _silent_row(run, words)
    return tuple(rows[day] for day in sorted(rows, reverse=True))


def _runs(days: Sequence[date]) -> list[list[date]]:
    """Put neighbouring days together; they are oldest first."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _silent_row(run: Sequence[date], words: Words) -> DayRow:
    status = ComponentStatus.NO_DATA
    line = words.say(f"status.state.{status}")
    first, last = (words.date("status.date.day", day) for day in (run[0], run[-1]))
    name = (
        words.date("status.date.weekday_long", run[0])
        if len(run) == 1
        else words.say("status.days.run", first=first, last=last)
    )
    return DayRow(run[0], run[-1], name, status, (line,))


def _row(detail: DayDetail, words: Words, *, is_measured: bool) -> DayRow:
    summary = detail.summary
    lines = [
        words.say(f"status.days.spent.{status}", duration=duration_text(timedelta(seconds=spent), words))
        for status, spent in summary.states
    ]
    if not lines:
        is_silent = summary.status is ComponentStatus.NO_DATA
        lines = [words.say(f"status.days.{'silent' if is_silent else 'well'}")]
    links = [
        *((f"incidents/{item.id}/", item.title) for item in detail.incidents),
        *((f"maintenance/{item.work.id}/", item.work.title) for item in detail.works),
    ]
    if len(links) > LINKS:
        links[LINKS - 1 :] = [("history/", words.say("list.more", count=len(links) - LINKS + 1))]
    name = words.date("status.date.weekday_long", summary.day)
    known = _known_line(detail, words) if is_measured else ""
    return DayRow(summary.day, summary.day, name, summary.status, tuple(lines), known, tuple(links))


def _known_line(detail: DayDetail, words: Words) -> str:
    """Say for how much of a day there are data, rounded down: less than a whole day is never all of it."""
    part = "part" if detail.summary.no_data else "all"
    so_far = "" if detail.is_over else "_so_far"
    return words.say(f"status.days.known.{part}{so_far}", percent=int(detail.known * 100 + 1e-9))
