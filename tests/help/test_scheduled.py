"""Articles that come and go by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from helpers.sites import called, minimal_site, replace
from waypost.base.clock import utc_now
from waypost.build import build_site
from waypost.cli.coming import coming_lines
from waypost.help.rules.feed_items import ArticleDates, since_published
from waypost.lint.lint import lint
from waypost.reading.project import check_project, load_project
from waypost.reading.site import Site
from waypost.serve import SiteWatch

BERLIN_MIDNIGHT = datetime(2026, 11, 30, 23, tzinfo=UTC)
GONE = datetime(2027, 1, 7, 11, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FRONT = "publish_on: 2026-12-01\nexpires_on: 2027-01-07T12:00:00+01:00"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    status = site.root / "status/status.yml"
    text = status.read_text(encoding="utf-8")
    if "time_zone" not in text:
        replace(status, "page:\n", "page:\n  time_zone: Europe/Berlin\n")
    write(site, "zebra", FRONT)
    return site


def write(site: Site, name: str, front: str, body: str = "The zebra is striped.") -> Path:
    path = site.root / f"content/start/{name}.md"
    path.write_text(f"---\ntitle: The {name}\nsummary: Of it.\n{front}\n---\n{body}\n", encoding="utf-8")
    return path


def is_published(site: Site, now: datetime) -> bool:
    build_site(site, now)
    is_page = (site.output / "start/zebra/index.html").is_file()
    files = [
        path for path in site.output.rglob("*") if path.suffix in (".html", ".json", ".xml", ".txt", ".md")
    ]
    assert any(b"zebra" in path.read_bytes() for path in files) is is_page, "all of it, or nothing"
    return is_page


def test_it_comes_and_goes_with_the_build_after_its_moment(site: Site) -> None:
    moments = (BERLIN_MIDNIGHT - SECOND, BERLIN_MIDNIGHT, GONE - SECOND, GONE)
    assert [is_published(site, now) for now in moments] == [False, True, True, False]


def test_a_draft_never_comes_and_no_offset_is_refused(site: Site) -> None:
    write(site, "zebra", f"draft: true\n{FRONT}")
    assert "start/zebra.md" not in load_project(site, BERLIN_MIDNIGHT).help_center.pages
    write(site, "zebra", "publish_on: 2026-12-01T09:00")
    assert [problem.code for problem in check_project(site, GONE)[1]] == ["bad-date"]


def test_what_comes_next_is_told(site: Site) -> None:
    write(site, "okapi", "publish_on: 2026-11-30T00:00:00Z")
    before = datetime(2026, 11, 20, tzinfo=UTC)
    assert list(coming_lines(load_project(site, before), before)) == [
        "2 articles come by themselves: content/start/okapi.md on 2026-11-30 01:00, content/start/zebra.md on "
        "2026-12-01 00:00.",
        "1 article goes by itself: content/start/zebra.md on 2027-01-07 12:00.",
    ]
    assert list(coming_lines(load_project(site, GONE), GONE)) == []
    for number in range(9):
        write(site, f"z{number}", "publish_on: 2026-12-05")
    assert next(coming_lines(load_project(site, before), before)).endswith(", 6 more later.")


def test_build_and_status_say_it(site: Site) -> None:
    with time_machine.travel(datetime(2026, 11, 25, tzinfo=UTC), tick=True):
        for command in ("build", "status"):
            told = called(command, site=site).stdout
            assert "1 article comes by itself: content/start/zebra.md on 2026-12-01 00:00." in told


def test_serve_builds_once_when_the_time_has_come(site: Site) -> None:
    with time_machine.travel(BERLIN_MIDNIGHT - SECOND, tick=False) as clock:
        watch = SiteWatch(site)
        watch.expect(build_site(site, utc_now()))
        assert not watch.must_build()
        clock.move_to(BERLIN_MIDNIGHT)
        assert [watch.must_build(), watch.must_build()] == [True, False]


def test_an_answer_to_what_has_expired_is_no_reason_to_stop_a_build(site: Site) -> None:
    write(
        site,
        "tree",
        "kind: troubleshooter",
        "## Is it striped?\n\n- [Yes](zebra.md)\n- [No](#write)\n\n## Write\n\nOutcome: ticket",
    )
    levels = [
        [(problem.code, problem.level.value) for problem in lint(site, now) if problem.code == "dead-end"]
        for now in (BERLIN_MIDNIGHT - SECOND, BERLIN_MIDNIGHT, GONE)
    ]
    assert levels == [[("dead-end", "error")], [], [("dead-end", "warning")]]
    build_site(site, GONE)


def test_for_readers_an_article_is_as_old_as_its_publication(site: Site) -> None:
    schedules = load_project(site, GONE).help_center.schedules
    long_ago, later = BERLIN_MIDNIGHT - timedelta(days=9), BERLIN_MIDNIGHT + timedelta(days=9)
    dates = {
        "start/zebra.md": ArticleDates(long_ago, later),
        "start/first.md": ArticleDates(long_ago, long_ago),
    }
    found = since_published(dates, schedules)
    assert found["start/zebra.md"] == ArticleDates(BERLIN_MIDNIGHT, later)
    assert found["start/first.md"] == dates["start/first.md"]
