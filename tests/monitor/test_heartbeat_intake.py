"""What waits in the spool is taken in once, whatever is wrong with a file, with the folder, or with the process."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.stores import Store
from waypost.base.faults import FaultKind, Faults
from waypost.formats.observations import Ping, PingKind
from waypost.monitor import heartbeats
from waypost.monitor.heartbeats import Intake
from waypost.monitor.io.heartbeat_spool import Spool

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
JOB = ("backups", "heartbeat-1")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "waypost.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{database}")) as store:
        yield store


@pytest.fixture
def spool(database: Path, store: Store) -> Spool:
    """Return the spool of a database that is there."""
    spool = Spool(database)
    spool.prepare()
    return spool


def put(spool: Spool, minutes: float, kind: PingKind = PingKind.SUCCESS, job: tuple[str, str] = JOB) -> str:
    """Leave a report from so many minutes ago, and return the name of its file."""
    before = set(spool.names())
    spool.put(Ping(*job, NOW - timedelta(minutes=minutes), kind))
    [name] = set(spool.names()) - before
    return name


def subjects(faults: Faults) -> list[tuple[FaultKind, str]]:
    return [fault.key for fault in faults.present()]


def denied(error: int) -> OSError:
    return OSError(error, os.strerror(error))


@pytest.mark.parametrize("error", [errno.EMFILE, errno.EIO, errno.EACCES, errno.ENOMEM])
def test_a_report_that_cannot_be_read_once_is_kept_told_and_taken_in_later(
    store: Store, database: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    bad = put(spool, 10, PingKind.FAIL)
    put(spool, 5)
    faults = Faults()
    intake = Intake(database, faults)
    real = Spool.read

    def read(self: Spool, name: str) -> Ping | None:
        if name == bad:
            raise denied(error)
        return real(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Spool, "read", read)
        assert intake.step(store, NOW) == 1, "the other one is not held up"
        assert intake.step(store, NOW) == 0
        assert spool.names() == [bad]
        [fault] = faults.present()
        assert (fault.kind, fault.count) == (FaultKind.HEARTBEATS, 2)
        assert bad in fault.message
    assert intake.step(store, NOW) == 1
    assert (spool.names(), faults.present()) == ([], ())
    assert store.pings()[JOB].fail == NOW - timedelta(minutes=10)


def test_many_that_cannot_be_read_do_not_stand_in_the_way(
    store: Store, database: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeats, "MOST_FILES", 3)
    bad = {put(spool, minutes) for minutes in (50, 40, 30)}
    put(spool, 1)
    real = Spool.read

    def read(self: Spool, name: str) -> Ping | None:
        if name in bad:
            raise denied(errno.EIO)
        return real(self, name)

    monkeypatch.setattr(Spool, "read", read)
    intake = Intake(database, Faults())
    assert [intake.step(store, NOW) for _ in range(2)] == [0, 1]


def test_a_flood_is_taken_in_parts(
    store: Store, database: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeats, "MOST_FILES", 3)
    for minutes in range(5):
        put(spool, minutes)
    intake = Intake(database, Faults())
    assert [intake.step(store, NOW) for _ in range(3)] == [3, 2, 0]


def test_what_is_no_report_is_set_aside_and_told(store: Store, database: Path, spool: Spool) -> None:
    (spool.folder / "0.json").write_text("{}")
    (spool.folder / "1.json").mkdir()
    put(spool, 1)
    faults = Faults()
    assert Intake(database, faults).step(store, NOW) == 1
    assert sorted(path.name for path in spool.folder.iterdir()) == ["0.json.bad", "1.json.bad"]
    assert [fault.kind for fault in faults.take_changed()] == [FaultKind.HEARTBEATS] * 2
    assert faults.present() == ()


def test_what_cannot_be_removed_is_recorded_once_and_told(
    store: Store, database: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = put(spool, 10)
    faults = Faults()
    intake = Intake(database, faults)

    def remove(self: Spool, name: str) -> None:
        raise denied(errno.EACCES)

    with monkeypatch.context() as patch:
        patch.setattr(Spool, "remove", remove)
        assert [intake.step(store, NOW) for _ in range(3)] == [1, 0, 0]
        assert subjects(faults) == [(FaultKind.HEARTBEATS, "removal")]
        put(spool, 2)
        assert intake.step(store, NOW) == 1, "others are taken in"
        assert Intake(database, Faults()).step(store, NOW) == 2, "a new process knows nothing of it"
        assert store.pings()[JOB].success == NOW - timedelta(minutes=2), "and nothing changes"
    intake.step(store, NOW)
    assert (name in spool.names(), faults.present()) == (False, ())


def test_a_file_in_the_place_of_the_folder_is_one_fault_that_ends_when_it_is_mended(
    store: Store, database: Path, spool: Spool
) -> None:
    spool.folder.rmdir()
    spool.folder.write_text("in the way")
    faults = Faults()
    intake = Intake(database, faults)
    assert [intake.step(store, NOW) for _ in range(3)] == [0, 0, 0]
    [fault] = faults.present()
    assert (fault.kind, fault.count) == (FaultKind.HEARTBEATS, 3)
    assert str(spool.folder) in fault.message
    spool.folder.unlink()
    assert intake.step(store, NOW) == 0
    assert faults.present() == ()
    put(spool, 1)
    assert intake.step(store, NOW) == 1


def test_a_folder_that_vanishes_is_made_again(store: Store, database: Path, spool: Spool) -> None:
    intake = Intake(database, Faults())
    intake.step(store, NOW)
    spool.folder.rmdir()
    intake.step(store, NOW)
    assert spool.folder.is_dir()


def test_a_report_later_than_now_counts_as_of_now(store: Store, database: Path, spool: Spool) -> None:
    put(spool, -180, PingKind.START)
    put(spool, -181)
    Intake(database, Faults()).step(store, NOW)
    pings = store.pings()[JOB]
    assert pings.success == NOW
    assert pings.start == NOW - timedelta(milliseconds=1)


def test_what_a_wrong_clock_stored_hides_no_failure(store: Store, database: Path, spool: Spool) -> None:
    ahead = NOW + timedelta(hours=3)
    store.ping(Ping(*JOB, ahead - timedelta(minutes=1), PingKind.FAIL), ahead)
    store.ping(Ping(*JOB, ahead), ahead)
    put(spool, 1, PingKind.START)
    Intake(database, Faults()).step(store, NOW)
    pings = store.pings()[JOB]
    assert pings.start == NOW - timedelta(minutes=1)
    assert pings.fail
    assert pings.success
    assert pings.fail < pings.success < pings.start, "in the order in which they came"


FEW_FILES = """
import resource, sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from helpers.stores import Store
from waypost.base.faults import Faults
from waypost.monitor.heartbeats import Intake

database, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
with closing(Store(f"sqlite:///{database}")) as store:
    faults = Faults()
    intake = Intake(database, faults)
    store.pings()
    open_files = []
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        while True:
            open_files.append(open("/dev/null"))
    except OSError:
        pass
    print(intake.step(store, now), [fault.kind.value for fault in faults.present()])
    # One is enough to list the folder, and none is left to read a file in it.
    for file in open_files:
        file.close()
    print(intake.step(store, now), faults.present())
"""


def test_a_process_without_file_handles_loses_nothing(store: Store, database: Path, spool: Spool) -> None:
    put(spool, 1, PingKind.FAIL)
    done = subprocess.run(
        [sys.executable, "-c", FEW_FILES, database, NOW.isoformat()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),  # it calls nothing else
    )
    assert done.stdout.splitlines() == ["0 ['heartbeats']", "1 ()"], done.stderr
