"""A rule for writers is one function and one line of the registry, below a problem code of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from waypost.authoring.new import new_site
from waypost.formats.workflows import Workflows
from waypost.lint.lint import lint
from waypost.lint.rules.registry import RULES
from waypost.lint.rules.rule import Finding, LintSite, Rule, at_key
from waypost.problems import CODES, Level
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADVICE = "The title shouts. Write it in small letters."


def shouting_titles(site: LintSite) -> Iterator[Finding]:
    for page in site.pages.values():
        if page.title.isupper():
            yield Finding(f"content/{page.path}", at_key("title"), ADVICE)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setitem(CODES, "toy-shouting", "A title is written in capital letters.")
    monkeypatch.setitem(RULES, "toy-shouting", Rule("toy-shouting", shouting_titles))
    new_site(tmp_path / "site", "Toys", Workflows.NONE)
    (tmp_path / "site/lint.yml").unlink(missing_ok=True)
    folder = tmp_path / "site/content/toys"
    folder.mkdir()
    (folder / "index.md").write_text("---\nkind: category\ntitle: Toys\n---\n", encoding="utf-8")
    (folder / "loud.md").write_text("---\nsummary: Quiet.\ntitle: LOUD\n---\nA text.\n", encoding="utf-8")
    return Site(tmp_path / "site")


def shouts(site: Site) -> list[tuple[str, Level, str]]:
    found = [problem for problem in lint(site, NOW) if problem.code == "toy-shouting"]
    return [(str(problem.location), problem.level, problem.message) for problem in found]


def test_it_is_asked_of_every_page(site: Site) -> None:
    assert shouts(site) == [("content/toys/loud.md:3:8", Level.WARNING, ADVICE)]


def test_lint_yml_sets_its_level_and_its_exceptions(site: Site) -> None:
    rules = "rules:\n  toy-shouting: {level: error, reason: We whisper.}\n"
    (site.root / "lint.yml").write_text(rules, encoding="utf-8")
    assert shouts(site) == [("content/toys/loud.md:3:8", Level.ERROR, ADVICE)]
    silence = "silence:\n  - {rule: toy-shouting, files: [content/toys/*.md], reason: Toys are loud.}\n"
    (site.root / "lint.yml").write_text(rules + silence, encoding="utf-8")
    assert shouts(site) == []
