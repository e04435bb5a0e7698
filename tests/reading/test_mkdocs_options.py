from __future__ import annotations

from pathlib import Path

import pytest

from waypost.formats.theme import Theme
from waypost.reading.io.theme_options import load_theme


def theme_in(root: Path, text: str) -> tuple[Theme, list[str]]:
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    theme, _, problems = load_theme(root)
    return theme, [problem.format().splitlines()[0] for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        "plugins:\n  - tags\n  - waypost:\n      look: {colour: '#00796B', radius: 8}\n",  # a list, as most write it
        "plugins:\n  tags: {}\n  waypost:\n    look: {colour: '#00796b', radius: 8}\n",  # a mapping
        "site_url: !ENV [URL, 'x']\nplugins:\n  - waypost: {look: {colour: '#00796b', radius: 8}}\n",
        "x: !!python/name:os.path.join\nplugins:\n  - waypost: {look: {colour: '#00796b', radius: 8}}\n",
    ],
)
def test_a_look_is_found_wherever_mkdocs_allows_it(text: str, tmp_path: Path) -> None:
    assert theme_in(tmp_path, text) == (Theme(colour="#00796b", radius=8), [])


@pytest.mark.parametrize(
    "text",
    [
        "plugins: [waypost]\n",
        "plugins:\n  - waypost:\n",
        "plugins:\n  - waypost: {status_url: 'https://status.example.org'}\n",
        "site_name: Nothing else\n",
        "plugins: [search\n",  # MkDocs itself says what is wrong
        "- a\n- list\n",
        "",
    ],
)
def test_a_site_without_a_look_has_ours(text: str, tmp_path: Path) -> None:
    assert theme_in(tmp_path, text) == (Theme(), [])


def test_a_site_without_the_file_has_ours(tmp_path: Path) -> None:
    assert load_theme(tmp_path) == (Theme(), "en", [])


def test_a_mistake_is_named_where_it_stands_and_the_rest_is_ours(tmp_path: Path) -> None:
    theme, said = theme_in(tmp_path, "plugins:\n  - waypost:\n      look:\n        radius: round\n")
    assert theme == Theme()
    assert said == [
        "mkdocs.yml:4:17: error wrong-type: Expected a whole number. Write it in digits, such as 3."
    ]
