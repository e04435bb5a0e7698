"""An incident that is silent too long: known from its files alone, a line on the page, a moment in now.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import minimal_site
from waypost.authoring.incidents import NewIncident, new_update, plan_open, plan_update
from waypost.authoring.io.planned_files import write_planned
from waypost.formats.status import ComponentStatus, Impact, UpdateStatus
from waypost.notify.dispatch import present_snapshot
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAME = "2026-11-20-pages-do-not-open"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    new = NewIncident("Pages do not open", {"web": ComponentStatus.PARTIAL_OUTAGE}, Impact.MAJOR)
    write_planned(plan_open(site, new, "They stay white.", NOW, 30 * MINUTE).files)
    return site


def look(site: Site, minutes: float) -> Mapping[str, datetime]:
    """Return since when which incidents are silent too long."""
    return present_snapshot(site, site.database_url, NOW + minutes * MINUTE)[1].overdue


def say(site: Site, minutes: float, status: str = "identified") -> None:
    update = new_update(UpdateStatus(status), "A disk.", NOW + minutes * MINUTE)
    write_planned(plan_update(site, "pages", update).files)


def test_a_promise_that_is_not_kept_is_known_until_somebody_says_more(site: Site) -> None:
    assert look(site, 30) == {}
    for minutes in (31, 32, 60, 600):
        assert look(site, minutes) == {NAME: NOW + 30 * MINUTE}


def test_each_silence_counts_from_its_update(site: Site) -> None:
    say(site, 40)
    assert look(site, 100) == {}, "an hour has not passed"
    assert look(site, 101) == {NAME: NOW + 100 * MINUTE}
    say(site, 110, "resolved")
    assert look(site, 10_000) == {}


def test_lint_yml_says_how_long_an_incident_may_be_silent(site: Site) -> None:
    say(site, 5)
    (site.root / "lint.yml").write_text("updates_within: {major: 10m}\n", encoding="utf-8")
    assert look(site, 16) == {NAME: NOW + 15 * MINUTE}


def test_a_broken_lint_yml_stops_nothing(site: Site) -> None:
    (site.root / "lint.yml").write_text("updates_within: {huge: 10m}\n", encoding="utf-8")
    assert len(look(site, 31)) == 1


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
