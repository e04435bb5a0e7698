from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.histories import (
    DAY,
    FEW,
    LINES,
    START,
    MemoryStore,
    histories,
    in_milliseconds,
    quiet_days,
    shuffled,
)
from helpers.sites import fingerprint, minimal_site, replace
from helpers.stores import Store, confirm, keep
from waypost.base.database.engine import StoreError
from waypost.formats.status import ComponentStatus, Coverage, Observation, StateChange
from waypost.formats.status_site import History
from waypost.history.history import (
    export_history,
    import_history,
    last_exportable,
    read_tables,
    seal_days,
    settling_time,
)
from waypost.history.rules.proof import broken_links, chain
from waypost.monitor.store.opening import opened_to_read, opened_to_write, writer_lock
from waypost.problems import ProblemsFound
from waypost.reading.io.history_files import HistoryText, load_history_text
from waypost.reading.project import load_project
from waypost.reading.rules.history import clipped, merged
from waypost.reading.site import Site

FIRST = START.date()
OUTAGE = History(
    (
        StateChange("downloads", "http-1", START, ComponentStatus.OPERATIONAL, START, ""),
        StateChange(
            "downloads",
            "http-1",
            START + 1.5 * DAY,
            ComponentStatus.MAJOR_OUTAGE,
            START + 1.5 * DAY + timedelta(minutes=2),
            "HTTP status 503",
        ),
        StateChange(
            "downloads", "http-1", START + 1.75 * DAY, ComponentStatus.OPERATIONAL, START + 1.75 * DAY, ""
        ),
    ),
    (Coverage("downloads", "http-1", START, START + 3 * DAY),),
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


@pytest.fixture
def store(site: Site) -> Iterator[Store]:
    with opened_to_write(site.database_url) as found:
        yield Store(found)


def tables(site: Site) -> list[str]:
    folder = site.root / "status/history"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.tsv"))


# Sealing


def test_days_are_sealed_once_and_in_order(store: Store) -> None:
    assert seal_days(store, START) == [], "nothing is there"
    store.import_rows(OUTAGE)
    assert seal_days(store, START + DAY + timedelta(minutes=59)) == [], "the day is not over for an hour"
    [first] = seal_days(store, START + DAY + timedelta(hours=1))
    assert first[0] == day(0)
    [second] = seal_days(store, START + 5 * DAY)
    assert second[0] == day(1), "history follows no other day"
    confirm(store, START + 5 * DAY)
    later = seal_days(store, START + 5 * DAY)
    assert [found for found, _ in later] == [day(2), day(3)], "days without rows are sealed too"
    assert seal_days(store, START + 5 * DAY) == []
    assert store.digests() == [first, second, *later] == chain(store.history(), day(0), day(3))


def test_a_long_history_is_sealed_a_year_at_a_time() -> None:
    store = MemoryStore(quiet_days(FIRST, 800))
    now = START + 800 * DAY + timedelta(hours=1)
    assert [len(seal_days(store, now)) for _ in range(4)] == [366, 366, 68, 0]
    assert store.digests() == chain(store.rows, FIRST, day(799))


def test_sealing_reads_only_what_is_new() -> None:
    store = MemoryStore(OUTAGE)
    seal_days(store, START + 2 * DAY)
    store.asked_since.clear()
    seal_days(store, START + 3 * DAY)
    assert store.asked_since == [START + DAY]
    seal_days(store, START + 3 * DAY)
    assert store.asked_since == [START + DAY], "where no day is over nothing is read"


@FEW
@given(histories, st.lists(st.integers(0, 300), max_size=6))
def test_it_does_not_matter_when_days_are_sealed(rows: History, hours: list[int]) -> None:
    often, once = MemoryStore(rows), MemoryStore(rows)
    for number in sorted(hours):
        # What comes later is not there yet when a day is sealed.
        now = START + timedelta(hours=number)
        often.rows = clipped(rows, START - DAY, now)
        seal_days(often, now)
    often.rows = merged(rows)
    for each in (often, once):
        seal_days(each, START + 20 * DAY)
    late = often.digests()
    assert late == once.digests()[len(once.digests()) - len(late) :] or late == once.digests()
    assert broken_links(rows, once.digests()) == ()


def test_a_slow_check_lets_days_settle_later(site: Site) -> None:
    assert settling_time(load_project(site).status.config) == timedelta(hours=1)
    replace(site.root / "status/status.yml", "every: 60s", "every: 2h")
    assert settling_time(load_project(site).status.config) == timedelta(hours=6)
    assert last_exportable(site, START + timedelta(hours=5)) == day(-2)
    assert last_exportable(site, START + timedelta(hours=6)) == day(-1)


# Export


def test_an_export_writes_a_table_a_month_and_kind(site: Site, store: Store) -> None:
    store.import_rows(OUTAGE)
    seal_days(store, START + 4 * DAY)
    found = export_history(site, store, day(2))
    assert (found.first, found.until, found.other_digests) == (day(0), day(2), 0)
    assert tables(site) == [
        "2026-10/changes.tsv",
        "2026-10/coverage.tsv",
        "2026-10/daily.tsv",
        "2026-11/coverage.tsv",
        "2026-11/daily.tsv",
        "digests.tsv",
    ]
    assert sorted(found.written) == [f"status/history/{name}" for name in tables(site)]
    load_project(site)


def test_figures_of_a_day_come_from_the_answers_of_the_database(site: Site, store: Store) -> None:
    for minute in range(20):
        at = START + timedelta(hours=1, minutes=minute)
        latency = timedelta(milliseconds=50 if minute < 15 else 900)
        keep(store, [Observation("web", "http-1", at, ComponentStatus.OPERATIONAL, latency)])
    store.roll_up(START + 2 * DAY)
    export_history(site, store, day(0))
    text, _ = load_history_text(site.root)
    [row] = text.daily
    assert (row.day, row.answers, row.times[1:]) == (day(0), 20, (0, 0, 0))
    assert 19 * 60_000 <= row.times[0] < 20 * 60_000
    assert row.p50 == pytest.approx(50, rel=0.011)
    assert row.p95 == pytest.approx(900, rel=0.011)


def test_tables_are_written_as_the_examples_show(site: Site) -> None:
    store = MemoryStore(OUTAGE)
    seal_days(store, START + 4 * DAY)
    for number in range(3):
        store.answered(LINES[0], day(number), [50] * 10 + [100] * 9 + [900])
    export_history(site, store, day(2))
    examples = Path(__file__).parent.parent / "cases/history/export"
    folder = site.root / "status/history"
    assert tables(site) == sorted(path.relative_to(examples).as_posix() for path in examples.rglob("*.tsv"))
    for name in tables(site):
        assert (folder / name).read_text() == (examples / name).read_text(), name


def test_an_export_of_the_same_days_writes_nothing(site: Site) -> None:
    store = MemoryStore(OUTAGE)
    seal_days(store, START + 4 * DAY)
    export_history(site, store, day(2))
    before = fingerprint(site.root)
    assert export_history(site, store, day(2)).written == ()
    assert fingerprint(site.root) == before
    late = Coverage("downloads", "http-1", START + 3 * DAY, START + 3.5 * DAY)
    store.rows = merged(store.rows, History(coverage=(late,)))
    seal_days(store, START + 5 * DAY)
    assert export_history(site, store, day(3)).written == (
        "status/history/2026-11/coverage.tsv",
        "status/history/2026-11/daily.tsv",
        "status/history/digests.tsv",
    )


def test_an_earlier_last_day_takes_nothing_away(site: Site) -> None:
    store = MemoryStore(OUTAGE)
    export_history(site, store, day(2))
    before = fingerprint(site.root)
    assert export_history(site, store, day(0)).written == ()
    assert fingerprint(site.root) == before


def test_rows_of_another_database_stay(site: Site) -> None:
    one, two = MemoryStore(OUTAGE), MemoryStore(quiet_days(FIRST, 3, LINES[2]))
    for each in (one, two):
        seal_days(each, START + 4 * DAY)
        found = export_history(site, each, day(2))
    assert found.other_digests == 3
    text, _ = load_history_text(site.root)
    assert in_milliseconds(text.history) == in_milliseconds(merged(one.rows, two.rows))


def test_other_tables_are_left_alone(site: Site) -> None:
    former = site.root / "status/history/coverage.tsv"
    former.parent.mkdir()
    former.write_text("component\tcheck\tfrom\tuntil\n", encoding="utf-8")
    export_history(site, MemoryStore(OUTAGE), day(2))
    assert former.read_text(encoding="utf-8") == "component\tcheck\tfrom\tuntil\n"


def test_a_table_that_cannot_be_read_stops_an_export_before_anything_is_written(site: Site) -> None:
    path = site.root / "status/history/2026-11/coverage.tsv"
    path.parent.mkdir(parents=True)
    path.write_text("from\tuntil\tcomponent\tcheck\tregion\nsomething\n", encoding="utf-8")
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound) as caught:
        export_history(site, MemoryStore(OUTAGE), day(2))
    assert [problem.location.line for problem in caught.value.problems] == [2]
    assert fingerprint(site.root) == before


def test_nothing_is_written_through_a_link_out_of_the_site(site: Site, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (site.root / "status/history").mkdir()
    (site.root / "status/history/2026-11").symlink_to(tmp_path / "outside")
    with pytest.raises(ProblemsFound):
        export_history(site, MemoryStore(OUTAGE), day(2))
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_database_without_old_rows_writes_nothing(site: Site) -> None:
    assert export_history(site, MemoryStore(), day(2)).first is None
    assert export_history(site, MemoryStore(OUTAGE), day(-1)).written == ()
    assert tables(site) == []


# Import


def empty_site(folder: str) -> Site:
    return Site(Path(folder))


@FEW
@given(histories, st.integers(0, 8), st.integers())
def test_exported_and_imported_the_history_is_the_same(rows: History, number: int, seed: int) -> None:
    source, target = MemoryStore(shuffled(rows, seed)), MemoryStore()
    seal_days(source, START + 20 * DAY)
    with tempfile.TemporaryDirectory() as folder:
        export_history(empty_site(folder), source, day(number))
        text = read_tables(empty_site(folder), [])
    first, again = import_history(target, text), import_history(target, text)
    wanted = clipped(merged(rows), START - DAY, START + (number + 1) * DAY)
    assert in_milliseconds(target.rows) == in_milliseconds(merged(wanted))
    assert (again.changes, again.watched, again.gaps, again.refused) == (0, timedelta(0), 0, ())
    assert target.digests() == [row for row in source.digests() if row[0] <= day(number)]
    assert first.digests == len(target.digests())
    assert first.unproven is None


def test_a_database_is_filled_from_text_and_goes_on_from_there(site: Site, store: Store) -> None:
    source = MemoryStore(OUTAGE)
    seal_days(source, START + 4 * DAY)
    export_history(site, source, day(1))
    found = import_history(store, read_tables(site, []))
    assert (found.changes, found.watched, found.digests) == (3, timedelta(days=2), 2)
    assert in_milliseconds(store.history()) == in_milliseconds(clipped(OUTAGE, START, START + 2 * DAY))
    assert import_history(store, read_tables(site, [])).changes == 0
    store.import_rows(clipped(OUTAGE, START + 2 * DAY, START + 3 * DAY))
    confirm(store, START + 4 * DAY)
    seal_days(store, START + 4 * DAY)
    assert store.digests() == source.digests()


def test_tables_and_folders_can_be_named(site: Site, tmp_path: Path) -> None:
    export_history(site, MemoryStore(OUTAGE), day(2))
    folder = tmp_path / "elsewhere"
    (site.root / "status/history").rename(folder)
    assert read_tables(site, []) == HistoryText()
    assert in_milliseconds(read_tables(site, [folder]).history) == in_milliseconds(merged(OUTAGE))
    one = read_tables(site, [folder / "2026-10/changes.tsv", folder / "2026-11/coverage.tsv"])
    assert (len(one.history.changes), len(one.history.coverage)) == (3, 1)
    (folder / "broken.tsv").write_text("?\n", encoding="utf-8")
    with pytest.raises(ProblemsFound):
        read_tables(site, [folder])


def test_sealed_days_are_not_touched_by_an_import() -> None:
    store = MemoryStore(quiet_days(day(1), 1))
    seal_days(store, START + 3 * DAY)
    text = HistoryText(quiet_days(day(0), 3, LINES[1]))
    found = import_history(store, text)
    assert found.refused == (day(1),)
    assert found.watched == timedelta(days=2), "the days before and after are taken"
    assert broken_links(store.rows, store.digests()) == ()


def test_rows_that_a_sealed_day_has_already_are_no_fault() -> None:
    store = MemoryStore(OUTAGE)
    seal_days(store, START + 5 * DAY)
    assert import_history(store, HistoryText(clipped(OUTAGE, START, START + 2 * DAY))).refused == ()


def test_digests_that_do_not_fit_the_rows_are_left_out() -> None:
    source = MemoryStore(OUTAGE)
    seal_days(source, START + 4 * DAY)
    digests = {found: (text,) for found, text in source.digests()}
    less = History(OUTAGE.changes[:1], OUTAGE.coverage)
    store = MemoryStore()
    found = import_history(store, HistoryText(less, (), digests))
    assert (found.digests, found.unproven) == (1, day(1))
    assert store.digests() == source.digests()[:1]
    del digests[day(1)]
    assert import_history(MemoryStore(), HistoryText(OUTAGE, (), digests)).unproven == day(1)


# The database


def test_there_is_nothing_to_read_where_there_is_no_database(site: Site) -> None:
    with opened_to_read(site.database_url) as found:
        assert found is None
    assert not (site.root / ".waypost").exists()


def test_an_import_waits_for_no_poller(site: Site) -> None:
    with writer_lock(site.database_url):
        with (
            pytest.raises(StoreError, match="is polling into this database"),
            opened_to_write(site.database_url),
        ):
            pass
        with opened_to_read(site.database_url) as found:
            assert found is None, "reading goes on"


def test_reading_beside_a_poller(site: Site, store: Store) -> None:
    store.import_rows(OUTAGE)
    with opened_to_read(site.database_url) as found:
        assert found is not None
        assert in_milliseconds(Store(found).history()) == in_milliseconds(OUTAGE)
