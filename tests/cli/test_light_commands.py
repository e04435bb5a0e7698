"""Commands import what they use: `--help` waits for no use case, and light commands for no heavy library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.sites import minimal_site
from waypost.cli.schema import NAMES
from waypost.reading.json_schemas import FORMATS

PAGES = {"mkdocs", "material", "whoosh", "jinja2", "feedgen", "icalendar"}
NETWORK = {"requests", "urllib3", "cryptography", "dns", "apprise"}
HEAVY = PAGES | NETWORK | {"sqlalchemy", "babel", "rich"}
ARTICLES = {"waypost.formats.article", "waypost.formats.support", "waypost.reading.io.content_files"}

ROOMS = tuple(
    f"waypost.{room}"
    for room in (
        "authoring",
        "help.mkdocs",
        "help.pages",
        "history",
        "lint",
        "monitor",
        "notify",
        "publishing",
        "reading.io",
        "reading.project",
        "reading.rules",
        "reading.status",
        "serving",
    )
)

EVERY_HELP = """
import sys
import click
from click.testing import CliRunner
from waypost.cli import main

def walk(command, words):
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), [*words, name])

for words in list(walk(main, [])):
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0, (words, result.output)
"""

ONE_COMMAND = """
import sys
from click.testing import CliRunner
from waypost.cli import main

result = CliRunner().invoke(main, sys.argv[1:])
assert result.exit_code == 0, result.output
"""

SHOW = "\nprint(*sorted(sys.modules))\n"


def modules(program: str, *arguments: str, folder: Path) -> set[str]:
    """Return the modules that a program has imported at its end, and the packages that they are in."""
    command = [sys.executable, "-c", program + SHOW, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = done.stdout.split()
    return {*names, *(name.partition(".")[0] for name in names)}


def test_the_list_of_commands_imports_none_of_them(tmp_path: Path) -> None:
    found = modules(ONE_COMMAND, "--help", folder=tmp_path)
    assert [name for name in found if name.startswith("waypost.")] == ["waypost.cli"]


def test_no_help_imports_a_use_case_or_a_heavy_library(tmp_path: Path) -> None:
    found = modules(EVERY_HELP, folder=tmp_path)
    assert "waypost.cli.status" in found
    assert found & HEAVY == set()
    assert [name for name in found if name.startswith(ROOMS)] == []


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (("status", "--json"), PAGES | NETWORK | {"rich"}),
        (("status",), PAGES | NETWORK),
        (("incident", "list", "--json"), HEAVY | ARTICLES | {"waypost.status"}),
        (("maintenance", "list", "--json"), HEAVY),
    ],
)
def test_a_light_command_imports_only_what_it_uses(
    arguments: tuple[str, ...], heavy: set[str], tmp_path: Path
) -> None:
    found = modules(ONE_COMMAND, *arguments, folder=minimal_site(tmp_path / "site").root)
    assert "waypost.reading.site" in found
    assert found & heavy == set()


def test_the_command_that_prints_schemas_knows_every_format() -> None:
    assert list(NAMES) == sorted(FORMATS)
