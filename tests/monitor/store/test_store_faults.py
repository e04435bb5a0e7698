from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waypost.base.database.engine import Database
from waypost.base.faults import SHORTEST, Fault, FaultKind
from waypost.monitor.store.faults import (
    ALIVE,
    KEEP_FAULTS,
    RECENT,
    end_faults,
    present_faults,
    prune_faults,
    read_present_faults,
    recent_faults,
    stored_faults,
    write_faults,
)
from waypost.monitor.store.opening import open_database

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
FULL = Fault(FaultKind.PUBLISHING, "", "site/ is full.", NOW)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


def present(database: Database, now: datetime) -> list[Fault]:
    with database.read() as connection:
        return present_faults(connection, now)


def test_a_fault_lasts_while_its_process_confirms_it(database: Database) -> None:
    write_faults(database, "one", [FULL], NOW)
    assert present(database, NOW) == [FULL]
    later = NOW + ALIVE + timedelta(seconds=1)
    assert present(database, later) == [], "nobody has confirmed it: the process has died"
    again = Fault(FULL.kind, FULL.subject, "site/ is still full.", NOW, count=9)
    write_faults(database, "one", [again], later)
    assert present(database, later) == [again]


def test_a_fault_that_ended_is_recent_and_no_longer_present(database: Database) -> None:
    ended = Fault(FULL.kind, FULL.subject, FULL.message, NOW, 2, NOW + timedelta(seconds=5))
    write_faults(database, "one", [FULL], NOW)
    write_faults(database, "one", [ended], NOW + timedelta(seconds=5))
    assert present(database, NOW) == []
    with database.read() as connection:
        assert recent_faults(connection, NOW) == [ended]
        assert recent_faults(connection, NOW + timedelta(seconds=6)) == []


def test_the_next_process_ends_what_the_one_before_left_open(database: Database) -> None:
    write_faults(database, "dead", [FULL], NOW)
    write_faults(database, "alive", [FULL], NOW)
    end_faults(database, "dead")
    assert present(database, NOW) == [FULL]
    end_faults(database)
    assert present(database, NOW) == []


def test_what_a_dead_process_left_open_ends_after_it_began_whatever_the_clock_was(database: Database) -> None:
    write_faults(database, "dead", [FULL], NOW - timedelta(hours=1))
    end_faults(database)
    with database.read() as connection:
        [ended] = recent_faults(connection, NOW - timedelta(days=1))
    assert ended.until == NOW + SHORTEST
    assert not ended.is_momentary


def test_operators_are_to_hear_of_what_lasts_and_of_what_ended_lately(database: Database) -> None:
    began = NOW - timedelta(days=3)
    lasting = replace(FULL, since=began)
    lost = replace(FULL, kind=FaultKind.LOG, since=began)
    old = replace(FULL, kind=FaultKind.TASK, since=began, until=began + timedelta(hours=1))
    late = replace(FULL, kind=FaultKind.CLOCK, since=NOW - RECENT, until=NOW - RECENT)
    write_faults(database, "alive", [lasting], NOW)
    write_faults(database, "dead", [lost], NOW - ALIVE - timedelta(seconds=1))
    write_faults(database, "alive", [old], began + timedelta(hours=1))
    write_faults(database, "alive", [late], NOW - RECENT)
    assert stored_faults(database, NOW) == (lasting, late)
    assert stored_faults(database, NOW + timedelta(seconds=1)) == (lasting,)


def test_faults_are_read_by_the_address_of_a_database(database: Database, database_url: str) -> None:
    assert read_present_faults(database_url, NOW) == []
    write_faults(database, "one", [FULL], NOW)
    assert read_present_faults(database_url, NOW) == [FULL]


def test_a_database_that_is_not_there_yet_holds_no_faults(tmp_path: Path) -> None:
    assert read_present_faults(f"sqlite:///{tmp_path}/none.db", NOW) == []
    assert list(tmp_path.iterdir()) == [], "looking makes none"


def test_old_faults_are_forgotten(database: Database) -> None:
    write_faults(database, "one", [FULL], NOW)
    prune_faults(database, NOW + KEEP_FAULTS)
    assert present(database, NOW) == [FULL]
    prune_faults(database, NOW + KEEP_FAULTS + timedelta(seconds=1))
    assert present(database, NOW) == []


def test_texts_that_no_database_holds_are_cleaned(database: Database) -> None:
    hostile = Fault(FaultKind.TASK, "a\x00b", "\ud800" + "x" * 5000, NOW)
    write_faults(database, "one", [hostile], NOW)
    [kept] = present(database, NOW)
    assert (kept.subject, len(kept.message)) == ("ab", 1000)
