"""An incremental build makes what an edit reaches, and leaves the rest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import file_bytes, replace, sample_site
from waypost.build import build_site
from waypost.formats.article import components_of
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = sample_site(tmp_path_factory.mktemp("first") / "site")
    assert len(build_site(site, NOW).rendered) > 80, "the first build makes every page"
    return site


@pytest.fixture
def built(first: Site, tmp_path: Path) -> Site:
    """A copy of what one build made, with what it left behind for the next."""
    return Site(shutil.copytree(first.root, tmp_path / "site"))


def test_nothing_edited_nothing_made(built: Site) -> None:
    again = build_site(built, NOW)
    assert again.rendered == frozenset()
    assert again.changed == ()


def test_a_sentence_makes_one_page(built: Site) -> None:
    page = built.root / "content/payments/refunds.md"
    page.write_text(page.read_text() + "\nThat is all.\n")
    assert build_site(built, NOW).rendered == {"payments/refunds.md"}


def test_a_new_title_reaches_every_list_that_shows_it(built: Site) -> None:
    replace(built.root / "content/payments/refunds.md", "title: ", "title: Really ")
    made = build_site(built, NOW).rendered
    assert {"index.md", "payments/index.md", "payments/payment-failed.md"} <= made
    assert "uploads/upload-fails.md" not in made


def test_a_new_incident_makes_no_article_again_but_those_about_its_component(built: Site) -> None:
    text = "---\ntitle: Uploads stop\nimpact: major\ncomponents: {uploads: major_outage}\n---\n"
    file = built.root / "status/incidents/2026-11-21-uploads-stop.md"
    file.write_text(f"{text}## investigating · {NOW.isoformat()}\n\nNo upload ends.\n")
    report = build_site(built, NOW + timedelta(minutes=1))
    about = {
        path
        for path, page in report.project.help_center.pages.items()
        if "uploads" in components_of(page.front)
    }
    folders = tuple(path.removesuffix(".md") + "/" for path in about)
    others = {path for path in report.rendered - about if not path.startswith(folders)}
    assert others <= {"index.md", "contact.md"}


def test_publishing_alone_shows_an_incident_without_making_any_page(built: Site) -> None:
    text = "---\ntitle: Uploads stop\nimpact: major\ncomponents: {uploads: major_outage}\n---\n"
    file = built.root / "status/incidents/2026-11-21-uploads-stop.md"
    file.write_text(f"{text}## investigating · {NOW.isoformat()}\n\nNo upload ends.\n")
    before = {path: data for path, data in file_bytes(built.output).items() if not path.startswith("status/")}
    publish(built, load_project(built), NOW + timedelta(minutes=1))
    after = file_bytes(built.output)
    assert {path: data for path, data in after.items() if not path.startswith("status/")} == before
    assert b"Uploads stop" in after["status/now.json"], "what banners in articles are told from"
    assert b"Uploads stop" in after["status/index.html"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda site: (site.output / "payments/refunds/index.html").write_text("touched"),
        lambda site: (site.output / "payments/refunds/index.html").unlink(),
        lambda site: (site.output / "search/manifest.json").write_text("{}"),
        lambda site: shutil.rmtree(site.output),
        lambda site: (site.root / ".waypost/cache/build.json").write_text("{"),
        lambda site: (site.root / ".waypost/cache/build.json").write_text('{"format": 1, "pages": 3}'),
        lambda site: (site.root / ".waypost/cache/terms.jsonl").write_text('["x"]\n{"a": \n\n5\n'),
        lambda site: shutil.rmtree(site.root / ".waypost/cache"),
    ],
)
def test_whatever_happens_to_what_was_left_behind_the_site_is_whole(
    harm: Callable[[Site], object], built: Site
) -> None:
    before = file_bytes(built.output)
    harm(built)
    build_site(built, NOW)
    assert file_bytes(built.output) == before


def test_another_program_or_setting_makes_every_page(built: Site) -> None:
    replace(built.root / "mkdocs.yml", "site_name: Lumen Help", "site_name: Other Help")
    assert len(build_site(built, NOW).rendered) > 80


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("site_name: Lumen Help", "site_name: !ENV [NAME, Lumen Help]"),
        ("  - toc:", "  - pymdownx.snippets\n  - toc:"),
        ("plugins:\n", "hooks: [hook.py]\nplugins:\n"),
        ("  name: material\n", "  name: material\n  custom_dir: own\n"),
    ],
)
def test_a_site_whose_pages_may_depend_on_anything_is_made_anew(old: str, new: str, tmp_path: Path) -> None:
    site = sample_site(tmp_path / "site")
    (site.root / "hook.py").write_text("")
    (site.root / "own").mkdir()
    (site.root / "own" / "extra.html").write_text("")
    replace(site.root / "mkdocs.yml", old, new)
    build_site(site, NOW)
    assert len(build_site(site, NOW).rendered) > 80


def test_a_page_that_was_warned_of_is_warned_of_again(built: Site) -> None:
    page = built.root / "content/payments/refunds.md"
    page.write_text(page.read_text() + "\n[Gone](gone.md)\n")
    first = [problem.message for problem in build_site(built, NOW).warnings]
    assert any("gone.md" in message for message in first)
    assert [problem.message for problem in build_site(built, NOW).warnings] == first
