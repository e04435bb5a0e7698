"""What is over is summed up once; a change of the past makes it anew, and nothing that is published differs."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import minimal_site
from helpers.stores import Store
from waypost.formats.status import ComponentStatus, Coverage, StateChange
from waypost.formats.status_site import History
from waypost.publishing import publish as publishing
from waypost.publishing.archive import Archive, Archived
from waypost.publishing.io.archive_files import INDEX
from waypost.publishing.publish import ARCHIVE, RECORD, PublishCache, publish
from waypost.reading.io.history_files import FOLDER, HistoryText, history_files
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules import past as pasts
from waypost.status.rules.observed import Observed
from waypost.status.rules.snapshot import snapshot_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WELL, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE

STATUS = """\
page: {{name: Example status, url: "https://status.example.org/", time_zone: Europe/Berlin}}
policy: {{correlate: "{correlate}"}}
components:
  - {{id: mail, name: Mail, checks: [{{http: "https://example.org/mail", every: 60s, timeout: 10s}}]}}
  - {{id: web, name: Web, depends_on: [mail], checks: [{{http: "https://example.org/web", every: 60s, timeout: 10s}}]}}
  - {{id: login, name: Login, checks: [{{http: "https://example.org/login", every: 60s, timeout: 10s}}]}}
"""
INCIDENT = """\
---
title: Mails arrive late
impact: minor
components: {{mail: degraded_performance}}
---
## investigating · {at}
Mails arrive {words}.

## resolved · {end}
It is over.
"""


def changes(seed: int, days: int = 300) -> list[StateChange]:
    """Return outages of each component, some at once and some in the same second, over so many days."""
    dice = random.Random(seed)  # noqa: S311  # not a secret
    rows = [
        StateChange(name, "http-1", NOW - days * DAY, WELL, NOW - days * DAY)
        for name in ("mail", "web", "login")
    ]
    for day in range(1, days):
        for name in ("mail", "web", "login"):
            if dice.random() < 0.2:
                start = NOW - day * DAY + dice.choice([0, 0, 1, 90, 700]) * MINUTE
                end = start + dice.choice([3, 3, 60, 1500 if dice.random() < 0.1 else 8]) * MINUTE
                rows += [
                    StateChange(name, "http-1", start, DOWN, start + 2 * MINUTE, "HTTP status 503"),
                    StateChange(name, "http-1", end, WELL, end + MINUTE),
                ]
    return sorted((row for row in rows if row.confirmed_at < NOW), key=lambda row: row.confirmed_at)


def store(site: Site, rows: Iterable[StateChange], start: datetime, end: datetime = NOW) -> None:
    """Add rows to the database, with the time in which they were watched."""
    watched = [Coverage(name, "http-1", start, end) for name in ("mail", "web", "login")]
    database = Store(site.database_url)
    try:
        database.import_rows(History(tuple(rows), tuple(watched)))
    finally:
        database.close()


def make_site(root: Path, seed: int = 1, correlate: str = "page") -> Site:
    site = minimal_site(root)
    (root / ".waypost").mkdir(exist_ok=True)
    (root / "status/status.yml").write_text(STATUS.format(correlate=correlate))
    write_incident(site, "late")
    store(site, changes(seed), NOW - 300 * DAY)
    return site


def write_incident(site: Site, words: str, days: int = 200) -> None:
    at = NOW - days * DAY
    text = INCIDENT.format(at=at.isoformat(), end=(at + 50 * MINUTE).isoformat(), words=words)
    (site.root / "status/incidents" / f"{at:%Y-%m-%d}-mails.md").write_text(text)


def published(site: Site, now: datetime = NOW, cache: PublishCache | None = None) -> tuple[str, ...]:
    """Publish; return the paths of what changed."""
    return publish(site, load_project(site), now, cache=cache).changed


def is_as_without_archive(site: Site, now: datetime = NOW) -> bool:
    """Return whether what stands there is what a publication gives that goes through all rows again."""

    def whole(self: Archive, observed: Observed) -> Archived:
        return Archived(snapshot_of(observed), ())

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Archive, "snapshot", whole)
        patched.setattr(publishing, "RECORD", "another.json")
        return published(site, now) == ()


@pytest.mark.parametrize("correlate", ["page", "off"])
@pytest.mark.parametrize("step", [3, 60, 1000])
def test_what_is_published_is_the_same_however_the_past_was_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, correlate: str, step: int
) -> None:
    monkeypatch.setattr(pasts, "STEP", step * DAY)
    site = make_site(tmp_path / "site", step, correlate)
    published(site, NOW - 40 * DAY)
    assert is_as_without_archive(site, NOW - 40 * DAY)
    published(site)
    assert list((site.cache / ARCHIVE).glob("2026-0*"))
    assert is_as_without_archive(site)


def test_a_new_process_makes_no_page_about_what_is_over(tmp_path: Path, rendered: list[str]) -> None:
    site = make_site(tmp_path / "site")
    published(site)
    first = [path for path in rendered if path.startswith("incidents/")]
    rendered.clear()
    assert published(site) == ()
    again = [path for path in rendered if path.startswith("incidents/")]
    assert len(again) * 20 < len(first)
    assert not [path for path in rendered if path.startswith("history/2026-0")]


@pytest.mark.parametrize("is_new_process", [True, False])
def test_an_old_incident_that_is_edited_reaches_every_page_that_shows_it(
    tmp_path: Path, *, is_new_process: bool
) -> None:
    site = make_site(tmp_path / "site")
    cache = PublishCache()
    published(site, cache=cache)
    write_incident(site, "very late indeed")
    changed = published(site, cache=None if is_new_process else cache)
    assert any(path.startswith("incidents/") and "mails" in path for path in changed)
    assert is_as_without_archive(site)


@pytest.mark.parametrize("is_new_process", [True, False])
def test_rows_that_come_in_later_make_their_pages(tmp_path: Path, *, is_new_process: bool) -> None:
    site = make_site(tmp_path / "site")
    cache = PublishCache()
    published(site, cache=cache)
    start = NOW - 150 * DAY - 333 * MINUTE
    rows = [
        StateChange("login", "http-1", start, DOWN, start + 2 * MINUTE, "imported"),
        StateChange("login", "http-1", start + 20 * MINUTE, WELL, start + 22 * MINUTE),
    ]
    store(site, rows, start - DAY, start + DAY)
    published(site, cache=None if is_new_process else cache)
    assert is_as_without_archive(site)


def test_history_that_comes_as_text_makes_its_pages(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    published(site)
    start = NOW - 400 * DAY
    rows = (
        StateChange("web", "http-1", start, DOWN, start + 2 * MINUTE, "before"),
        StateChange("web", "http-1", start + 20 * MINUTE, WELL, start + 22 * MINUTE),
    )
    text = HistoryText(History(rows, (Coverage("web", "http-1", start - DAY, start + DAY),)))
    for name, data in history_files(text, (start + DAY).date()).items():
        path = site.root / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    changed = published(site)
    assert [path for path in changed if path.startswith("incidents/auto-web-2025")]
    assert is_as_without_archive(site)


def test_a_new_name_of_a_component_reaches_pages_about_what_is_over(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    cache = PublishCache()
    published(site, cache=cache)
    path = site.root / "status/status.yml"
    path.write_text(path.read_text().replace("name: Login", "name: Sign-in"))
    changed = published(site, cache=cache)
    assert [name for name in changed if name.startswith("incidents/auto-login-2026")]
    assert is_as_without_archive(site)


def test_a_new_year_is_written_into_the_dates_of_the_old_one(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    cache = PublishCache()
    published(site, cache=cache)
    later = NOW.replace(year=2027, month=1)
    published(site, later, cache)
    assert is_as_without_archive(site, later)


def test_a_clock_that_was_ahead_leaves_nothing_behind(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    cache = PublishCache()
    published(site, cache=cache)
    published(site, NOW + 40 * DAY, cache)
    published(site, cache=cache)
    assert is_as_without_archive(site)
    published(site, NOW + 40 * DAY)
    published(site)
    assert is_as_without_archive(site)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"key": 1}', b"\xff\xfe"])
def test_a_damaged_archive_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    site = make_site(tmp_path / "site")
    published(site)
    for path in (site.cache / ARCHIVE).iterdir():
        path.write_bytes(damage)
        assert published(site) == ()
    (site.cache / ARCHIVE / INDEX).write_bytes(damage)
    (site.cache / RECORD).write_bytes(damage)
    assert published(site) == ()
    assert is_as_without_archive(site)


def test_an_archive_that_another_process_replaces_is_made_anew(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    published(site)
    cache = PublishCache()
    publish(site, load_project(site), NOW, cache=cache)
    for path in (site.cache / ARCHIVE).glob("2*"):
        path.unlink()
    publish(site, load_project(site), NOW + 70 * DAY, cache=cache)
    assert is_as_without_archive(site, NOW + 70 * DAY)


def test_a_page_that_was_lost_or_changed_is_written_again(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    cache = PublishCache()
    published(site, cache=cache)
    pages = sorted((site.status_output / "incidents").glob("auto-mail-20260*/index.html"))
    pages[0].write_bytes(b"scribbled over")
    pages[1].unlink()
    pages[1].parent.rmdir()
    names = {str(page.relative_to(site.status_output)) for page in pages[:2]}
    assert set(published(site, cache=cache)) == names
    pages[2].unlink()
    assert published(site) == (str(pages[2].relative_to(site.status_output)),)
    assert is_as_without_archive(site)


def test_a_disk_that_takes_no_archive_only_costs_time(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    site.cache.parent.mkdir(exist_ok=True)
    site.cache.write_text("a file where the folder would be")
    cache = PublishCache()
    published(site, cache=cache)
    assert published(site, cache=cache) == ()
    assert published(site) == ()
    assert is_as_without_archive(site)
