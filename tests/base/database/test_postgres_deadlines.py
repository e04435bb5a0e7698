"""A server that is frozen or swallows everything: no call waits for it longer than it may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from helpers.postgres import Cluster, black_hole
from helpers.sites import wait_until
from helpers.stores import Store
from waypost.base.database import patience, postgres
from waypost.base.database.engine import Database, Lock, StoreError
from waypost.base.database.patience import calls_end_with
from waypost.base.database.reasons import ReasonKind
from waypost.monitor.store.reading import read_history

SHORT = 0.5
"""Seconds of every wait in these tests."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "CONNECT", SHORT)
    monkeypatch.setattr(postgres.PatientConnection, "limit", SHORT)


@pytest.fixture
def database(postgres: Cluster) -> Iterator[Database]:
    with closing(Database(postgres.new_url(), writes=True)) as database:
        yield database


def ask(database: Database, statement: str = "SELECT 1") -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(statement).scalar()


def test_a_frozen_server_is_reported_within_15_seconds_and_ends_a_stop_within_5() -> None:
    # A pooled connection is tried first, and then a new one is made.
    assert postgres.ANSWER + postgres.CONNECT < 15 - 2
    assert patience.AFTER_STOP + patience.CHECK_EVERY < 5 - 2


@pytest.mark.usefixtures("impatient")
def test_a_server_that_accepts_and_never_answers_is_given_up() -> None:
    with black_hole() as url:
        for attempt in (Store, read_history):
            with pytest.raises(StoreError, match=r"the server does not answer\. Look whether") as refused:
                attempt(url)
            assert refused.value.kind is ReasonKind.NO_ANSWER


@pytest.mark.usefixtures("impatient")
def test_a_server_that_freezes_is_given_up_and_used_again_when_it_goes_on(
    postgres: Cluster, database: Database
) -> None:
    assert ask(database) == 1
    with postgres.frozen():
        for _ in range(2):
            with pytest.raises(StoreError) as refused:
                ask(database)
            assert refused.value.kind is ReasonKind.NO_ANSWER
    assert ask(database) == 1


@pytest.mark.usefixtures("impatient")
def test_a_server_that_freezes_within_a_transaction_is_given_up(
    postgres: Cluster, database: Database
) -> None:
    def write() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE kept (id INTEGER)")
            with postgres.frozen():
                connection.exec_driver_sql("INSERT INTO kept VALUES (1)")

    with pytest.raises(StoreError, match="does not answer"):
        write()
    assert ask(database, "SELECT to_regclass('kept')") is None


def test_an_answer_that_takes_long_to_arrive_is_read_to_its_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres.PatientConnection, "limit", 2.0)
    rows = "SELECT pg_sleep(0.02), repeat('x', 1000) FROM generate_series(1, 200)"
    with database.read() as connection:
        assert len(connection.exec_driver_sql(rows).all()) == 200, "silence is limited, not the answer"


def test_what_is_known_to_take_long_may(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres.PatientConnection, "limit", SHORT)
    with database.write(is_long=True) as connection:
        connection.exec_driver_sql(f"SELECT pg_sleep({SHORT * 4})")
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"
    assert ask(database, "SHOW statement_timeout") == "30s"
    with pytest.raises(StoreError, match="does not answer"):
        ask(database, f"SELECT pg_sleep({SHORT * 4})")


@pytest.mark.parametrize("how", ["black hole", "frozen"])
def test_a_stop_cuts_what_hangs_and_lets_nothing_hang_again(postgres: Cluster, how: str) -> None:
    stop = threading.Event()
    cut: list[str] = []

    def hang(database: Database) -> None:
        # Both of them would wait for longer without the stop than the test does.
        for _ in range(20):
            with pytest.raises(StoreError) as refused:
                ask(database)
            cut.append(refused.value.kind)

    with black_hole() as hole, calls_end_with(stop):
        url = hole if how == "black hole" else postgres.new_url()
        with closing(Database(url, writes=True)) as database:
            if how == "frozen":
                ask(database)
            stop.set()
            with postgres.frozen():
                hanging = threading.Thread(target=hang, args=(database,))
                hanging.start()
                hanging.join(60)
                assert not hanging.is_alive()
    assert cut == [ReasonKind.NO_ANSWER] * 20


def test_after_a_stop_a_healthy_server_keeps_what_was_found(database: Database) -> None:
    stop = threading.Event()
    stop.set()
    with calls_end_with(stop):
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE kept (id INTEGER)")
        assert ask(database, "SELECT to_regclass('kept')::text") == "kept"


def test_a_lock_that_somebody_holds_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.SETTINGS, "lock_timeout", "200ms")
    with database.write() as holder:
        database.lock(holder, Lock.PLAN)
        with pytest.raises(StoreError, match="holds it locked") as refused, database.write() as connection:
            database.lock(connection, Lock.PLAN)
    assert refused.value.kind is ReasonKind.LOCKED


def test_a_connection_that_comes_too_late_is_closed(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'late'"
    with closing(Database(f"{postgres.new_url()}&application_name=late", writes=True)) as late:
        ask(late)
        assert ask(database, count) == 1
        late.close()
        monkeypatch.setattr("waypost.base.database.postgres.CONNECT", SHORT)
        with postgres.frozen(), pytest.raises(StoreError, match="does not answer"):
            ask(late)
        # The server finishes what was begun while it was frozen, and nobody waits for it any more.
        for thread in threading.enumerate():
            if thread.name == "waypost-connect":
                thread.join(60)
        wait_until(lambda: ask(database, count) == 0, "it is closed")


def test_a_thread_that_cannot_be_started_is_no_crash(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(StoreError, match="this process cannot start a thread"):
        ask(database)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT pg_sleep(9)", ReasonKind.LOCKED),
        ("DO $$BEGIN RAISE SQLSTATE '53100'; END$$", ReasonKind.FULL),
        ("DO $$BEGIN RAISE SQLSTATE '25006'; END$$", ReasonKind.READ_ONLY),
        ("DO $$BEGIN RAISE SQLSTATE 'XX001'; END$$", ReasonKind.DAMAGED),
        ("SELECT 1 / 0", ReasonKind.OTHER),
    ],
)
def test_what_the_server_reports_has_its_kind(database: Database, statement: str, kind: ReasonKind) -> None:
    def write() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = '100ms'")
            connection.exec_driver_sql(statement)

    with pytest.raises(StoreError, match=r"^The database ") as refused:
        write()
    assert refused.value.kind is kind
