"""What writers do that the formats allow and readers suffer from, and the exact words they are told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from helpers.broken_sites import read_case, site_of
from helpers.sites import ROOT
from waypost.formats.lint import LintConfig
from waypost.lint.lint import lint, lint_site
from waypost.lint.rules.registry import RULES, judge
from waypost.lint.rules.rule import LintSite
from waypost.problems import CODES, Level
from waypost.reading.project import load_project
from waypost.reading.site import Site

CASES = sorted((Path(__file__).parent / "bad_articles").glob("*.yml"))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_mistake_is_named_with_its_place_and_what_to_do(path: Path, tmp_path: Path) -> None:
    case = read_case(path)
    problems = lint(site_of(case, tmp_path), case.get("now", NOW))
    assert "\n".join(problem.format() for problem in problems) == case["expect"].removesuffix("\n"), case[
        "why"
    ]


def test_the_site_that_the_cases_start_from_has_no_mistake(tmp_path: Path) -> None:
    assert lint(site_of({"files": {}}, tmp_path), NOW) == []


def test_nothing_is_wrong_with_the_sample() -> None:
    assert lint(Site(ROOT), NOW) == []


STATUS_RULES = [code for code in RULES if code.startswith(("incident", "maintenance", "leak"))]
SAMPLE = load_project(Site(ROOT))
WATCHED = [
    update.at + timedelta(seconds=1) for incident in SAMPLE.status.incidents for update in incident.updates
]


@pytest.fixture(scope="module")
def read_sample() -> LintSite:
    return lint_site(Site(ROOT), SAMPLE, LintConfig(), NOW)


@pytest.mark.parametrize("now", [*WATCHED, NOW + timedelta(days=30), NOW + timedelta(days=400)], ids=str)
def test_the_writers_of_the_sample_were_never_late_and_old_history_does_not_nag(
    read_sample: LintSite, now: datetime
) -> None:
    assert list(judge(replace(read_sample, now=now), STATUS_RULES)) == []


def cases_of(code: str) -> list[dict[str, Any]]:
    """Return the cases that are called after a rule."""
    return [read_case(path) for path in CASES if path.stem.startswith(code.replace("-", "_"))]


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_its_words_its_cases_and_its_page(code: str) -> None:
    assert code in CODES
    assert any(f" {code}: " in case["expect"] for case in cases_of(code)), code
    assert f"\n## {code}\n" in (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", RULES)
def test_every_rule_can_be_raised_turned_off_and_silenced(code: str, tmp_path: Path) -> None:
    case = next(case for case in cases_of(code) if f" {code}: " in case["expect"])
    site = site_of(case, tmp_path)
    now = case.get("now", NOW)
    config = site.root / "lint.yml"
    own = config.read_text(encoding="utf-8") if config.exists() else ""

    def found(text: str) -> list[Level]:
        whole = f"{own}\n{text}".strip()
        config.unlink(missing_ok=True)
        if whole:
            config.write_text(whole, encoding="utf-8")
        problems = lint(site, now)
        assert not [problem for problem in problems if problem.location.path == "lint.yml"], problems
        return [problem.level for problem in problems if problem.code == code]

    assert found(f"rules: {{{code}: {{level: error, reason: We mean it.}}}}") == [Level.ERROR] * len(
        found("")
    )
    assert found(f"rules: {{{code}: {{level: off, reason: We do not mind.}}}}") == []
    assert found(f"silence: [{{rule: {code}, files: ['content/*', 'status/*'], reason: On purpose.}}]") == []
    assert found(f"silence: [{{rule: {code}, files: ['elsewhere/*'], reason: On purpose.}}]") == found("")


def test_the_page_of_the_rules_has_their_order_and_their_defaults() -> None:
    page = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([a-z-]+)$", page, re.MULTILINE) == list(RULES)
    [example] = re.findall(r"```yaml\n(reviewed_within.*?)```", page, re.DOTALL)
    config = TypeAdapter(LintConfig).validate_python({**yaml.safe_load(example), "rules": {}, "silence": []})
    assert config == LintConfig()
    raised = [code for code, rule in RULES.items() if rule.level is Level.ERROR]
    assert f"but {', '.join(raised[:-1])} and {raised[-1]}, which are errors" in page
