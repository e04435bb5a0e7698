"""Saved answers of help desks: what becomes of each, and that the result is a site."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helpers.cases import CASES, read_yaml
from helpers.imports import write_files
from waypost.authoring.new import new_site
from waypost.importing.help_desk import import_help_desk
from waypost.importing.registry import HELP_DESKS
from waypost.importing.rules.plan import ImportOptions
from waypost.problems import ProblemsFound
from waypost.reading.io.content_files import load_help_center
from waypost.reading.site import Site

DESKS = CASES / "import_help"


def outcome(name: str, place: Path, folder: Path, **options: Any) -> dict[str, Any]:
    """Return what an import writes into a new site, and what it says."""
    new_site(folder, "Kites")
    report = import_help_desk(Site(folder), HELP_DESKS[name], place, options=ImportOptions(**options))
    written = [file.path for file in report.files]
    found = [f"{problem.location}: {problem.message}" for problem in report.problems]
    return {
        "out": {path: (folder / "content" / path).read_text(encoding="utf-8") for path in written},
        "aside": report.aside,
        "lost": {it.path: list(it.examples) for it in report.words if it.lost},
        "findings": [text.replace(place.as_posix(), "DIR") for text in found],
    }


@pytest.mark.parametrize("name", HELP_DESKS)
def test_a_saved_help_desk_becomes_what_the_case_says(name: str, tmp_path: Path) -> None:
    made = outcome(name, DESKS / name, tmp_path / "site")
    assert made == read_yaml(DESKS / f"{name}.yml")
    problems = load_help_center(tmp_path / "site", None, datetime.now(UTC))[1]
    assert [problem.format() for problem in problems if problem.code != "broken-link"] == []


def test_another_language_is_taken_where_it_is_asked_for(tmp_path: Path) -> None:
    made = outcome("zendesk", DESKS / "zendesk", tmp_path / "site", language="de")
    articles = sorted(path for path in made["out"] if not path.endswith("/index.md"))
    assert articles == [
        "flying/first-flights/einen-drachen-starten.md",
        "flying/first-flights/only-german.md",
    ]
    assert made["findings"] == [
        "DIR:1:1: A site has one language, and de was taken. Left out: en-us (3). --language names another."
    ]
    french = outcome("intercom", DESKS / "intercom", tmp_path / "french", language="fr")
    assert "lines/knots/nouer-une-ligne.md" in french["out"]


def test_one_file_with_everything_will_do(tmp_path: Path) -> None:
    names = ("categories", "sections", "articles")
    whole = {
        name: json.loads((DESKS / f"zendesk/{name}.json").read_text(encoding="utf-8"))[name] for name in names
    }
    write_files(tmp_path, {"all.json": json.dumps(whole)})
    made = outcome("zendesk", tmp_path / "all.json", tmp_path / "site")
    assert "flying/first-flights/launch-a-kite.md" in made["out"]


@pytest.mark.parametrize("text", ["{}", "[]", "[1, null]", '{"articles": [3], "data": {"a": 1}}', '"text"'])
@pytest.mark.parametrize("name", HELP_DESKS)
def test_what_holds_no_article_is_refused(name: str, text: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"saved/a.json": text})
    with pytest.raises(ProblemsFound, match=f"no article of {name}"):
        outcome(name, tmp_path / "saved", tmp_path / "site")


@pytest.mark.parametrize("name", HELP_DESKS)
def test_values_of_other_types_are_taken_for_missing(name: str, tmp_path: Path) -> None:
    strange: list[Any] = [None, [], {}, 3, True, "x"]
    keys = (
        "id",
        "name",
        "title",
        "body",
        "text",
        "description",
        "section_id",
        "folder_id",
        "parent_id",
        "position",
    )
    rows = [
        {**dict.fromkeys(keys, value), "type": "article", "title": "T", "folder_id": 1} for value in strange
    ]
    document = {
        "articles": rows,
        "data": rows,
        "sections": rows,
        "categories": rows,
        "article": {**rows[0], "text": "y"},
    }
    write_files(tmp_path, {"saved/a.json": json.dumps(document)})
    assert outcome(name, tmp_path / "saved", tmp_path / "site")["out"]
