"""What people can get wrong in a site, and the exact words they are told.

A case in bad_config/ names the files it changes in projects/minimal/ and all problems that follow. Beside plain
content a file may be {replace: [old, new]}, {hex: bytes}, {symlink: target}, {repeat: [text, n, text, n ...]}
or {remove: true}.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from waypost.app.site import Site, check_project
from waypost.problems import CODES

HERE = Path(__file__).parent
MINIMAL = HERE / "projects" / "minimal"
CASES = sorted((HERE / "bad_config").glob("*.yml"))

NOT_IN_FILES = {
    "broken-markup": "reported by the host that renders Markdown, which check_project does not run",
    "import": "reported of what is imported, which is no part of the site yet",
}
"""Codes without a case here, each with its reason."""


def read_case(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return case


def change(path: Path, wanted: str | dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    how, value = ("text", wanted) if isinstance(wanted, str) else next(iter(wanted.items()))
    if how == "text":
        path.write_text(str(value), encoding="utf-8", newline="")
    elif how == "replace":
        before = path.read_text(encoding="utf-8")
        assert before.count(value[0]) == 1, f"{value[0]!r} must stand once in {path.name}"
        path.write_text(before.replace(*value), encoding="utf-8")
    elif how == "hex":
        path.write_bytes(bytes.fromhex(value))
    elif how == "repeat":
        path.write_text("".join(text * count for text, count in zip(value[::2], value[1::2], strict=True)))
    elif how == "symlink":
        remove(path)
        path.symlink_to(value)
    else:
        assert how == "remove", f"unknown change {how}"
        remove(path)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def site_of(case: dict[str, Any], tmp_path: Path) -> Site:
    root = tmp_path / "site"
    change(tmp_path / "outside" / "secret.md", "Not a part of the site.\n")
    shutil.copytree(MINIMAL, root)
    for name, wanted in case["files"].items():
        change(root / name, wanted)
    return Site(root)


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
    assert shown | set(NOT_IN_FILES) == set(CODES)
    assert shown & set(NOT_IN_FILES) == set(), "a code with a case needs no exception"
