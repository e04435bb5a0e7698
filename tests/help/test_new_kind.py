"""A new kind of article takes one record, one template and its words, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.sites import minimal_site, replace
from waypost.base.files.languages import load_words
from waypost.build import build_site
from waypost.cli import main
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.kinds.kind import ArticleKind, Signs, Structure
from waypost.importing.rules.collection import SourceLine
from waypost.importing.rules.headings import kind_of
from waypost.lint.lint import lint
from waypost.reading.site import Site

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)

RECORD = ArticleKind(
    name="release-note",
    purpose="Start an article about a new version.",
    example="Version 2",
    icon="material/rocket-launch-outline",
    structure=Structure.STEPS,
    advice="This release note has no steps. Say how to get the version.",
    scripts=("steps.js",),
    schema_type="TechArticle",
    signs=Signs(title=r"release notes?\b", steps=1),
)
TEMPLATE = """\
{% extends "waypost/help/kinds/page.html" %}
{% block before %}<p class="released">{{ view.title }}</p>{% endblock %}
"""
WORDS = {"article.kind.release-note": "Release note", "live.search.kind.release-note": "Release note"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setitem(ARTICLE_KINDS, RECORD.name, RECORD)
    site = minimal_site(tmp_path / "site")
    template = site.root / "own/waypost/help/kinds/release-note.html"
    template.parent.mkdir(parents=True)
    template.write_text(TEMPLATE)
    replace(site.root / "mkdocs.yml", "name: material", "name: material, custom_dir: own")
    for name, text in WORDS.items():
        monkeypatch.setitem(load_words("en").texts, name, text)  # type: ignore[arg-type]
    return site


def test_it_is_started_checked_built_and_found(site: Site) -> None:
    arguments = ("new", "release-note", "Version 2", "--category", "start", "--site", str(site.root))
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    file = site.root / "content/start/version-2.md"
    assert "kind: release-note\n" in file.read_text()

    assert [problem.message for problem in lint(site, NOW) if problem.code == "weak-structure"] == [
        RECORD.advice
    ]
    file.write_text(file.read_text() + "\n1. Load it.\n")
    [unedited] = [problem for problem in lint(site, NOW) if problem.location.path.endswith("-2.md")]
    assert unedited.code == "unedited", "its skeleton is one of those that rules know"
    file.write_text("---\ntitle: Version 2\nkind: release-note\nsummary: News.\n---\nNew.\n\n1. Load it.\n")
    assert [problem.format() for problem in lint(site, NOW) if problem.location.path.endswith("-2.md")] == []

    build_site(site, NOW)
    page = (site.output / "start/version-2/index.html").read_text()
    assert '<p class="released">Version 2</p>' in page
    assert 'id="step-1"' in page
    assert "assets/waypost/steps.js" in page
    crumb = re.search(r'<p class="wp-crumb">.*?</p>', page)
    assert crumb
    assert crumb[0].endswith(" · Release note</p>")
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert data
    assert json.loads(data[1])["@graph"][1]["@type"] == "TechArticle"

    listed = (site.output / "start/index.html").read_text()
    assert re.search(r'wp-list__icon.*?</svg></i><a href="[./]*start/version-2/">', listed)
    assert "<small>Release note" in listed
    assert (
        '"search.kind.release-note":"Release note"' in (site.output / "assets/waypost/words.js").read_text()
    )


def test_an_importer_recognises_it_and_a_wrong_kind_is_told_of_it(site: Site) -> None:
    assert kind_of("Release notes of May", [SourceLine("1. Load it.", 1)]) == "release-note"
    assert kind_of("Release notes of May", [SourceLine("Load it.", 1)]) == "page"
    (site.root / "content/start/wrong.md").write_text("---\ntitle: T\nkind: release-notes\n---\nWords.\n")
    (problem,) = (found for found in lint(site, NOW) if found.location.path == "content/start/wrong.md")
    assert problem.message.startswith(
        "Expected one of: faq, troubleshooting, troubleshooter, tutorial, page, "
    )
    assert problem.message.endswith("Did you mean 'release-note'?")
