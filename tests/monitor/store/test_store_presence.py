"""A database that is deleted, replaced, emptied or cut off while a process has it open."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.disks import fill, small_disk
from helpers.postgres import Cluster
from helpers.stores import Store, keep
from waypost.base.database import presence
from waypost.base.database.engine import Database, DatabaseVanished, StoreError
from waypost.base.database.reasons import ReasonKind, sqlite_reason
from waypost.formats.run_options import WhenVanished
from waypost.formats.status import ComponentStatus, Observation
from waypost.monitor.store.opening import open_database, opened_to_read, opened_to_write
from waypost.monitor.store.reading import read_history

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANSWER = Observation("web", "http-1", AT, ComponentStatus.OPERATIONAL, timedelta(milliseconds=5))


@pytest.fixture(autouse=True)
def _always_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(presence, "SETTLING", 0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "waypost.db"


@contextmanager
def store_at(path: Path | str, when_vanished: WhenVanished = WhenVanished.WAIT) -> Iterator[Store]:
    """Open a database as a poller does, with one answer in it."""
    url = path if isinstance(path, str) else f"sqlite:///{path}"
    with opened_to_write(url, when_vanished) as database:
        store = Store(database)
        keep(store, [ANSWER])
        yield store


def answer_of(minute: int, component: str = "web") -> Observation:
    return replace(ANSWER, component=component, at=AT + timedelta(minutes=minute))


def keep_at_last(store: Store, answer: Observation) -> None:
    """Keep an answer as a poller does: what was refused because the database was opened again is done anew."""
    for _ in range(3):
        try:
            kept = keep(store, [answer])
        except DatabaseVanished:
            continue
        assert not kept[0].refused
        return
    raise AssertionError("It is refused for ever.")


def answers_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM observation").fetchone()[0])


def backup_of(path: Path) -> Path:
    """Make a backup as the documentation tells."""
    copy = path.with_name("backup.db")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def move_all_away(path: Path) -> None:
    aside = path.parent / "aside"
    aside.mkdir()
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        (path.parent / name).rename(aside / name)


def move_all_back(path: Path) -> None:
    for file in (path.parent / "aside").iterdir():
        file.rename(path.parent / file.name)


def replace_by_another(path: Path) -> None:
    other = path.with_name("other.db")
    with opened_to_write(f"sqlite:///{other}"):
        pass
    other.replace(path)


def replace_by_an_empty_file(path: Path) -> None:
    empty = path.with_name("empty.db")
    empty.touch()
    empty.replace(path)


def without_log(path: Path) -> int:
    """Bring all that stands in the log into the file, as after some time it is, and return its size."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


WAYS: dict[str, tuple[Callable[[Path], object], str]] = {
    "deleted": (lambda path: path.unlink(), "was deleted or moved away"),
    "moved away": (move_all_away, "was deleted or moved away"),
    "emptied": (lambda path: os.truncate(path, 0 * without_log(path)), "was emptied or cut off"),
    "cut in half": (lambda path: os.truncate(path, without_log(path) // 2), "was emptied or cut off"),
    "replaced by another": (replace_by_another, "was replaced"),
    "replaced by an empty file": (replace_by_an_empty_file, "was replaced"),
    "replaced by something else": (
        lambda path: (path.unlink(), path.write_text("This is no database.\n" * 200)),
        "was replaced",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_vanishes_is_noticed_and_nothing_is_written_elsewhere(path: Path, way: str) -> None:
    vanish, sentence = WAYS[way]
    with store_at(path) as store:
        vanish(path)
        present = path.read_bytes() if path.exists() else None
        for minute in (1, 2):
            with pytest.raises(DatabaseVanished, match=f"{path}.*{sentence}") as refused:
                keep(store, [answer_of(minute)])
            assert refused.value.kind is ReasonKind.VANISHED
            assert "Nothing is recorded until it is back" in str(refused.value)
        if way not in ("emptied", "cut in half"):
            assert (path.read_bytes() if path.exists() else None) == present, "it is left as it is"


@pytest.mark.parametrize("way", WAYS)
def test_where_the_operator_says_so_polling_goes_on_in_a_new_file(path: Path, way: str) -> None:
    vanish, _ = WAYS[way]
    with store_at(path, WhenVanished.NEW) as store:
        keep(store, [answer_of(0, "mail")])
        vanish(path)
        # The number that the second component had in the old database is the first one's here.
        keep_at_last(store, answer_of(1, "mail"))
        keep(store, [answer_of(2, "web")])
        assert [each.component for each in read_history(f"sqlite:///{path}").changes] == ["mail", "web"]
    assert answers_in(path) == 2
    kept = [each.name for each in path.parent.iterdir() if each.name.startswith("waypost.db.2")]
    assert bool(kept) == (way in ("cut in half", "replaced by something else")), (
        "what is left is not thrown away"
    )


def test_a_file_that_is_put_back_is_used_again(path: Path) -> None:
    with store_at(path) as store:
        move_all_away(path)
        with pytest.raises(DatabaseVanished):
            keep(store, [answer_of(1)])
        move_all_back(path)
        keep_at_last(store, answer_of(2))
    assert answers_in(path) == 2


@pytest.mark.parametrize("way", ["deleted", "emptied", "cut in half", "replaced by another"])
def test_a_backup_that_is_restored_is_used_and_the_log_of_the_old_file_is_not(path: Path, way: str) -> None:
    with store_at(path) as store:
        backup = backup_of(path)
        for minute in range(1, 40):
            keep(store, [answer_of(minute)])
        WAYS[way][0](path)
        with pytest.raises(DatabaseVanished):
            keep(store, [answer_of(40)])
        shutil.copyfile(backup, path.with_name("restored.db"))
        path.with_name("restored.db").replace(path)
        keep_at_last(store, answer_of(41))
    assert answers_in(path) == 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_backup_that_replaces_the_file_at_once_is_used_and_the_log_of_the_old_file_is_not(
    path: Path,
) -> None:
    with store_at(path) as store:
        backup = backup_of(path)
        for minute in range(1, 40):
            keep(store, [answer_of(minute)])
        backup.replace(path)
        keep_at_last(store, answer_of(41))
    assert answers_in(path) == 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_is_emptied_while_all_of_it_stands_in_the_log_comes_back_whole(path: Path) -> None:
    with store_at(path) as store:
        keep(store, [answer_of(1)])
        os.truncate(path, 0)
        keep_at_last(store, answer_of(2))
    assert answers_in(path) == 3


@pytest.mark.parametrize("left", [0, 0.5])
def test_a_file_of_which_the_log_brings_back_a_part_is_not_used(path: Path, left: float) -> None:
    with store_at(path) as store:
        for minute in range(1, 5):
            keep(store, [answer_of(minute)])
        size = without_log(path)
        keep(store, [answer_of(5)])
        os.truncate(path, int(size * left))
        for minute in (6, 7, 8):
            with pytest.raises(DatabaseVanished):
                keep(store, [answer_of(minute)])


def test_what_began_before_the_database_was_opened_again_is_refused_in_each_thread_once(path: Path) -> None:
    outcomes: list[list[bool]] = []
    begun, go_on = threading.Barrier(3), threading.Barrier(3)

    def use(store: Store) -> None:
        with store.database.read():
            pass
        begun.wait(60)
        go_on.wait(60)
        found = []
        for _ in range(3):
            try:
                with store.database.read():
                    found.append(True)
            except DatabaseVanished:
                found.append(False)
        outcomes.append(found)

    with store_at(path, WhenVanished.NEW) as store:
        threads = [threading.Thread(target=use, args=(store,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        begun.wait(60)
        path.unlink()
        keep_at_last(store, answer_of(1))
        go_on.wait(60)
        for thread in threads:
            thread.join(60)
    assert outcomes == [[False, True, True]] * 2


@pytest.mark.parametrize("reads_reason", [False, True])
def test_looking_at_a_file_drops_no_lock_of_this_process(path: Path, reads_reason: bool) -> None:
    program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM meta').fetchall()"
    with store_at(path) as store:
        if reads_reason:
            assert sqlite_reason(path, _io_error()).kind is ReasonKind.OTHER
        keep(store, [answer_of(1)])
        log = path.with_name("waypost.db-wal").stat().st_ino
        subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)
        # The last one to close a file removes the log; without our lock, that process would be the last.
        assert path.with_name("waypost.db-wal").stat().st_ino == log


def _io_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return error


def test_a_database_that_shrinks_by_a_vacuum_is_not_cut_off(path: Path) -> None:
    with store_at(path) as store:
        with store.database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE filler (text TEXT)")
            connection.exec_driver_sql(
                "INSERT INTO filler WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 2000)"
                " SELECT hex(randomblob(500)) FROM n"
            )
        keep(store, [answer_of(1)])
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            large = path.stat().st_size
            connection.execute("DROP TABLE filler")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert path.stat().st_size < large / 2
        keep(store, [answer_of(2)])
    assert answers_in(path) == 3


def test_a_file_that_a_full_disk_keeps_from_taking_in_its_log_is_not_cut_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    path, ballast = disk / "waypost.db", disk / "ballast"
    with small_disk(disk, 16_000_000), store_at(path) as store:
        ballast.write_bytes(bytes(10_000_000))
        with store.database.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO message WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 4000)"
                " SELECT i, 'filler', randomblob(1000) FROM n"
            )
        fill(disk / "filling")
        assert 4096 < path.stat().st_size < 4_000_000, "a part of the log is in it"
        for minute in range(1, 4):
            with pytest.raises(StoreError) as refused:
                keep(store, [answer_of(minute)])
            assert refused.value.kind is ReasonKind.FULL
            assert read_history(f"sqlite:///{path}").changes, "what was stored can be read"
        ballast.unlink()
        keep(store, [answer_of(60)])
        assert store.database.generation == 0
        assert answers_in(path) == 2
    assert not caplog.records


def test_readers_beside_a_poller_say_that_its_database_is_gone_and_make_none(path: Path) -> None:
    url = f"sqlite:///{path}"
    with store_at(path):
        for vanish in (path.unlink, path.touch):
            vanish()
            with pytest.raises(DatabaseVanished, match="while a Waypost is polling into it"):
                read_history(url)
            with pytest.raises(DatabaseVanished), closing(open_database(url)):
                pass
        path.unlink()
    with opened_to_read(url) as found:
        assert found is None, "nobody polls any more"
    assert not path.exists()


def test_a_database_keeps_its_identity_and_another_has_another(path: Path) -> None:
    with store_at(path) as store:
        first = presence.identity(store.database)
    with store_at(path) as store:
        assert presence.identity(store.database) == first
    with opened_to_write(f"sqlite:///{path.with_name('other.db')}") as other:
        assert presence.identity(other) not in (None, first)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_database_is_its_owner_s_alone_whatever_the_umask(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with store_at(path):
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(
        ["waypost.db", "waypost.db-wal", "waypost.db-shm", "waypost.db.lock"], 0o600
    )


def drop_all(database: Database) -> None:
    """Leave the server as one is to which an installation fails over that has nothing yet."""
    url = database.engine.url.render_as_string(hide_password=False)
    with closing(Database(url, writes=True)) as other, other.write() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema").scalar()
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")


@pytest.mark.parametrize("is_connected", [True, False])
def test_a_server_with_nothing_in_it_is_refused_with_a_sentence(
    postgres: Cluster, is_connected: bool
) -> None:
    with store_at(postgres.new_url()) as store:
        drop_all(store.database)
        if not is_connected:
            store.database.engine.dispose()
        for minute in (1, 2, 3):
            with pytest.raises(DatabaseVanished, match="Nothing is recorded until it is back"):
                keep(store, [answer_of(minute)])


def test_a_server_with_nothing_in_it_gets_its_tables_where_the_operator_says_so(postgres: Cluster) -> None:
    url = postgres.new_url()
    with store_at(url, WhenVanished.NEW) as store:
        keep(store, [answer_of(0, "mail")])
        drop_all(store.database)
        store.database.engine.dispose()
        keep_at_last(store, answer_of(2, "mail"))
        keep(store, [answer_of(3, "web")])
        assert [each.component for each in read_history(url).changes] == ["mail", "web"]


def test_a_server_that_has_the_same_database_again_is_used_again(postgres: Cluster) -> None:
    url = postgres.new_url()
    with store_at(url) as store, closing(Database(url, writes=True)) as other:
        with store.database.read() as connection:
            name = connection.exec_driver_sql("SELECT current_schema").scalar()
        with other.write() as connection:
            connection.exec_driver_sql(f"ALTER SCHEMA {name} RENAME TO {name}_away")
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        for minute in (1, 2):
            with pytest.raises(StoreError):
                keep(store, [answer_of(minute)])
        with other.write() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name}")
            connection.exec_driver_sql(f"ALTER SCHEMA {name}_away RENAME TO {name}")
        keep_at_last(store, answer_of(3))
        assert store.history().coverage[0].start == AT
