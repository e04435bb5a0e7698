from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import environment, fingerprint, minimal_site, replace, waypost
from waypost.build import build_site
from waypost.publishing.pages.render import SHELL_PATH
from waypost.publishing.publish import publish, write_changes
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


def contents(site: Site) -> dict[str, str]:
    return {path: entry[0] for path, entry in fingerprint(site.status_output).items()}


def publish_now(site: Site, now: datetime = NOW) -> tuple[str, ...]:
    return publish(site, load_project(site), now).changed


def test_where_nothing_changed_no_file_is_written(site: Site) -> None:
    publish_now(site)
    before = fingerprint(site.status_output)
    assert publish_now(site) == ()
    assert fingerprint(site.status_output) == before


def test_time_alone_changes_only_the_file_that_says_how_fresh_all_is(site: Site) -> None:
    publish_now(site)
    before = fingerprint(site.status_output)
    assert publish_now(site, NOW + timedelta(minutes=1)) == ("now.json",)
    after = fingerprint(site.status_output)
    assert [path for path in after if after[path] != before[path]] == ["now.json"]


def test_pages_are_written_after_what_they_refer_to(site: Site) -> None:
    changed = publish_now(site)
    first_page = next(index for index, path in enumerate(changed) if path.endswith(".html"))
    assert all(path.endswith(".html") for path in changed[first_page:])
    assert {"index.html", "feed.atom", "maintenance.ics", "api/v2/summary.json"} <= set(changed)


def test_a_database_in_which_nothing_is_yet_is_one_without_history(site: Site, database_url: str) -> None:
    publish_now(site)
    pages = contents(site)
    assert publish(site, load_project(site), NOW, database_url).changed == ()
    assert contents(site) == pages


def test_without_a_build_the_pages_have_a_frame_of_their_own(site: Site) -> None:
    publish_now(site)
    page = (site.status_output / "index.html").read_text(encoding="utf-8")
    assert "Example status</title>" in page
    assert "%%WAYPOST" not in page
    assert not (site.status_output / SHELL_PATH).exists()
    for name in ("tokens.css", "base.css", "status.css", "scheme.js", "now.js"):
        assert f"assets/{name}" in page
        assert (site.status_output / "assets" / name).is_file()
    assert not (site.output / "index.html").exists(), "the help center is not published"


def test_a_build_gives_the_pages_the_frame_of_the_help_center(site: Site) -> None:
    replace(site.root / "mkdocs.yml", "site_name: Minimal", "site_name: Minimal\ncopyright: The Framers")
    publish_now(site)
    assert "The Framers" not in (site.status_output / "index.html").read_text(encoding="utf-8")
    build_site(site, NOW)
    built = fingerprint(site.status_output)
    assert "The Framers" in (site.status_output / "index.html").read_text(encoding="utf-8")
    assert publish_now(site) == (), "publishing keeps the frame"
    assert fingerprint(site.status_output) == built


DAMAGE: dict[str, bytes] = {
    # A frame in which something is missing would hide the state of the service.
    "empty": b"",
    "cut_off_half_way": b"<!doctype html><html>%%WAYPOST-HEAD%%%%WAYPOST-HELP%%%%WAYPOST-STATUS%%",
    "no_place_for_the_content": b"%%WAYPOST-HEAD%%%%WAYPOST-HELP%%%%WAYPOST-STATUS%%%%WAYPOST-ATTRIBUTES%%",
    "not_text": b"\xff\xfe\x00 %%WAYPOST-HEAD%%",
    "not_text_but_all_slots": b"\xff" + b"%%WAYPOST-HELP%%%%WAYPOST-STATUS%%%%WAYPOST-HEAD%%"
    b"%%WAYPOST-MAIN%%%%WAYPOST-ATTRIBUTES%%",
    "another_page": b"<!doctype html><title>Not found</title>",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_frame_is_not_published_into(damage: str, site: Site) -> None:
    publish_now(site)
    plain = (site.status_output / "index.html").read_bytes()
    build_site(site, NOW)
    (site.status_output / SHELL_PATH).write_bytes(DAMAGE[damage])
    publish_now(site)
    assert (site.status_output / "index.html").read_bytes() == plain
    assert not (site.status_output / SHELL_PATH).exists()


@pytest.mark.parametrize("folder", ["", "assets", "assets/site", "api/v2", "incidents"])
def test_temporary_files_of_a_killed_process_are_removed(folder: str, site: Site) -> None:
    build_site(site, NOW)
    clean = fingerprint(site.status_output)
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    (site.status_output / folder / f".index.html.{dead.pid}.waypost-tmp").write_text("half a pa")
    publish_now(site)
    assert fingerprint(site.status_output) == clean


def test_a_temporary_file_of_a_process_that_is_at_work_is_left_to_it(site: Site) -> None:
    publish_now(site)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as rival:
        mine = site.status_output / f".index.html.{rival.pid}.waypost-tmp"
        mine.write_text("half a pa")
        assert publish_now(site) == ()
        assert mine.read_text() == "half a pa"
        rival.communicate(b"\n")
    publish_now(site)
    assert not mine.exists()


def test_an_incident_that_is_deleted_leaves_no_page(site: Site) -> None:
    publish_now(site)
    name = "2026-10-02-mail-arrives-late"
    (site.root / "status" / "incidents" / f"{name}.md").unlink()
    changed = publish_now(site)
    assert f"incidents/{name}/index.html" in changed
    assert not (site.status_output / "incidents").exists()
    texts = [path.read_bytes() for path in site.status_output.rglob("*") if path.is_file()]
    assert not any(name.encode() in text for text in texts)


def test_a_folder_in_the_way_of_a_file_is_replaced(site: Site) -> None:
    publish_now(site)
    before = contents(site)
    (site.status_output / "feed.rss").unlink()
    (site.status_output / "feed.rss" / "inside").mkdir(parents=True)
    publish_now(site)
    assert contents(site) == before


# Publishes over and over, each time with another name of the page, so that every file changes: by the command,
# and in turn as a process that stays does. Each line it reads starts a process of its own that has everything
# loaded, so that death finds it at work.
ROUNDS = """
import itertools, os, pathlib, sys
from waypost.base.clock import utc_now
from waypost.publishing.publish import PublishCache, publish, write_changes
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.cli import main
config = pathlib.Path("status/status.yml")
site = Site(pathlib.Path.cwd())

def stay(cache):
    publication = publish(site, load_project(site), utc_now(), cache=cache)
    write_changes(pathlib.Path("changed.txt"), publication)
    print(len(publication.changed), "files changed", flush=True)

def work(first):
    cache = PublishCache()
    for number in itertools.count(first):
        text = config.read_text(encoding="utf-8").splitlines()
        text[1] = f"  name: Example status {number}"
        config.with_name("new.tmp").write_text("\\n".join(text) + "\\n", encoding="utf-8")
        config.with_name("new.tmp").replace(config)
        if first % 2000:
            stay(cache)
        else:
            main(["publish", "--changed-to", "changed.txt"], standalone_mode=False)

for line in sys.stdin:
    child = os.fork()
    if not child:
        print(os.getpid(), flush=True)
        work(int(line))
    os.waitpid(child, 0)
    print("ended", flush=True)
"""

# How the files that a client reads begin and end when they are whole.
WHOLE = {
    "index.html": ("<!doctype html>", "</html>"),
    "now.json": ("{\n", "}\n"),
    "badge/overall.svg": ("<svg ", "</svg>\n"),
    "badge/part-3-uptime.svg": ("<svg ", "</svg>\n"),
    "banner.js": ("(() => {\n", "})();\n"),
    "../../changed.txt": ("", "\n"),
}


class Reader:
    """Reads published files all the time, as visitors do, and notes whatever is not whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.faults: list[str] = []
        self.reads = 0
        self.versions: set[str] = set()

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                texts = {name: (self._folder / name).read_text(encoding="utf-8") for name in WHOLE}
                summary = json.loads((self._folder / "api" / "v2" / "summary.json").read_bytes())
            except (OSError, ValueError) as error:
                self.faults.append(repr(error))
                continue
            for name, (begin, end) in WHOLE.items():
                if not (texts[name].startswith(begin) and texts[name].endswith(end)):
                    self.faults.append(f"{name} of {len(texts[name])} characters")
            self.versions.add(summary["page"]["name"])
            self.reads += 1

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def kill_at_a_random_moment(workshop: subprocess.Popen[str], first_number: int, luck: random.Random) -> None:
    assert workshop.stdin
    assert workshop.stdout
    workshop.stdin.write(f"{first_number}\n")
    workshop.stdin.flush()
    process = int(workshop.stdout.readline())
    for _ in range(luck.randrange(1, 4)):
        assert "files changed" in workshop.stdout.readline()
    # Somewhere within the next publication, which takes milliseconds.
    threading.Event().wait(luck.random() * 0.03)
    os.kill(process, signal.SIGKILL)
    while workshop.stdout.readline() != "ended\n":
        pass


def test_readers_never_see_half_a_file_however_publishing_is_killed(site: Site) -> None:
    many = "\n".join(f"  - {{id: part-{number}, name: Part {number}}}" for number in range(12))
    with (site.root / "status" / "status.yml").open("a", encoding="utf-8") as stream:
        stream.write(many + "\n")
    write_changes(site.root / "changed.txt", publish(site, load_project(site), NOW))
    luck = random.Random(20261120)  # noqa: S311  # not a secret
    workshop = subprocess.Popen(
        [sys.executable, "-c", ROUNDS],
        cwd=site.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    with workshop, Reader(site.status_output) as reader:
        for number in range(12):
            kill_at_a_random_moment(workshop, number * 1000, luck)
    assert reader.faults == []
    assert reader.reads > 20
    assert len(reader.versions) >= 12, "every round has published something"
    assert waypost("publish", site=site).returncode == 0
    assert list(site.status_output.rglob(".*")) == [], "temporary files are cleaned up"
    fresh = minimal_site(site.root.parent / "fresh")
    (fresh.root / "status" / "status.yml").write_bytes((site.root / "status" / "status.yml").read_bytes())
    when = NOW + timedelta(days=1)
    publish_now(site, when)
    publish_now(fresh, when)
    assert contents(site) == contents(fresh)


PREPARE = "import os, sys, threading, signal, time, pathlib\nfrom waypost.cli import main\n"
STOP_SOON = """
def stop():
    while not pathlib.Path("site/status/now.json").exists():
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=stop).start()
"""
NO_MKDOCS = {
    "poll": 'main(["poll"], standalone_mode=False)',
    "publish": 'main(["publish"], standalone_mode=False)',
    "status": 'main(["status"], standalone_mode=False)',
    "run": STOP_SOON + 'main(["run"], standalone_mode=False)',
    "modules": "import waypost.monitor.poll, waypost.publishing.publish, waypost.publishing.publish, waypost.run",
}


@pytest.mark.parametrize("command", NO_MKDOCS)
def test_polling_and_publishing_never_load_the_engine_of_the_help_center(command: str, site: Site) -> None:
    replace(site.root / "status" / "status.yml", "https://www.example.org/health", "http://127.0.0.1:9/")
    heavy = (
        "print('LOADED', sorted({name.partition('.')[0] for name in sys.modules} & {'mkdocs', 'material'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{PREPARE}{NO_MKDOCS[command]}\n{heavy}"],
        cwd=site.root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["LOADED []"], done.stdout + done.stderr
