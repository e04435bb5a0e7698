"""An incident that is silent too long: one event for each silence, a line on the page, a moment in now.json."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import minimal_site
from waypost.adapters.store import Store
from waypost.app.incidents import NewIncident, new_update, plan_open, plan_update
from waypost.app.planned_files import write_planned
from waypost.app.project import load_project
from waypost.app.publish import publish
from waypost.app.site import Site
from waypost.app.upkeep import Upkeep
from waypost.model.rollups import Event, EventKind
from waypost.model.status import Impact, UpdateStatus

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAME = "2026-11-20-pages-do-not-open"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    new = NewIncident("Pages do not open", ["web"], Impact.MAJOR)
    write_planned(plan_open(site, new, "They stay white.", NOW, 30 * MINUTE).files)
    return site


@pytest.fixture
def store(site: Site) -> Iterator[Store]:
    with closing(Store(site.database_url)) as store:
        yield store


def look(site: Site, store: Store, minutes: float) -> list[Event]:
    """Do what a daemon does that has just started, and return what it has told of silences."""
    assert Upkeep().step(store, NOW + minutes * MINUTE, load_project(site).status) == []
    return [event for event in store.events() if event.kind is EventKind.UPDATE_OVERDUE]


def say(site: Site, minutes: float, status: str = "identified") -> None:
    update = new_update(UpdateStatus(status), "A disk.", NOW + minutes * MINUTE)
    write_planned(plan_update(site, "pages", update).files)


def test_a_promise_that_is_not_kept_is_told_once(site: Site, store: Store) -> None:
    assert look(site, store, 30) == []
    [event] = look(site, store, 31)
    assert (event.at, event.component) == (NOW + 31 * MINUTE, "")
    assert event.detail == {
        "incident": NAME,
        "after": "20261120t120000z-investigating",
        "impact": "major",
        "due": "2026-11-20T12:30:00+00:00",
    }
    for minutes in (32, 60, 600):
        assert look(site, store, minutes) == [event], "also by a daemon that was started again"


def test_each_silence_is_told(site: Site, store: Store) -> None:
    look(site, store, 31)
    say(site, 40)
    assert len(look(site, store, 100)) == 1, "an hour has not passed"
    [_, event] = look(site, store, 101)
    assert event.detail["due"] == "2026-11-20T13:40:00+00:00"
    say(site, 110, "resolved")
    assert len(look(site, store, 10_000)) == 2


def test_another_limit_is_no_other_silence(site: Site, store: Store) -> None:
    say(site, 5)
    assert len(look(site, store, 70)) == 1
    (site.root / "lint.yml").write_text("updates_within: {major: 10m}\n", encoding="utf-8")
    assert len(look(site, store, 71)) == 1


def test_lint_yml_says_how_long_an_incident_may_be_silent(site: Site, store: Store) -> None:
    say(site, 5)
    (site.root / "lint.yml").write_text("updates_within: {major: 10m}\n", encoding="utf-8")
    [event] = look(site, store, 16)
    assert event.detail["due"] == "2026-11-20T12:15:00+00:00"


def test_a_broken_lint_yml_stops_nothing(site: Site, store: Store) -> None:
    (site.root / "lint.yml").write_text("updates_within: {huge: 10m}\n", encoding="utf-8")
    assert len(look(site, store, 31)) == 1


def test_several_pollers_of_one_database_tell_it_once(site: Site, store: Store) -> None:
    status = load_project(site).status
    ready = threading.Barrier(4)
    failed: list[Exception] = []

    def poller() -> None:
        with closing(Store(site.database_url)) as mine:
            ready.wait(10)
            failed.extend(Upkeep().step(mine, NOW + 40 * MINUTE, status))

    threads = [threading.Thread(target=poller) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert len([event for event in store.events() if event.kind is EventKind.UPDATE_OVERDUE]) == 1


def test_the_page_and_now_json_say_when_it_was_due(site: Site) -> None:
    def published(minutes: float) -> tuple[str, object]:
        publish(site, load_project(site), NOW + minutes * MINUTE)
        now = json.loads((site.status_output / "now.json").read_text(encoding="utf-8"))
        [entry] = [item for item in now["incidents"] if item["id"] == NAME]
        return (site.status_output / "index.html").read_text(encoding="utf-8"), entry["overdue_since"]

    page, since = published(20)
    assert "Next update by 20 Nov, 13:30" in page
    assert since is None
    page, since = published(45)
    assert "The next update was due on 20 Nov, 13:30." in page
    assert "Next update by" not in page
    assert since == "2026-11-20T12:30:00.000Z"
    say(site, 50)
    page, since = published(55)
    assert "was due" not in page
    assert since is None


def test_the_page_has_something_new_to_say_when_an_update_is_overdue(site: Site) -> None:
    project = load_project(site)
    before = publish(site, project, NOW + 20 * MINUTE).snapshot.changed_at
    after = publish(site, project, NOW + 45 * MINUTE).snapshot.changed_at
    assert (before, after) == (NOW, NOW + 30 * MINUTE)
