"""A report of another user is kept only where the poller can read and remove it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.other_users import Users
from waypost.base.files.users import may_empty, user_name

POLLER, JOB, GROUP, ROOT = 61001, 61002, 61003, 0
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as several users")


@pytest.fixture(scope="module")
def users() -> Iterator[Users]:
    with Users() as users:
        yield users


@pytest.fixture
def database() -> Iterator[Path]:
    """Return a database that belongs to the poller, in a folder that everybody may enter."""
    # The folders of pytest are closed to other users.
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    os.chown(folder, POLLER, POLLER)
    database = folder / "waypost.db"
    yield database
    shutil.rmtree(folder)


def spool(database: Path) -> Path:
    return database.with_name("waypost.db.heartbeats")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o777])
@pytest.mark.parametrize("is_first", [True, False], ids=["before_the_poller", "after_the_poller"])
def test_what_root_reports_is_taken_in_by_the_poller(
    users: Users, database: Path, umask: int, is_first: bool
) -> None:
    if not is_first:
        assert users.act(POLLER, "take", database, NOW) == "[0, 0] []"
        shutil.rmtree(spool(database))
    assert users.act(ROOT, "fail", database, NOW, umask=umask) == "kept"
    assert spool(database).stat().st_uid == POLLER
    assert users.act(POLLER, "take", database, NOW) == "[1, 0] []"
    assert list(spool(database).iterdir()) == []


@pytest.mark.parametrize("trap", ["link", "folder"])
def test_root_gives_nothing_away_that_the_owner_of_the_database_put_in_its_path(
    users: Users, database: Path, tmp_path: Path, trap: str
) -> None:
    users.act(POLLER, "take", database, NOW)
    shutil.rmtree(spool(database))
    secret = (tmp_path if trap == "link" else spool(database)) / "secret"
    secret.parent.mkdir(mode=0o755, exist_ok=True)
    secret.write_text("of root")
    if trap == "link":
        spool(database).symlink_to(tmp_path)
    answer = users.act(ROOT, "put", database, NOW)
    assert answer != "kept"
    if trap == "folder":
        assert answer.endswith(f"Give that folder to user {POLLER}: chown {POLLER} {spool(database)}")
    assert secret.parent.stat().st_uid == ROOT
    assert list(secret.parent.iterdir()) == [secret]


def test_root_mends_a_folder_that_the_poller_could_not_empty(users: Users, database: Path) -> None:
    users.act(POLLER, "take", database, NOW)
    shutil.rmtree(spool(database))
    spool(database).mkdir(0o755)
    assert users.act(ROOT, "put", database, NOW) == "kept"
    assert users.act(POLLER, "take", database, NOW) == "[1, 0] []"


@pytest.mark.parametrize("has_folder", [True, False])
def test_another_user_is_refused_and_told_what_to_do(users: Users, database: Path, has_folder: bool) -> None:
    users.act(POLLER, "take", database, NOW)
    if not has_folder:
        shutil.rmtree(spool(database))
    answer = users.act(JOB, "put", database, NOW)
    assert answer == (
        f"Nothing was kept: user {POLLER}, who owns the database, could not take in what user {JOB} puts into"
        f" {spool(database)}. Report as user {POLLER}, or over HTTP to `waypost run --listen`."
    )
    assert not has_folder or list(spool(database).iterdir()) == []


def test_a_folder_that_the_poller_cannot_empty_takes_nothing(users: Users, database: Path) -> None:
    users.act(POLLER, "take", database, NOW)
    os.chown(spool(database), JOB, JOB)
    assert users.act(JOB, "put", database, NOW).startswith("Nothing was kept")
    assert list(spool(database).iterdir()) == []


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_group_may_report_where_the_folder_is_its_own(users: Users, database: Path, umask: int) -> None:
    users.act(POLLER, "take", database, NOW)
    os.chown(spool(database), POLLER, GROUP)
    spool(database).chmod(0o2770)
    assert users.act(JOB, "fail", database, NOW, umask=umask, group=GROUP) == "kept"
    assert users.act(JOB, "fail", database, NOW).startswith("Nothing was kept")
    assert users.act(POLLER, "take", database, NOW) == "[1, 0] []"


def test_a_group_that_may_write_beside_the_database_may_report(users: Users, database: Path) -> None:
    os.chown(database.parent, POLLER, GROUP)
    database.parent.chmod(0o2775)
    users.act(POLLER, "take", database, NOW, umask=0o077, group=GROUP)
    assert (mode(spool(database)), spool(database).stat().st_gid) == (0o2770, GROUP)
    assert users.act(JOB, "put", database, NOW, group=GROUP) == "kept"
    assert users.act(POLLER, "take", database, NOW) == "[1, 0] []"


def test_otherwise_the_folder_is_the_pollers_alone(users: Users, database: Path) -> None:
    users.act(POLLER, "take", database, NOW, umask=0)
    assert (mode(spool(database)), spool(database).stat().st_uid) == (0o700, POLLER)


def test_what_the_poller_cannot_read_or_remove_is_told_and_stays(users: Users, database: Path) -> None:
    users.act(POLLER, "take", database, NOW)
    users.act(POLLER, "fail", database, NOW)
    [report] = spool(database).iterdir()
    report.chmod(0o600)
    os.chown(report, ROOT, ROOT)
    assert users.act(POLLER, "take", database, NOW) == "[0, 0] ['spool files']"
    report.chmod(0o644)
    os.chown(spool(database), ROOT, ROOT)
    spool(database).chmod(0o755)
    assert users.act(POLLER, "take", database, NOW) == "[1, 0] ['removal']"
    assert report.exists()
    os.chown(spool(database), POLLER, POLLER)
    assert users.act(POLLER, "take", database, NOW) == "[1, 0] []"
    assert not report.exists()


def test_rights_of_a_folder_are_those_of_the_system(tmp_path: Path) -> None:
    os.chown(tmp_path, POLLER, GROUP)
    for bits, may in ((0o700, True), (0o500, False), (0o077, False)):
        tmp_path.chmod(bits)
        assert may_empty(POLLER, tmp_path.stat()) is may
    for bits, may in ((0o707, True), (0o770, False), (0o1777, False), (0o733, False)):
        tmp_path.chmod(bits)
        assert may_empty(JOB, tmp_path.stat()) is may
    assert may_empty(ROOT, tmp_path.stat())
    assert (user_name(ROOT), user_name(JOB)) == ("root", f"user {JOB}")
