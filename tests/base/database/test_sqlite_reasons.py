"""Why a SQLite file cannot be used: each reason has a sentence of its own, with the path."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from helpers.stores import Store
from waypost.base.database import sqlite
from waypost.base.database.engine import Database, StoreError
from waypost.base.database.patience import calls_end_with
from waypost.base.database.reasons import ReasonKind, system_reason
from waypost.monitor.store.opening import open_database, writer_lock
from waypost.monitor.store.reading import read_history

FILL = """
    INSERT INTO message WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
    SELECT i, 'filler', randomblob(1000) FROM n
"""


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Mount a disk of one megabyte for a while."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("Only root may mount a disk.")
    words = ["-t", "tmpfs", "-o", ",".join(["size=1m", *options]), "waypost-test", str(folder)]
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip(f"No disk can be mounted here: {done.stderr}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=60)


def fill(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(FILL)


def refusal(action: Callable[[], object]) -> tuple[ReasonKind, str]:
    with pytest.raises(StoreError) as refused:
        action()
    return refused.value.kind, str(refused.value)


def test_a_full_disk_is_named_with_the_path_and_writing_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk, closing(Store(f"sqlite:///{disk / 'waypost.db'}")) as store:
        kind, message = refusal(lambda: fill(store.database))
        assert kind is ReasonKind.FULL
        assert message == (
            f"The database {disk / 'waypost.db'} cannot be written: its disk or quota is full, or a limit on the size"
            " of files is reached. Make room there; what could not be stored counts as not watched."
        )
        with store.database.write() as connection:
            connection.exec_driver_sql("INSERT INTO message VALUES (1, 'small', 'enough')")


def test_a_disk_without_any_room_takes_no_new_database(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        with (disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        kind, message = refusal(lambda: open_database(f"sqlite:///{disk / 'waypost.db'}"))
        assert (kind, "is full" in message) == (ReasonKind.FULL, True), message


def test_a_limit_on_the_size_of_files_is_named(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, before[1]))
            kind, message = refusal(lambda: fill(store.database))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)
        assert "a limit on the size of files is reached" in message
        assert str(tmp_path / "waypost.db") in message
        assert kind in (ReasonKind.OTHER, ReasonKind.FULL)
        fill(store.database)


def test_a_disk_that_became_read_only_is_named(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk:
        path = disk / "waypost.db"
        Store(f"sqlite:///{path}").close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, timeout=60)
        kind, message = refusal(lambda: open_database(f"sqlite:///{path}"))
        assert kind is ReasonKind.READ_ONLY
        assert (
            message
            == f"The database {path} cannot be written: its disk is mounted read-only. Mount it for writing."
        )
        with (
            pytest.raises(StoreError, match="mounted read-only"),
            writer_lock(f"sqlite:///{disk / 'new.db'}"),
        ):
            pass


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user for a while who owns nothing, where this one may do everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_of_another_user_is_named() -> None:
    # The folder of the tests is closed to others.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "waypost.db"
        Store(f"sqlite:///{path}").close()
        path.chmod(0o400)
        folder.chmod(0o555)
        with as_nobody():
            for named, action in (
                (path, lambda: open_database(f"sqlite:///{path}")),
                (folder / "waypost.db.lock", lambda: writer_lock(f"sqlite:///{path}").__enter__()),
                (folder / "new.db", lambda: open_database(f"sqlite:///{folder / 'new.db'}")),
            ):
                assert refusal(action) == (
                    ReasonKind.FORBIDDEN,
                    f"The user of this process may not write {named}. Give it to the user that polls, with its folder.",
                )
        folder.chmod(0o755)


def test_a_file_that_somebody_holds_locked_is_named_and_a_stop_ends_the_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "waypost.db"
    monkeypatch.setattr(sqlite, "BUSY", 0.05)
    with closing(Store(f"sqlite:///{path}")) as store, closing(sqlite3.connect(path)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(sqlite, "WAIT", 0.2)
        kind, message = refusal(lambda: fill(store.database))
        assert kind is ReasonKind.LOCKED
        assert message == (
            f"The database {path} cannot be used now: another program holds it locked."
            " End that program, or wait until it is done."
        )
        monkeypatch.setattr(sqlite, "WAIT", 3600.0)
        stop = threading.Event()
        stop.set()
        with calls_end_with(stop):
            assert refusal(lambda: fill(store.database))[0] is ReasonKind.LOCKED


def test_a_writer_waits_for_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "waypost.db"
    monkeypatch.setattr(sqlite, "BUSY", 0.05)
    with closing(Store(f"sqlite:///{path}")) as store:
        holder = sqlite3.connect(path, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=fill, args=(store.database,))
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        holder.rollback()
        waiting.join(60)
        with store.database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM message").scalar() == 4000
        holder.close()


def test_a_process_without_descriptors_says_so(tmp_path: Path) -> None:
    path = tmp_path / "waypost.db"
    Store(f"sqlite:///{path}").close()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = os.open(path, os.O_RDONLY)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + 1, before[1]))
        kind, message = refusal(lambda: read_history(f"sqlite:///{path}"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        os.close(used)
    assert kind is ReasonKind.EXHAUSTED
    assert f"{path} cannot be opened: Too many open files. Raise the limit of open files" in message


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    kind, message = refusal(lambda: open_database(f"sqlite:///{tmp_path}"))
    assert (kind, message) == (
        ReasonKind.FORBIDDEN,
        f"There is no database {tmp_path} (Is a directory).",
    )


@pytest.mark.parametrize("number", range(1, 134))
def test_whatever_the_system_says_becomes_a_sentence_with_the_path(number: int) -> None:
    reason = system_reason(Path("/a/waypost.db"), number)
    assert "/a/waypost.db" in reason.text
    assert reason.text.endswith(".")
