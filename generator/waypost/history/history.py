"""History as text and its proof: export and import of rows, and the seal of every day that is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from waypost.base.database.engine import StoreError
from waypost.base.files.file_tree import write_atomic
from waypost.base.sketch import Sketch
from waypost.formats.observations import Resolution, Rollup, Series
from waypost.formats.status_config import StatusConfig
from waypost.formats.status_site import History
from waypost.history.rules.proof import SEAL_AFTER, chain, last_settled_day
from waypost.history.store import HistoryStore
from waypost.monitor.store.opening import opened_to_read, opened_to_write
from waypost.problems import ProblemsFound, Refused
from waypost.reading.io.history_files import (
    FOLDER,
    HistoryText,
    exported_tables,
    history_files,
    load_history_text,
    load_tables,
)
from waypost.reading.project import load_project
from waypost.reading.rules.history import (
    DailyFigures,
    Times,
    clipped,
    first_day,
    merged,
    midnight,
    missing,
    times_by_day,
)
from waypost.reading.rules.history_text import Digest, lines_by_day
from waypost.reading.site import Site
from waypost.status.rules.check_series import SILENCE

DAY = timedelta(days=1)
AT_ONCE = timedelta(days=365)
"""The most days that one call seals, because polling waits for it."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)


# Sealing


def settling_time(config: StatusConfig) -> timedelta:
    """Return how long after its end a day may still change: an answer may confirm an earlier state."""
    longest = max(
        (check.every for component in config.flat for check in component.checks), default=SEAL_AFTER
    )
    return max(SEAL_AFTER, longest * SILENCE)


def seal_days(store: HistoryStore, now: datetime, settling: timedelta = SEAL_AFTER) -> list[Digest]:
    """Keep the digest of every day that is surely over for `settling` and has none yet; return the new ones.

    The chain begins with the day of the first row and has every day from there on. Call it as often as
    you like: days that are sealed stay as they are, and after a large import each call seals a year.
    """
    kept = store.digests()
    last = min(last_settled_day(now, settling), store.confirmed_until(now).astimezone(UTC).date() - DAY)
    if kept:
        latest, previous = max(kept)
        first = latest + DAY
        history = store.history(since=midnight(first)) if first <= last else History()
    else:
        history, previous = store.history(), ""
        first = first_day(history) or last + DAY
    sealed = chain(history, first, min(last, first + AT_ONCE), previous)
    for day, digest in sealed:
        store.add_digest(day, digest)
    return sealed


# Export


@dataclass(frozen=True)
class Exported:
    """The result of an export."""

    first: date | None
    """The first day that the database has rows of; None where it has none that are old enough."""
    until: date
    """The last day that was exported."""
    written: tuple[str, ...]
    """The tables that were new or changed, from the root of the site."""
    other_digests: int
    """Days for which the text has the digest of another database, too."""


class NotOver(Refused):
    """A day may still change; the message names the last one that can be exported."""


def export_days(site: Site, url: str, until: date | None, now: datetime) -> Exported:
    """Write the rows of the days up to `until`, or of all that are over, from a database into status/history/.

    Raises NotOver, ProblemsFound and StoreError.
    """
    last = last_exportable(site, now)
    if until and until > last:
        raise NotOver(f"{until} may still change. The last day that can be exported now is {last}.")
    with opened_to_read(url) as database:
        if database is None:
            raise StoreError("There is no database yet. Run `waypost poll` or `waypost run` first.")
        return export_history(site, HistoryStore(database), until or last)


def last_exportable(site: Site, now: datetime) -> date:
    """Return the last day (UTC) of which nothing changes any more; raises ProblemsFound for a broken site."""
    return last_settled_day(now, settling_time(load_project(site).status.config))


def export_history(site: Site, store: HistoryStore, until: date) -> Exported:
    """Write the rows of all days up to `until` into status/history/, beside what is there already.

    Only tables whose text changes are written, each as a whole or not at all. Raises ProblemsFound where
    a table that is there cannot be read: nothing is written then.
    """
    files, problems = exported_tables(site.root)
    there, found = load_tables(site.root, files)
    if problems or found:
        raise ProblemsFound([*problems, *found])
    rows = clipped(store.history(), BEGINNING, midnight(until) + DAY)
    first = first_day(rows)
    figures = daily_figures(store, rows, first, until) if first else ()
    digests = {day: (digest,) for day, digest in store.digests() if day <= until}
    text = there.with_more(HistoryText(rows, figures, digests))
    tables = history_files(text, _last_day(text, until))
    written = [
        f"{FOLDER}/{name}" for name, data in tables.items() if write_atomic(site.root / FOLDER / name, data)
    ]
    others = sum(len(found) > 1 for found in text.digests.values())
    return Exported(first, until, tuple(written), others)


def daily_figures(store: HistoryStore, rows: History, first: date, last: date) -> tuple[DailyFigures, ...]:
    """Return what each series did on each day on which it was watched."""
    rollups = store.latency(midnight(first), midnight(last) + DAY, Resolution.DAY)
    answers = {(rollup.at.date(), rollup.series): rollup for rollup in rollups}
    return tuple(
        _figures(day, series, times, answers.get((day, series)))
        for (day, series), times in times_by_day(rows, first, last).items()
    )


def _figures(day: date, series: Series, times: Times, answers: Rollup | None) -> DailyFigures:
    if answers is None:
        return DailyFigures(day, series, times)
    sketch = Sketch.from_bytes(answers.sketch)
    p50, p95 = (None if value is None else round(value) for value in map(sketch.quantile, (0.5, 0.95)))
    return DailyFigures(day, series, times, sum(answers.counts.values()), p50, p95)


def _last_day(text: HistoryText, until: date) -> date:
    """Return the last day that anything is of: an earlier export may have gone further."""
    ends = [
        *(change.confirmed_at for change in text.history.changes),
        *(row.end for row in text.history.coverage),
        *(gap.end for gap in text.history.uplink if gap.end),
    ]
    return max([until, *(end.astimezone(UTC).date() for end in ends)])


# Import


def import_tables(site: Site, url: str, paths: Sequence[Path]) -> Imported:
    """Add status/history/, or the tables and folders that are named, to a database.

    Raises ProblemsFound and StoreError.
    """
    text = read_tables(site, paths)
    with opened_to_write(url) as database:
        return import_history(HistoryStore(database), text)


def read_tables(site: Site, paths: Sequence[Path]) -> HistoryText:
    """Read status/history/, or the tables and folders that are named; raises ProblemsFound."""
    if not paths:
        text, problems = load_history_text(site.root)
    else:
        text, problems = HistoryText(), []
        for path in paths:
            more, found = load_history_text(path, path) if path.is_dir() else load_tables(path.parent, [path])
            text, problems = text.with_more(more), [*problems, *found]
    if problems:
        raise ProblemsFound(problems)
    return text


@dataclass(frozen=True)
class Imported:
    """The rows that an import added to the database, and those that it left out."""

    changes: int
    watched: timedelta
    """Watched time, of all series together."""
    gaps: int
    """Stretches in which our own connection was down."""
    digests: int
    """Sealed days."""
    refused: tuple[date, ...]
    """Days that the database has sealed, of which the text has rows that it does not: they were left out."""
    unproven: date | None
    """The first day whose digest does not fit the rows, so that it and those after it were left out."""


def import_history(store: HistoryStore, text: HistoryText) -> Imported:
    """Add what a text has beyond the database; what is there is kept, and sealed days are not touched.

    Digests are taken over by a database that has none, as far as they prove its rows.
    """
    known, sealed = store.history(), store.digests()
    new = missing(text.history, known)
    refused = History()
    if sealed:
        start, end = midnight(min(sealed)[0]), midnight(max(sealed)[0]) + DAY
        refused = clipped(new, start, end)
        new = merged(clipped(new, BEGINNING, start), clipped(new, end, END))
    store.import_rows(new)
    digests, unproven = ([], None) if sealed else _proven(merged(known, new), text.chain)
    for day, digest in digests:
        store.add_digest(day, digest)
    return Imported(
        changes=len(new.changes),
        watched=sum((row.end - row.start for row in new.coverage), timedelta(0)),
        gaps=len(new.uplink),
        digests=len(digests),
        refused=tuple(lines_by_day(refused, date(1970, 1, 1), date(9998, 12, 31))),
        unproven=unproven,
    )


def _proven(rows: History, digests: Sequence[Digest]) -> tuple[list[Digest], date | None]:
    """Return the digests, from the first on and without a gap, that fit the rows; and the day that does not."""
    if not digests:
        return [], None
    found: list[Digest] = []
    for computed in chain(rows, digests[0][0], digests[-1][0]):
        if computed not in digests[len(found) : len(found) + 1]:
            return found, computed[0]
        found.append(computed)
    return found, None
