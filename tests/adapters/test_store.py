from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waypost.adapters.store import Store, StoreError, WriterLock, database_path, read_history
from waypost.core.states import confirm
from waypost.model.project import History
from waypost.model.status import ComponentStatus, Coverage, Observation, StateChange
from waypost.model.status_config import Policy

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
GAP = timedelta(minutes=3)
GOOD, BAD = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
POLICY = Policy(down_after=3, up_after=2)


def decide(current: ComponentStatus | None, recent: Sequence[Observation]) -> StateChange | None:
    return confirm(current, recent, POLICY)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'deep' / 'waypost.db'}")
    yield opened
    opened.close()


def see(
    store: Store, minutes: float, status: ComponentStatus, component: str = "web", check: str = "http-1"
) -> StateChange | None:
    latency = timedelta(milliseconds=250)
    seen = Observation(
        component, check, at(minutes), status, latency, "" if status is GOOD else "HTTP status 500"
    )
    return store.record(seen, GAP, decide)


def changes(store: Store) -> list[tuple[str, ComponentStatus, datetime]]:
    return [(change.component, change.status, change.at) for change in store.history().changes]


def test_an_outage_is_confirmed_by_three_answers_and_starts_with_the_first(store: Store) -> None:
    answers = [(0, GOOD), (1, BAD), (2, GOOD), (3, BAD), (4, BAD), (5, BAD), (6, BAD), (7, GOOD), (8, GOOD)]
    found = {minute: see(store, minute, status) for minute, status in answers}
    assert {minute: change.status for minute, change in found.items() if change} == {0: GOOD, 5: BAD, 8: GOOD}
    assert changes(store) == [("web", GOOD, at(0)), ("web", BAD, at(3)), ("web", GOOD, at(7))]
    outage = store.history().changes[1]
    assert outage.confirmed_at == at(5) + timedelta(milliseconds=250)
    assert outage.reason == "HTTP status 500"


def test_checks_and_components_do_not_count_for_each_other(store: Store) -> None:
    for component, check in (("web", "http-1"), ("web", "http-2"), ("mail", "http-1")):
        see(store, 0, BAD, component, check)
    assert changes(store) == []


def test_what_was_seen_survives_closing(store: Store, tmp_path: Path) -> None:
    for minute in (0, 1):
        see(store, minute, BAD)
    store.close()
    again = Store(f"sqlite:///{tmp_path / 'deep' / 'waypost.db'}")
    assert see(again, 2, BAD) is not None
    again.close()


def test_a_silence_ends_the_coverage(store: Store) -> None:
    for minute in (0, 1, 2, 10, 11):
        see(store, minute, GOOD)
    assert changes(store) == [("web", GOOD, at(0))]
    end = timedelta(milliseconds=251)
    assert store.history().coverage == (
        Coverage("web", "http-1", at(0), at(2) + end),
        Coverage("web", "http-1", at(10), at(11) + end),
    )


def test_who_polls_rarely_hears_of_an_outage_too(store: Store) -> None:
    for minute in (0, 10, 20, 30):
        see(store, minute, GOOD if minute == 0 else BAD)
    assert changes(store) == [("web", GOOD, at(0)), ("web", BAD, at(10))]


@pytest.mark.parametrize(("silence", "stretches"), [(GAP, 1), (GAP + timedelta(milliseconds=1), 2)])
def test_the_gap_itself_is_still_covered(store: Store, silence: timedelta, stretches: int) -> None:
    see(store, 0, GOOD)
    store.record(
        Observation("web", "http-1", at(0) + timedelta(milliseconds=251) + silence, GOOD, timedelta(0)),
        GAP,
        decide,
    )
    assert len(store.history().coverage) == stretches


def test_news_from_a_clock_that_was_set_back_is_dropped(store: Store) -> None:
    for minute in (0, 10, 11):
        see(store, minute, GOOD)
    before = store.history()
    for minute in (11, 10.5, 5, -60):
        assert see(store, minute, BAD) is None
    assert store.history() == before
    assert see(store, 12, GOOD) is None
    assert store.history().coverage[-1].end > at(12)


def test_times_in_any_zone_come_back_in_utc(store: Store) -> None:
    berlin = datetime.fromisoformat("2026-11-20T12:00:00.123+01:00")
    store.record(Observation("web", "http-1", berlin, GOOD, timedelta(0)), GAP, decide)
    assert store.history().changes[0].at == datetime(2026, 11, 20, 11, 0, 0, 123_000, UTC)


def test_a_change_that_fails_leaves_nothing_behind(store: Store) -> None:
    def fail(*_: object) -> StateChange | None:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        store.record(Observation("web", "http-1", at(0), GOOD, timedelta(0)), GAP, fail)
    assert store.history() == History()


def test_old_observations_are_forgotten_and_history_is_not(store: Store) -> None:
    for minute in (0, 1, 2):
        see(store, minute, BAD)
    before = store.history()
    assert store.prune(at(1) + timedelta(days=14)) == 1
    assert store.prune(at(1) + timedelta(days=14)) == 0
    assert store.prune(at(60) + timedelta(days=14)) == 2
    assert store.history() == before != History()


def test_a_second_writer_is_refused_with_the_first_ones_number(tmp_path: Path) -> None:
    database = tmp_path / "new" / "waypost.db"
    with WriterLock(database), pytest.raises(StoreError) as refused, WriterLock(database):
        pass
    assert str(refused.value) == (
        f"Another Waypost (process {os.getpid()}) is polling into this database. "
        "Stop it first, or use another --database."
    )
    with WriterLock(database):
        pass  # free again


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    program = """
        import os, signal, sys
        from pathlib import Path
        from waypost.adapters.store import WriterLock
        WriterLock(Path(sys.argv[1])).__enter__()
        os.kill(os.getpid(), signal.SIGKILL)
    """
    database = tmp_path / "waypost.db"
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(database)], check=False)
    assert done.returncode < 0
    with WriterLock(database):
        pass


def test_a_database_of_a_newer_waypost_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "waypost.db"
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '2' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(StoreError, match=r"made by a newer Waypost\. Upgrade"):
        Store(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT value FROM meta").fetchall() == [("2",)]
    connection.close()


@pytest.mark.parametrize(
    "content", [b"This is not a database.\n" * 100, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "waypost.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"^The database is damaged: "):
        read_history(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_database_that_is_not_there_yet_has_no_history(tmp_path: Path) -> None:
    assert read_history(f"sqlite:///{tmp_path / 'none.db'}") == History()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["", "nonsense", "postgresql://localhost/x", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_is_no_sqlite_file_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///path/to/file\.db"):
        database_path(url)
