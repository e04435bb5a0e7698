"""A process that stays publishes what a fresh one would, and makes only what has changed."""

from __future__ import annotations

import gc
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from helpers.hostile_status import hostile_snapshot
from helpers.sites import minimal_site
from helpers.stores import Store
from waypost.base.files.kept_files import KeptFiles
from waypost.base.files.languages import load_words
from waypost.formats.status import ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.publishing.archive import Archive, Archived
from waypost.publishing.pages import render as status_pages
from waypost.publishing.pages.filters import StatusFormat
from waypost.publishing.pages.page_specs import page_specs
from waypost.publishing.pages.render import common_text
from waypost.publishing.publish import PublishCache, publish
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.observed import Observed
from waypost.status.rules.snapshot import snapshot_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

STATUS = """\
page: {{name: {name}, url: "https://status.example.org/", time_zone: {zone}}}
components:
  - {{id: mail, name: {mail}, checks: [{{http: "https://www.example.org/health", every: 60s, timeout: 10s}}]}}
  - group: Web
    components:
      - {{id: web, name: Web}}
      - {{id: login, name: Login, checks: [{{http: "https://www.example.org/login", every: 60s, timeout: 10s}}]}}
"""
INCIDENT = """\
---
title: {title}
impact: {impact}
components: {{{components}}}
---
## investigating · {at}
{words}
"""
WORK = """\
---
title: New disks {number}
components: [web]
scheduled_for: {start}
scheduled_until: {end}
---
## scheduled · {at}
We put in new disks.
"""


class World:
    """A site that people and checks change at random, one thing at a time, while time goes on."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.now = site, NOW
        self._dice = random.Random(seed)  # noqa: S311  # not a secret
        self._status = site.root / "status"
        self._count = 0
        self._config = {"name": "Example status", "zone": "Europe/Berlin", "mail": "Mail"}
        (site.root / ".waypost").mkdir(exist_ok=True)
        self.configure("name")

    def _later(self) -> None:
        self.now += self._dice.choice(
            [timedelta(seconds=15), 3 * MINUTE, 7 * MINUTE, timedelta(hours=9), timedelta(days=2)]
        )

    def configure(self, key: str = "") -> None:
        key = key or self._dice.choice(list(self._config))
        choices = {
            "name": ["Example status", "Other <b>"],
            "zone": ["Europe/Berlin", "Asia/Tokyo"],
            "mail": ["Mail", "Post & mail"],
        }
        self._config[key] = self._dice.choice(choices[key])
        (self._status / "status.yml").write_text(STATUS.format(**self._config))

    def open_incident(self) -> None:
        self._count += 1
        parts = self._dice.sample(
            ["mail: major_outage", "web: partial_outage", "login: degraded_performance"], 2
        )
        values = {
            "title": f"Mails {self._count} are late",
            "impact": self._dice.choice(["minor", "critical"]),
            "at": self.now.isoformat(),
        }
        text = INCIDENT.format(**values, components=", ".join(parts), words="Mails arrive *hours* late.")
        (self._status / "incidents" / f"{self.now:%Y-%m-%d}-mails-{self._count}.md").write_text(text)

    def _any(self, folder: str) -> Path | None:
        found = sorted((self._status / folder).glob("*.md"))
        return self._dice.choice(found) if found else None

    def turn_components(self) -> None:
        """Change the order of an incident's components, which equal mappings do not show."""
        path = self._any("incidents")
        if path:
            lines = path.read_text().split("\n")
            place = next((n for n, line in enumerate(lines) if line.startswith("components: {")), 0)
            parts = lines[place][len("components: {") : -1].split(", ") if place else []
            if len(parts) == 2:
                lines[place] = f"components: {{{parts[1]}, {parts[0]}}}"
                path.write_text("\n".join(lines))

    def update_incident(self) -> None:
        path = self._any("incidents")
        if path and "## resolved" not in path.read_text():
            status = self._dice.choice(["identified", "monitoring", "resolved"])
            at = self.now.astimezone(UTC)
            path.write_text(
                f"{path.read_text().rstrip()}\n\n## {status} · {at.isoformat()}\nIt is {status} now.\n"
            )

    def delete_incident(self) -> None:
        path = self._any("incidents")
        if path:
            path.unlink()

    def plan_work(self) -> None:
        self._count += 1
        start = self.now + self._dice.choice([5 * MINUTE, timedelta(days=40)])
        folder = self._status / "maintenance"
        folder.mkdir(exist_ok=True)
        text = WORK.format(
            number=self._count,
            start=start.isoformat(),
            end=(start + 30 * MINUTE).isoformat(),
            at=self.now.isoformat(),
        )
        (folder / f"disks-{self._count}.md").write_text(text)

    def measure(self, until: datetime | None = None) -> None:
        until = until or self.now
        name, status = (
            self._dice.choice(["mail", "login"]),
            self._dice.choice([ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE]),
        )
        self._record(
            History(
                (StateChange(name, "http-1", until - 2 * MINUTE, status, until, "HTTP status 503"),),
                (Coverage(name, "http-1", until - timedelta(hours=1), until),),
            )
        )

    def measured_long_ago(self) -> None:
        """Add rows of the past, as another poller or an import does."""
        self.measure(self.now - self._dice.choice([3 * MINUTE, timedelta(hours=30), timedelta(days=20)]))

    def lose_the_connection(self) -> None:
        start = self.now - timedelta(hours=2)
        self._record(History(uplink=(UplinkGap(start, start + self._dice.choice([MINUTE, 50 * MINUTE])),)))

    def _record(self, rows: History) -> None:
        store = Store(self.site.database_url)
        try:
            store.import_rows(rows)
        finally:
            store.close()

    def reword_incident(self) -> None:
        """Edit a text without any other size or time of its file."""
        path = self._any("incidents")
        if path and "late" in path.read_text():
            before = path.stat()
            path.write_text(path.read_text().replace("late", self._dice.choice(["slow", "gone"]), 1))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def reframe(self) -> None:
        """Leave the frame behind that a build leaves, in a language."""
        shell = self.site.status_output / status_pages.SHELL_PATH
        shell.parent.mkdir(parents=True, exist_ok=True)
        page = load_project(self.site).status.config.page
        shell.write_text(status_pages.default_shell(page, load_words(self._dice.choice(["en", "de"]))))

    def retitle(self) -> None:
        page = next((self.site.root / "content").rglob("index.md"))
        words = self._dice.choice(["Help", "Help & more"])
        lines = page.read_text(encoding="utf-8").split("\n")
        page.write_text(
            "\n".join(f"title: {words}" if line.startswith("title:") else line for line in lines),
            encoding="utf-8",
        )

    def change(self) -> str:
        """Let a random thing happen; return what it was."""
        self._later()
        happenings: list[Callable[[], None]] = [
            self.configure, self.open_incident, self.update_incident, self.update_incident, self.delete_incident,
            self.turn_components, self.plan_work, self.measure, self.measure, self.retitle,
            self.measured_long_ago, self.lose_the_connection, self.reword_incident, self.reframe, lambda: None,
        ]  # fmt: skip
        happening = self._dice.choice(happenings)
        happening()
        return getattr(happening, "__name__", "nothing")


def remembering() -> list[tuple[ModuleType, str, Any]]:
    """Return the functions of the program that remember what they returned, each with its module and name."""
    return [
        (module, key, found)
        for name, module in sorted(sys.modules.items())
        if name.startswith("waypost.") and name != "waypost.base.files.languages"
        for key, found in list(vars(module).items())
        if hasattr(found, "cache_clear")
    ]


@contextmanager
def fresh_process() -> Iterator[None]:
    """Let the functions of this process begin to remember anew; what they remembered comes back afterwards.

    What an earlier process left on the disk is there.
    """
    fresh: dict[Callable[..., Any], Callable[..., Any]] = {}
    with pytest.MonkeyPatch.context() as patched:
        for module, key, found in remembering():
            patched.setattr(module, key, fresh.setdefault(found, lru_cache(None)(found.__wrapped__)))
        yield


def objects_held() -> int:
    """Return how many objects of the program there are beside those that its functions remember, which have a limit."""
    for _, _, found in remembering():
        found.cache_clear()
    gc.collect()
    return sum(str(type(item).__module__).startswith("waypost.") for item in gc.get_objects())


def without_archive(self: Archive, observed: Observed) -> Archived:
    return Archived(snapshot_of(observed), ())


@pytest.mark.parametrize("seed", range(4))
def test_any_series_of_changes_ends_in_what_a_fresh_process_publishes(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(minimal_site(tmp_path / "site"), seed)
    cache, item = PublishCache(), []
    for _ in range(18):
        item.append(world.change())
        publish(world.site, load_project(world.site), world.now, cache=cache)
        with fresh_process():
            assert publish(world.site, load_project(world.site), world.now).changed == (), item
        with fresh_process(), monkeypatch.context() as patched:
            patched.setattr(Archive, "snapshot", without_archive)
            patched.setattr(KeptFiles, "get", lambda *_: None)
            assert publish(world.site, load_project(world.site), world.now).changed == (), item


def test_a_process_that_stays_holds_what_the_last_page_needs_and_no_more(tmp_path: Path) -> None:
    world, before = World(minimal_site(tmp_path / "site"), 1), objects_held()

    def held_after(cache: PublishCache, publications: int) -> int:
        for _ in range(publications):
            world.change()
            publish(world.site, load_project(world.site), world.now, cache=cache)
        return objects_held() - before

    staying = held_after(PublishCache(), 60)
    assert staying < 1.5 * held_after(PublishCache(), 1)


def test_one_new_incident_makes_its_own_page_and_those_that_list_it(
    tmp_path: Path, rendered: list[str]
) -> None:
    world = World(minimal_site(tmp_path / "site"), 1)
    cache = PublishCache()
    publish(world.site, load_project(world.site), world.now, cache=cache)
    assert len(rendered) > 5
    rendered.clear()
    publish(world.site, load_project(world.site), world.now, cache=cache)
    assert rendered == [""], "where nothing changed, only the front page is made again"
    rendered.clear()
    world.now += MINUTE
    world.open_incident()
    publish(world.site, load_project(world.site), world.now, cache=cache)
    (own,) = [path for path in rendered if path.startswith("incidents/")]
    assert own.endswith("mails-1/")


def test_a_new_process_makes_only_what_another_did_not_leave_behind(
    tmp_path: Path, rendered: list[str]
) -> None:
    site = minimal_site(tmp_path / "site")
    publish(site, load_project(site), NOW)
    rendered.clear()
    with fresh_process():
        publish(site, load_project(site), NOW)
    assert rendered == [""]
    page = site.status_output / "history/index.html"
    page.write_bytes(page.read_bytes() + b"\n")
    with fresh_process():
        assert publish(site, load_project(site), NOW).changed == ("history/index.html",)
    assert rendered == ["", "", "history/"]


def test_other_processes_know_sources_by_a_text_that_leaves_nothing_out() -> None:
    page, articles = hostile_snapshot(), {}
    specs = [*page_specs(page, articles, StatusFormat(page, articles))]
    for text in (common_text(page, articles, "shell"), *(repr(spec.inputs) for spec in specs)):
        assert " at 0x" not in text
    for model in (page.page, page.policy):
        assert all(field.repr for field in fields(model))


def test_a_page_about_what_is_over_does_not_change_with_time(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    cache, project = PublishCache(), load_project(site)
    publish(site, project, NOW, cache=cache)
    for step in range(1, 4):
        changed = publish(site, project, NOW + step * timedelta(seconds=15), cache=cache).changed
        assert not [path for path in changed if path.startswith(("incidents/", "history/", "maintenance/"))]


def test_a_page_in_a_new_year_is_made_again(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    cache, project = PublishCache(), load_project(site)
    publish(site, project, NOW, cache=cache)
    later = NOW.replace(year=2027)
    changed = publish(site, project, later, cache=cache).changed
    assert "incidents/2026-10-02-mail-arrives-late/index.html" in changed, "its dates now name their year"
    assert publish(site, project, later).changed == ()


def test_a_publication_that_fails_leaves_a_memory_that_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(minimal_site(tmp_path / "site"), 2)
    cache = PublishCache()
    publish(world.site, load_project(world.site), world.now, cache=cache)
    world.open_incident()
    world.now += MINUTE
    project = load_project(world.site)
    with monkeypatch.context() as patched:

        def full(self: Path, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            publish(world.site, project, world.now, cache=cache)
    publish(world.site, project, world.now, cache=cache)
    assert publish(world.site, project, world.now).changed == ()
