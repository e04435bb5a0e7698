"""Collections in several languages, and texts that pages share."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.imports import write_files
from waypost.authoring.new import new_site
from waypost.importing.markdown import import_markdown
from waypost.importing.rules.plan import ImportOptions
from waypost.reading.site import Site

FOLDERS = {
    **{
        f"{code}/guides/first.md": f"# First {code}\n\n![P](../../img/p.png)\n"
        for code in ("en", "de", "pt-BR")
    },
    "de/guides/second.md": "# Zweite\n",
    "img/p.png": b"png",
    "hr/holidays.md": "# Holidays\n",
}
BESIDE = {
    "guides/first.md": "# First\n",
    "fr/guides/first.md": "# Premier\n",
    "it/printers.md": "# Printers\n",
}
MARKS = {
    "guides/first.md": "# First\n",
    "guides/first.de.md": "# Erste\n",
    "guides/second.en.md": "# Second, see [first](first.md)\n",
    "guides/second.de.md": "# Zweite\n",
    "guides/node.js.md": "# Node\n",
}


def imported(
    tmp_path: Path, files: dict[str, str | bytes], language: str = ""
) -> tuple[list[str], list[str]]:
    new_site(tmp_path / "site", "Help")
    source = write_files(tmp_path / "source", files)
    report = import_markdown(Site(tmp_path / "site"), source, options=ImportOptions(language=language))
    paths = [file.path for file in report.files if not file.path.endswith("/index.md")]
    return paths, [problem.message for problem in report.problems]


@pytest.mark.parametrize(
    ("files", "language", "paths", "left"),
    [
        (FOLDERS, "", ["guides/first.md", "images/p.png"], "de, pt-BR"),
        (FOLDERS, "de", ["guides/first.md", "guides/second.md", "images/p.png"], "en, pt-BR"),
        (BESIDE, "", ["guides/first.md", "it-articles/printers.md"], "fr"),
        (BESIDE, "fr", ["guides/first.md"], ""),
    ],
)
def test_languages_are_no_categories(
    tmp_path: Path, files: dict[str, str | bytes], language: str, paths: list[str], left: str
) -> None:
    made, messages = imported(tmp_path, files, language)
    assert made == [path.replace("it-articles", "it") for path in paths]
    assert sum(f"folders {left}." in message for message in messages) == bool(left)


def test_addresses_of_a_language_lead_to_its_pages(tmp_path: Path) -> None:
    imported(tmp_path, FOLDERS)
    text = (tmp_path / "site/content/guides/first.md").read_text(encoding="utf-8")
    assert 'redirect_from: ["en/guides/first/"]' in text


def test_translations_beside_their_pages_are_left_out(tmp_path: Path) -> None:
    made, messages = imported(tmp_path, MARKS)
    assert made == ["guides/first.md", "guides/node-js.md", "guides/second.md"]
    assert [message for message in messages if "translation" in message] == [
        "This is a translation (de), and a site has one language. It was left out."
        " (2 places in 2 files; this is the first.)"
    ]


def test_parts_are_shown_where_pages_show_them(tmp_path: Path) -> None:
    made, messages = imported(
        tmp_path,
        {
            "a/_step.mdx": "Press **{props.key}**, see [two](b/two.md).\n",
            "a/_nobody.mdx": "Nobody.\n",
            "a/_again.mdx": 'import Again from "./_again.mdx"\n\n<Again />\n',
            "a/one.mdx": 'import Step from "./_step.mdx"\nimport Again from "./_again.mdx"\n\n'
            '1. First:\n\n   <Step key="Enter" />\n\n2. Then.\n\n<Again />\n',
            "a/b/two.mdx": 'import Step from "../_step.mdx"\n\n<Step key="Tab" />\n',
        },
    )
    assert made == ["a/b/two.md", "a/one.md"]
    one = (tmp_path / "site/content/a/one.md").read_text(encoding="utf-8")
    assert "Press **Enter**, see [two](b/two.md)." in one
    two = (tmp_path / "site/content/a/b/two.md").read_text(encoding="utf-8")
    assert "Press **Tab**, see [two](two.md)." in two
    assert [message for message in messages if "begins with _" in message] == [
        "A file whose name begins with _ is no page, and no page shows this one. It was left out."
    ]
