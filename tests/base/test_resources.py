"""Where what ships with the package is, and under which names it is published."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, TemplateAssertionError, TemplateNotFound

from helpers.sites import ROOT
from waypost.base.files.resources import assets, theme_folder
from waypost.base.files.templates import Templates, VisibleFiles, is_own
from waypost.formats.theme import Theme
from waypost.publishing.io.theme_assets import status_assets

THEME = ROOT / "theme"
TEMPLATES = sorted(
    path.relative_to(THEME).as_posix()
    for path in THEME.rglob("*.html")
    if not path.is_relative_to(THEME / "mkdocs")
)


def test_every_asset_has_a_name_of_its_own() -> None:
    files = [
        path
        for path in THEME.rglob("*")
        if path.suffix in (".css", ".js", ".svg") and path.name not in ("badge.svg", "banner.js")
    ]
    assert len({path.name for path in files}) == len(files)
    assert {name: path.name for name, path in assets().items()} == {path.name: path.name for path in files}
    assert not {path.suffix for path in theme_folder().glob("*") if path.is_file()}, (
        "all belongs to a feature"
    )


def test_scripts_import_what_is_published_beside_them() -> None:
    beside = {*assets(), "words.js"}
    for name, path in assets().items():
        if name.endswith(".js"):
            imported = re.findall(r'^import (?:.* from )?"\./(.+)";$', path.read_text(encoding="utf-8"), re.M)
            assert set(imported) <= beside, name


def test_the_status_pages_carry_every_script_that_theirs_import() -> None:
    carried = {name.removeprefix("assets/"): text.decode() for name, text in status_assets(Theme()).items()}
    for name, text in carried.items():
        imported = re.findall(r'^import (?:.* from )?"\./(.+)";$', text, re.M)
        assert set(imported) <= {*carried, "words.js"}, name


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_template_of_ours_escapes(path: str) -> None:
    asked: list[str | None] = []
    environment = Environment(
        loader=ChoiceLoader([DictLoader({}), Templates()]),
        autoescape=lambda name: bool(asked.append(name)) or is_own(name),  # noqa: S701  # what is tested here
    )
    # The filters are not here; Jinja asks before it looks for them.
    with suppress(TemplateAssertionError):
        environment.get_template(f"waypost/{path}")
    assert asked
    assert all(map(is_own, asked)), "Jinja must ask with the name that the rule goes by"


@pytest.mark.parametrize("name", ["main.html", "base.html", "search/search.html", "waypost/none.html"])
def test_a_template_of_another_theme_is_never_ours(name: str) -> None:
    with pytest.raises(TemplateNotFound):
        Environment(loader=Templates(), autoescape=True).get_template(name)


@pytest.mark.parametrize("name", ["main.html", "base.html", "partials/header.html", "", None])
def test_the_templates_of_others_are_written_for_the_opposite(name: str | None) -> None:
    assert not is_own(name)


def test_hidden_files_of_a_theme_are_found_and_only_those_in_hidden_folders_are_not_listed(
    tmp_path: Path,
) -> None:
    for path in ("main.html", "css/a.css", ".icons/a/b.svg", "css/.kept/c.svg"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path, encoding="utf-8")
    environment = Environment(loader=VisibleFiles(tmp_path), autoescape=True)
    assert environment.list_templates() == ["css/a.css", "main.html"]
    assert environment.get_template(".icons/a/b.svg").render() == ".icons/a/b.svg"
