"""What commands do where the disk, the rights or the folders are not as they should be: a sentence, and no damage."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.disks import fill, read_only, small_disk
from helpers.sites import called, minimal_site, replace
from waypost.base.files.os_errors import explain_os_error
from waypost.reading.site import Site

ROOM = 16 * 1024 * 1024


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site that was published once."""
    site = minimal_site(tmp_path / "site")
    assert called("publish", site=site).returncode == 0
    return site


def published(site: Site) -> dict[str, bytes]:
    paths = (path for path in site.output.rglob("*") if path.is_file() and path.name != "filling")
    return {str(path.relative_to(site.output)): path.read_bytes() for path in paths}


def change(site: Site) -> None:
    """Let there be something to publish."""
    replace(site.root / "status/status.yml", "name: Web pages", "name: All the pages of the web")


def refused(done: subprocess.CompletedProcess[str], words: str, below: Path) -> None:
    """Look that a command ended with one sentence that names a path."""
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"waypost: {words}: {below}")
    assert "waypost-tmp" not in line


@pytest.mark.parametrize("command", ["publish", "build"])
def test_a_full_disk_leaves_what_is_published_as_it_was(command: str, site: Site, tmp_path: Path) -> None:
    copy = shutil.copytree(site.output, tmp_path / "copy")
    with small_disk(site.output, ROOM):
        shutil.copytree(copy, site.output, dirs_exist_ok=True)
        fill(site.output / "filling")
        before = published(site)
        change(site)
        done = called(command, site=site)
        refused(done, "No space left on device", site.output)
        assert done.stderr.endswith(". Make room on the disk that it is on.\n")
        assert published(site) == before, "no page is changed, and nothing temporary is left"
        (site.output / "filling").unlink()
        assert called(command, site=site).returncode == 0
        assert b"All the pages of the web" in (site.status_output / "index.html").read_bytes()


@pytest.mark.parametrize("command", ["publish", "build"])
def test_a_site_that_cannot_be_written_is_named(command: str, site: Site) -> None:
    before = published(site)
    change(site)
    with read_only(site.output):
        refused(called(command, site=site), "Read-only file system", site.output)
    assert published(site) == before
    assert called(command, site=site).returncode == 0


@pytest.mark.parametrize("command", ["poll", "status", "deliver", "lint"])
def test_what_publishes_nothing_does_not_care_for_the_disk_of_the_pages(command: str, site: Site) -> None:
    replace(
        site.root / "status/status.yml",
        'http: "https://www.example.org/health"',
        'http: "http://127.0.0.1:1/"',
    )
    with read_only(site.output):
        done = called(command, site=site)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["publish", "build"])
@pytest.mark.parametrize("place", ["site", "site/status"])
def test_a_file_in_the_place_of_the_pages_is_named(command: str, place: str, site: Site) -> None:
    shutil.rmtree(site.root / place)
    (site.root / place).write_text("mine", encoding="utf-8")
    done = called(command, site=site)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(site.root / place) in line
    assert line.endswith("A file stands where a folder should be. Move it away.")
    assert (site.root / place).read_text(encoding="utf-8") == "mine"


def test_a_site_that_is_published_with_a_private_umask_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    before = os.umask(0o077)
    try:
        assert called("poll", site=site).returncode == 0
        assert called("build", site=site).returncode == 0
    finally:
        os.umask(before)
    for path in (site.output, *site.output.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
    for path in ((site.root / ".waypost"), *(site.root / ".waypost").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/a"),
            "No space left on device: /a. Make room on the disk that it is on.",
        ),
        (OSError(errno.EBUSY, "Device or resource busy", "/a"), "Device or resource busy: /a"),
        (
            OSError(errno.EMFILE, "Too many open files"),
            "Too many open files. Raise the limit of open files (ulimit -n).",
        ),
        (OSError("no answer in time"), "no answer in time"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_an_error_of_the_system_says_what_to_do(error: OSError, words: str) -> None:
    assert explain_os_error(error) == words
