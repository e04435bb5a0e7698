from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from waypost.base.database.engine import Database
from waypost.base.faults import Fault, FaultKind
from waypost.monitor.store.faults import (
    ALIVE,
    KEEP_FAULTS,
    end_faults,
    present_faults,
    prune_faults,
    recent_faults,
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
