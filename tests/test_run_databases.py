"""`waypost run` and its neighbours where the database hangs, or is deleted, replaced or emptied under them."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from helpers.postgres import Cluster, black_hole
from helpers.sites import Running, called, running, wait_until, waypost
from waypost.base.database import postgres as deadlines
from waypost.base.database.engine import StoreError
from waypost.monitor.store.reading import read_history
from waypost.reading.site import Site

GONE = "is gone: its file was deleted or moved away while it was in use. Nothing is recorded until it is back"


@pytest.fixture
def site(polled_site: Site) -> Site:
    return polled_site


@pytest.fixture
def path(site: Site) -> Path:
    return site.root / ".waypost" / "waypost.db"


@contextmanager
def polling(site: Site, *options: str) -> Iterator[Running]:
    with running("run", *options, site=site) as command:
        wait_until(lambda: command.said("Polling"), "it began")
        wait_until(lambda: page_of(site), "the page was published")
        yield command


def page_of(site: Site) -> str:
    page = site.status_output / "index.html"
    return page.read_text(encoding="utf-8") if page.is_file() else ""


def answers_in(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        return int(connection.execute("SELECT count(*) FROM observation").fetchone()[0])


def is_covered(url: str) -> bool:
    try:
        return bool(read_history(url).coverage)
    except StoreError:
        return False


def until_more_answers(path: Path, what: str) -> None:
    before = answers_in(path)
    wait_until(lambda: answers_in(path) > before, what)


def test_a_frozen_server_is_reported_polled_into_again_and_does_not_hold_up_the_end(
    postgres: Cluster, site: Site
) -> None:
    url = postgres.new_url()
    with polling(site, "--database", url) as command:
        wait_until(lambda: is_covered(url), "the check was polled")
        with postgres.frozen():
            wait_until(lambda: command.said("Look whether the server runs"), "it is reported")
        before = read_history(url).coverage[-1].end
        wait_until(lambda: read_history(url).coverage[-1].end > before, "it is polled on")
        with postgres.frozen():
            # It may be in the middle of anything.
            assert command.end(signal.SIGTERM) == 0
    assert "Traceback" not in "".join(command.err)


def test_commands_give_up_a_server_that_never_answers(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "CONNECT", 0.3)
    with black_hole() as url:
        for words in (["status"], ["poll"], ["publish"], ["deliver"]):
            done = called(*words, "--database", url, site=site)
            assert done.returncode == 1
            assert "The database cannot be used now: " in done.stderr
            assert "Look whether the server runs" in done.stderr


def test_a_file_that_is_deleted_is_reported_and_nothing_is_lost_when_it_comes_back(
    site: Site, path: Path
) -> None:
    with polling(site) as command:
        wait_until(lambda: is_covered(site.database_url), "the check was polled")
        page = page_of(site)
        aside = path.parent / "aside"
        shutil.copytree(path.parent, aside, copy_function=os.link)
        for name in ("waypost.db", "waypost.db-wal", "waypost.db-shm"):
            (path.parent / name).unlink()
        wait_until(lambda: command.said(GONE), "it is reported")
        assert not path.exists(), "no other one is made in its place"
        done = called("status", site=site)
        assert (done.returncode, "while a Waypost is polling into it" in done.stderr) == (1, True)
        assert ("Web pages" in page, "Web pages" in page_of(site)) == (True, True), (
            "the page keeps what it has"
        )
        for name in ("waypost.db-shm", "waypost.db-wal", "waypost.db"):
            (aside / name).rename(path.parent / name)
        wait_until(lambda: command.said("The database is back; recording goes on."), "it is found")
        until_more_answers(path, "it is polled into again")
        assert command.end(signal.SIGTERM) == 0
    assert "Traceback" not in "".join(command.err)


@pytest.mark.parametrize("way", ["deleted", "emptied", "replaced"])
def test_polling_goes_on_in_a_new_file_where_the_operator_says_so(site: Site, path: Path, way: str) -> None:
    with polling(site, "--when-database-vanishes", "new") as command:
        wait_until(lambda: is_covered(site.database_url), "the check was polled")
        if way == "deleted":
            path.unlink()
        elif way == "emptied":
            with closing(sqlite3.connect(path, timeout=10)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            os.truncate(path, 0)
        else:
            other = path.with_name("other.db")
            other.touch()
            other.replace(path)
        wait_until(lambda: command.said("Polling goes on in a new one."), "it is reported")
        wait_until(lambda: is_covered(site.database_url), "the check was polled again")
        until_more_answers(path, "it is polled on")
        assert command.end(signal.SIGTERM) == 0
    assert "Traceback" not in "".join(command.err)


def test_a_policy_that_there_is_not_is_refused(site: Site) -> None:
    done = waypost("run", "--when-database-vanishes", "panic", site=site)
    assert (done.returncode, "'panic' is not one of 'wait', 'new'" in done.stderr) == (2, True)
