"""What people can get wrong in a site, and the exact words they are told.

A case in bad_config/ names the files it changes in projects/minimal/ and all problems that follow;
helpers/broken_sites.py says how.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.broken_sites import read_case, site_of
from waypost.lint.rules.registry import RULES
from waypost.problems import CODES
from waypost.reading.project import check_project

HERE = Path(__file__).parent
CASES = sorted((HERE / "bad_config").glob("*.yml"))

NOT_IN_FILES = {
    "broken-markup": "reported by the host that renders Markdown, which check_project does not run",
    "git-history": "reported by a build, which asks git",
    "import": "reported of what is imported, which is no part of the site yet",
}
"""Codes without a case here, each with its reason; those of rules have theirs in bad_articles/."""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_mistake_is_named_with_its_place_and_what_to_do(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYPOST_TEST_UNSET", raising=False)
    case = read_case(path)
    project, problems = check_project(site_of(case, tmp_path))
    assert "\n".join(problem.format() for problem in problems) == case["expect"].removesuffix("\n"), case[
        "why"
    ]
    assert project is None


def test_the_site_that_the_cases_start_from_is_valid(tmp_path: Path) -> None:
    project, problems = check_project(site_of({"files": {}}, tmp_path))
    assert problems == []
    assert project is not None
    assert len(project.help_center.pages) == 4
    assert len(project.status.incidents) == len(project.status.maintenances) == 1
    assert [component.id for component in project.status.config.flat] == ["web", "mail"]


def test_every_problem_code_has_a_case() -> None:
    expected = "\n".join(read_case(path)["expect"] for path in CASES)
    shown = {code for code in CODES if f" error {code}: " in expected or f" warning {code}: " in expected}
    assert shown | set(NOT_IN_FILES) | set(RULES) == set(CODES)
    assert shown & {*NOT_IN_FILES, *RULES} == set(), "a code with a case needs no exception"
