from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import traceback
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.postgres import Cluster
from helpers.stores import GAP, Store, keep
from waypost.base.database.engine import Database, StoreError, sqlite_path
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_site import History
from waypost.monitor.store.opening import opened_to_read, writer_lock
from waypost.monitor.store.reading import read_history


def test_a_second_writer_is_refused_with_the_first_ones_number(tmp_path: Path) -> None:
    database = tmp_path / "new" / "waypost.db"
    with (
        writer_lock(f"sqlite:///{database}"),
        pytest.raises(StoreError) as refused,
        writer_lock(f"sqlite:///{database}"),
    ):
        pass
    assert str(refused.value) == (
        f"Another Waypost (process {os.getpid()}) is polling into this database. "
        "Stop it first, or use another --database."
    )
    with writer_lock(f"sqlite:///{database}"):
        pass  # free again


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    program = """
        import os, signal, sys
        from waypost.monitor.store.opening import writer_lock
        with writer_lock("sqlite:///" + sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
    """
    database = tmp_path / "waypost.db"
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(database)], check=False)
    assert done.returncode < 0
    with writer_lock(f"sqlite:///{database}"):
        pass


def test_several_pollers_may_write_to_postgresql(tmp_path: Path) -> None:
    url = "postgresql://me@localhost/x"
    with writer_lock(url), writer_lock(url):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"This is not a database.\n" * 100, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "waypost.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"^The database is damaged: "):
        read_history(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_looking_for_a_database_makes_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    assert read_history(url) == History()
    with opened_to_read(url) as found:
        assert found is None
    with (
        closing(Database(url, writes=False)) as database,
        pytest.raises(StoreError, match=r"^There is no database .*none\.db"),
        database.read(),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_a_database_in_which_nothing_is_yet(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    assert read_history(f"sqlite:///{path}") == History()


def test_a_path_may_hold_what_means_something_in_addresses(tmp_path: Path) -> None:
    path = tmp_path / "100% sure? #1 ü" / "way post.db"
    url = f"sqlite:///{path}".replace("%", "%25").replace("?", "%3F")
    Store(url).close()
    assert path.is_file()
    assert sqlite_path(url) == path


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root:secret@localhost/x",
        "postgresql:x:secret",
    ],
)
def test_an_address_that_is_not_understood_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        Database(url, writes=True)
    assert str(refused.value) == (
        "The database must be given as sqlite:///path/to/file.db or as postgresql://user:password@host/name."
    )
    assert "secret" not in "".join(traceback.format_exception(refused.value))


def test_the_file_of_another_database_is_not_asked_for() -> None:
    assert sqlite_path("postgresql://me:secret@localhost/x") is None


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
def test_the_password_is_never_shown(driver: str) -> None:
    # Nothing listens on port 1.
    url = f"{driver}://me:s3cr3t-word@127.0.0.1:1/waypost"
    database = Database(url, writes=True)
    assert "s3cr3t" not in repr(database) + str(database.engine) + repr(database.engine)
    assert "***@127.0.0.1" in repr(database)
    for attempt in (Store, read_history):
        with pytest.raises(StoreError, match=r"^The database cannot be used now: .+ Look whether") as refused:
            attempt(url)
        assert "s3cr3t" not in str(refused.value)
    database.close()


def test_a_password_with_an_at_sign_is_not_taken_for_a_host() -> None:
    with pytest.raises(StoreError) as refused:
        Database("postgresql://me:s3cr@t@localhost/x", writes=True)
    assert str(refused.value) == "In the address of the database, write @ in a password as %40."


def test_a_message_of_the_server_that_repeats_the_password_is_told_without_it() -> None:
    with pytest.raises(StoreError) as refused:
        Store("postgresql://me:127.0.0.1@127.0.0.1:1/waypost")
    assert "***" in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)


def test_a_database_that_cannot_be_used_is_no_fault_of_an_outcome(tmp_path: Path) -> None:
    path = tmp_path / "waypost.db"
    answer = Observation(
        "web", "http-1", datetime(2026, 11, 20, tzinfo=UTC), ComponentStatus.OPERATIONAL, GAP
    )
    with closing(Store(f"sqlite:///{path}")) as store:
        keep(store, [answer])
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("ALTER TABLE line_state RENAME TO gone")
        with pytest.raises(
            StoreError, match=r"^The database .*waypost\.db cannot be used now: no such table"
        ):
            keep(store, [replace(answer, at=answer.at + timedelta(hours=1))])
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("ALTER TABLE gone RENAME TO line_state")
        later = replace(answer, at=answer.at + timedelta(hours=1, minutes=1))
        assert not keep(store, [later])[0].refused, "the claim that was lost has run out"


def test_an_open_store_does_not_show_the_password(postgres: Cluster) -> None:
    url = postgres.new_url().replace("waypost@", "waypost:s3cr3t@")
    store = Store(url)
    store.close()
    assert "s3cr3t" not in repr(store.database)
    assert "waypost:***@" in repr(store.database)


def test_a_server_that_went_away_is_reported_and_found_again(postgres: Cluster) -> None:
    store = Store(postgres.new_url())
    postgres.restart()
    assert store.history() == History(), "the connection that died with the server is not used again"
    store.close()


def test_without_its_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'waypost\[postgres\]'"):
        Database("postgresql://me@localhost/x", writes=True)


def test_what_is_reported_is_on_the_disk(database_url: str) -> None:
    store = Store(database_url)
    database = Database(database_url, writes=True)
    with database.read() as connection:
        statement = "SHOW synchronous_commit" if database.is_postgres else "PRAGMA synchronous"
        assert str(connection.exec_driver_sql(statement).scalar()) in ("on", "2")
    database.close()
    store.close()
