"""What the documentation says is true: references are current, examples are valid, links lead somewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft202012Validator

from helpers.sites import file_bytes
from waypost.base.clock import utc_now
from waypost.cli import main as command_line
from waypost.lint.lint import lint
from waypost.problems import CODES, Level
from waypost.reading.json_schemas import FORMATS
from waypost.reading.project import check_project
from waypost.reading.site import Site

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"
DOCS_PAGES = [page for page in sorted(DOCS.rglob("*.md")) if not page.is_relative_to(EXAMPLES)]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS_PAGES]

PLACES = {
    "status": "status/status.yml",
    "support": "content/support.yml",
    "article": "content/downloads/zip-stops.md",
    "category": "content/downloads/index.md",
    "home": "content/index.md",
    "contact": "content/contact.md",
    "scenarios": "content/downloads/find-out-why.scenarios.yml",
    "synonyms": "content/synonyms.yml",
    "queries": "content/queries.yml",
    "lint": "lint.yml",
    "incident": "status/incidents/2026-11-20-downloads-fail.md",
    "maintenance": "status/maintenance/2026-11-29-faster-archives.md",
    "subscribers": "status/subscribers.yml",
    "template": "status/templates/opened.md",
}
"""Where the example of each format stands in a site."""

NEIGHBOUR = "---\ntitle: Questions about downloads\nkind: faq\n---\n## Why?\n\nBecause.\n"
"""The article that the example of an article names as related."""

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
SCHEMA_COMMENT = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.MULTILINE)


def example(name: str) -> Path:
    (found,) = EXAMPLES.glob(f"{name}.*")
    return found


def site_of_examples(root: Path) -> Site:
    for name, place in PLACES.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(example(name), root / place)
    shutil.copyfile(EXAMPLES / "people.csv", root / "status/people.csv")
    shutil.copytree(EXAMPLES / "templates", root / "status/templates", dirs_exist_ok=True)
    (root / "content/downloads/download-questions.md").write_text(NEIGHBOUR, encoding="utf-8")
    # The scenarios are tried out with a troubleshooter, whose front matter is that of an article.
    shutil.copyfile(example("troubleshooter"), root / "content/downloads/find-out-why.md")
    return Site(root)


def commands(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from commands(click.Context(command, info_name=name, parent=context))


def prose(page: Path) -> str:
    """Return a page without its code, whose links are only examples."""
    return CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))


def generate(*arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "docs/generate.py", *arguments]
    return subprocess.run(program, cwd=root, capture_output=True, text=True, check=False)


def test_what_is_generated_is_current() -> None:
    result = generate("--check")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_check_names_what_is_out_of_date_and_writes_nothing(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copytree(ROOT / "tests/bad_config", tmp_path / "tests/bad_config")
    late = tmp_path / "docs/reference/commands.md"
    late.write_text("old", encoding="utf-8")
    (tmp_path / "docs/schema/status.json").unlink()

    result = generate("--check", root=tmp_path)

    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "docs/reference/commands.md is out of date: run `make docs`.",
        "docs/schema/status.json is out of date: run `make docs`.",
    ]
    assert late.read_text(encoding="utf-8") == "old"
    assert generate(root=tmp_path).returncode == 0
    assert file_bytes(tmp_path / "docs") == file_bytes(DOCS)


def test_every_command_and_option_is_described_with_an_example() -> None:
    text = (DOCS / "reference/commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (waypost[^\n]*)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    known = list(commands(command_line.make_context("waypost", [], resilient_parsing=True)))[1:]
    assert list(sections) == [context.command_path for context in known]
    for context in known:
        section = sections[context.command_path]
        assert f"\n{context.command_path} " in section, f"{context.command_path} has no usage"
        assert "```sh\nwaypost " in section, f"{context.command_path} has no example"
        for item in context.command.params:
            shown = item.opts if isinstance(item, click.Option) else [(item.name or "").upper()]
            assert all(f"`{name}`" in section for name in shown), f"{context.command_path} {item.name}"
            if isinstance(item, click.Option):
                assert item.help
                assert item.help in section
            assert f"`{item.envvar}`" in section if item.envvar else True


def test_every_problem_code_is_described() -> None:
    text = (DOCS / "reference/problems.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == sorted(CODES)
    assert all(meaning in text for meaning in CODES.values())


def test_the_examples_of_all_formats_form_a_valid_site(tmp_path: Path) -> None:
    assert set(PLACES) == set(FORMATS)
    project, problems = check_project(site_of_examples(tmp_path))
    assert [problem.format() for problem in problems] == []
    assert project is not None
    assert project.help_center.support is not None
    assert len(project.help_center.pages) == 6
    assert len(project.status.incidents) == len(project.status.maintenances) == 1
    assert len(project.status.templates.texts) == 1 + len(list((EXAMPLES / "templates").iterdir()))


@pytest.mark.parametrize("name", PLACES)
def test_every_example_is_really_read(name: str, tmp_path: Path) -> None:
    site = site_of_examples(tmp_path)
    path = tmp_path / PLACES[name]
    text = path.read_text(encoding="utf-8")
    top = "" if path.suffix == ".yml" else "---\n"
    path.write_text(f"{top}mistake: 1\n{text.removeprefix(top)}", encoding="utf-8")

    problems = lint(site, utc_now())

    assert [
        (problem.location.path, problem.code) for problem in problems if problem.level is Level.ERROR
    ] == [(PLACES[name], "unknown-key")]


@pytest.mark.parametrize("name", PLACES)
def test_every_example_fits_its_schema(name: str) -> None:
    text = example(name).read_text(encoding="utf-8")
    front = text.split("---\n")[1] if text.startswith("---\n") else text
    assert schema_errors(name, front) == []


def schema_errors(name: str, text: str) -> list[str]:
    schema = json.loads((DOCS / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # it only builds text, lists and mappings
    return [error.message for error in Draft202012Validator(schema).iter_errors(typed(data))]


def typed(value: Any) -> Any:
    """Give numbers and truth values their types; dates stay text, as in YAML 1.2."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    if value in ("true", "false") or re.fullmatch(r"-?\d+(\.\d+)?", value):
        return json.loads(value)
    return value


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("status", "status/status.yml"),
        ("support", "content/support.yml"),
        ("synonyms", "content/synonyms.yml"),
        ("queries", "content/queries.yml"),
    ],
)
def test_the_published_schemas_accept_the_sample_and_refuse_a_mistake(name: str, path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert schema_errors(name, text) == []
    assert schema_errors(name, f"mistake: 1\n{text}") != []


@pytest.mark.parametrize(
    "path",
    [
        "status/status.yml",
        "content/support.yml",
        "content/synonyms.yml",
        "content/queries.yml",
        "docs/examples/status.yml",
        "docs/examples/scenarios.yml",
    ],
)
def test_yaml_files_name_a_schema_that_is_there(path: str) -> None:
    file = ROOT / path
    found = SCHEMA_COMMENT.findall(file.read_text(encoding="utf-8"))
    assert len(found) == 1
    assert (file.parent / found[0]).resolve() == DOCS / "schema" / f"{file.stem}.json"
    assert (file.parent / found[0]).is_file()


def test_schemas_are_what_the_command_prints() -> None:
    program = [sys.executable, "-m", "waypost", "schema", "status"]
    printed = subprocess.run(program, capture_output=True, check=True).stdout
    assert printed == (DOCS / "schema/status.json").read_bytes()


def requirements() -> dict[str, set[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = {"At run time": project["dependencies"]}
    listed["For tests"] = project["optional-dependencies"]["test"]
    listed["For PostgreSQL"] = project["optional-dependencies"]["postgres"]
    listed["For Apprise"] = project["optional-dependencies"]["apprise"]
    listed["For linting"] = project["optional-dependencies"]["lint"]
    return {
        title: {re.split(r"[^A-Za-z0-9-]", item)[0].lower() for item in items}
        for title, items in listed.items()
    }


@pytest.mark.parametrize(
    "title", ["At run time", "For PostgreSQL", "For Apprise", "For tests", "For linting"]
)
def test_every_dependency_has_its_reason(title: str) -> None:
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    section = text.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([a-z][a-z0-9-]*) \| (.+) \|$", section, re.MULTILINE)
    assert {name for name, _ in rows} == requirements()[title]
    assert len(rows) == len(requirements()[title])
    assert all(len(reason) > 10 for _, reason in rows)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(file), f"{page.name} links to {target}"


def test_every_page_can_be_reached_from_the_index() -> None:
    linked = {
        (DOCS / target.partition("#")[0]).resolve() for target in LINK.findall(prose(DOCS / "index.md"))
    }
    assert set(DOCS_PAGES) - {DOCS / "index.md"} <= linked
