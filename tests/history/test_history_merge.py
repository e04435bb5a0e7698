"""Exports of several clones, put together by git itself."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from helpers.histories import DAY, LINES, START, MemoryStore, in_milliseconds
from helpers.repositories import Repository
from helpers.sites import ROOT
from waypost.formats.observations import Series
from waypost.formats.status import ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.history.history import export_history, seal_days
from waypost.reading.io.history_files import load_history_text
from waypost.reading.rules.history import clipped, merged
from waypost.reading.site import Site

ATTRIBUTES = ROOT / "theme/scaffold/site/dot-gitattributes"
FIRST = START.date()
SITES = ("office", "server")


def eventful(lines: tuple[Series, ...], days: int) -> History:
    """Return some days with an outage of each line and a gap of the connection a day."""
    changes, coverage, gaps = [], [], []
    for place, series in enumerate(lines):
        coverage.append(Coverage(series.component, series.check, START, START + days * DAY, series.region))
        for number in range(days):
            noon = START + number * DAY + timedelta(hours=12, minutes=place)
            for hours, status in ((0, ComponentStatus.MAJOR_OUTAGE), (1, ComponentStatus.OPERATIONAL)):
                at = noon + timedelta(hours=hours)
                confirmed = at + timedelta(minutes=2)
                changes.append(
                    StateChange(series.component, series.check, at, status, confirmed, "r", series.region)
                )
    for number in range(days):
        start = START + number * DAY + timedelta(hours=20)
        gaps.append(UplinkGap(start, start + timedelta(minutes=5)))
    return History(tuple(changes), tuple(coverage), tuple(gaps))


class Clones:
    """Two clones of one repository, which export different databases or the same one."""

    def __init__(self, folder: Path) -> None:
        first = Repository(folder / SITES[0])
        shutil.copy(ATTRIBUTES, first.root / ".gitattributes")
        first.commit(START)
        shutil.copytree(first.root, folder / SITES[1])
        self.repositories = {SITES[0]: first, SITES[1]: Repository(folder / SITES[1])}

    def export(self, name: str, store: MemoryStore, until: date) -> None:
        repository = self.repositories[name]
        export_history(Site(repository.root), store, until)
        repository.commit(datetime.combine(until, datetime.min.time(), START.tzinfo))

    def merge(self, into: str) -> History:
        """Let one clone take over what the other has; git must find no conflict."""
        other = next(name for name in SITES if name != into)
        repository = self.repositories[into]
        repository.git("fetch", "--quiet", str(self.repositories[other].root), "main")
        repository.git("merge", "--quiet", "--no-edit", "FETCH_HEAD")
        text, problems = load_history_text(repository.root)
        assert problems == []
        return text.history


@pytest.fixture
def clones(tmp_path: Path) -> Clones:
    return Clones(tmp_path)


def until(history: History, last: date) -> History:
    return clipped(history, START, START + (last - FIRST + timedelta(days=1)))


def test_clones_that_exported_different_days_of_one_database_agree(clones: Clones) -> None:
    store = MemoryStore(eventful(LINES, 5))
    seal_days(store, START + 6 * DAY)
    early, late = FIRST + timedelta(days=1), FIRST + timedelta(days=4)
    clones.export("office", store, early)
    clones.export("server", store, late)
    for name in SITES:
        assert in_milliseconds(merged(clones.merge(name))) == in_milliseconds(merged(until(store.rows, late)))
        text, _ = load_history_text(clones.repositories[name].root)
        assert [found for found in text.digests.values() if len(found) > 1] == []
        assert len(text.digests) == 5


def test_clones_that_exported_the_same_days_agree(clones: Clones) -> None:
    store = MemoryStore(eventful(LINES, 3))
    last = FIRST + timedelta(days=2)
    for name in SITES:
        clones.export(name, store, last)
    for name in SITES:
        assert in_milliseconds(clones.merge(name)) == in_milliseconds(merged(store.rows))


def test_clones_of_two_pollers_that_went_on_by_themselves_have_the_rows_of_both(clones: Clones) -> None:
    stores = {"office": MemoryStore(eventful(LINES[:2], 4)), "server": MemoryStore(eventful(LINES[1:], 4))}
    for days in (0, 1, 3):
        for name, store in stores.items():
            clones.export(name, store, FIRST + timedelta(days=days))
    whole = merged(stores["office"].rows, stores["server"].rows)
    for name in SITES:
        assert in_milliseconds(clones.merge(name)) == in_milliseconds(whole)


def test_an_export_after_a_merge_puts_the_tables_in_order_again(clones: Clones) -> None:
    stores = {"office": MemoryStore(eventful(LINES[:2], 2)), "server": MemoryStore(eventful(LINES[2:], 2))}
    for name, store in stores.items():
        clones.export(name, store, FIRST + timedelta(days=1))
    for name in SITES:
        clones.merge(name)
        clones.export(name, stores[name], FIRST + timedelta(days=1))
    tables = [
        {
            path.name: path.read_text()
            for path in (clones.repositories[name].root / "status/history").rglob("*.tsv")
        }
        for name in SITES
    ]
    assert tables[0] == tables[1]
    for text in tables[0].values():
        rows = text.splitlines()[1:]
        assert rows == sorted(set(rows))
