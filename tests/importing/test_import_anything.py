"""Whatever is in a collection, an import plans something that is no error afterwards."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpers.imports import outcome, write_files
from waypost.importing.rules.collection import SourcePage, SourceTree
from waypost.importing.rules.plan import SitePaths, plan_import
from waypost.problems import errors
from waypost.reading.io.content_files import load_help_center

PIECES = st.sampled_from(
    [
        *(
            "---\n",
            "+++\n",
            "{",
            "title: ",
            "title = ",
            '"',
            "'",
            ": ",
            "- ",
            "\n",
            "\n\n",
            "    ",
            "\t",
            "# ",
            "## ",
        ),
        *(
            "```",
            "~~~",
            "`",
            ":::note",
            ":::",
            "{{< x >}}",
            "{{%",
            "%}}",
            "{%",
            "%}",
            "{{",
            "}}",
            "<",
            ">",
            "</",
        ),
        *(
            "<Tabs>",
            "</Tabs>",
            "<details>",
            "{/*",
            "*/}",
            "> [!NOTE]\n",
            "??? a",
            '=== "x"',
            "!!! x",
            "1. ",
            "2) ",
        ),
        *(
            "](",
            "[a]",
            "![",
            "(",
            ")",
            "a.md",
            "../",
            "/",
            "#x",
            "\\",
            "|",
            "===",
            "import x from 'y'",
            "export const a = {",
        ),
        *(
            "aliases: [/a/, b]\n",
            "slug: /x\n",
            "id: 12345\n",
            "draft: true\n",
            "redirect_from: [a]\n",
            "weight: 3\n",
        ),
        *("ü", "漢", "\u202e", "\u0085", "\x0b", "\ufeff", "😀", "word", "How?", "&amp;", "\r", "\r\n"),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=40).map("".join)
PARTS = st.one_of(
    st.sampled_from(
        ["a", "A b", "01-x", "status", "ticket", "_index", "index", "README", "Ä?#%", "漢", "assets", "-"]
    ),
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12),
)
NAMES = st.builds(
    lambda folders, ending: "/".join(folders) + ending,
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from([".md", ".mdx", ".png"]),
)
FILES = st.dictionaries(
    NAMES,
    st.one_of(TEXTS.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=60)),
    min_size=1,
    max_size=6,
)
HOME = "---\ntitle: Home\nkind: home\n---\n"


def possible(files: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out what no folder could hold at once: names that climb, and a file where a folder is."""
    names = [name for name in files if not {".", "..", ""} & set(name.split("/"))]
    return {
        name: files[name]
        for name in names
        if not any(other.startswith(f"{name}/") for other in names)
        and max(map(len, name.encode().split(b"/"))) < 200
    }


@given(FILES)
@example({"a.md": b"", "a/a.md": b"", "a/a/a.md": b""})
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_crashes_and_what_is_planned_is_valid(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, site = Path(folder, "source"), Path(folder, "site")
        source.mkdir()
        made = outcome(possible(files), source)
        write_files(site / "content", {**made["out"], "index.md": HOME})
        assert [
            problem.format() for problem in errors(load_help_center(site, None, datetime.now(UTC))[1])
        ] == []
        assert outcome({}, source) == made


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "[a](",
        "`",
        "{{< a ",
        "{% a",
        "<A b",
        "<Tabs>\n",
        ":::note\n",
        "# a\n",
        "- a\n",
        "\n",
        "<details>\n\n",
    ],
)
def test_a_text_of_one_piece_again_and_again_is_planned(piece: str) -> None:
    body = piece * (40_000 // len(piece))
    plan = plan_import(SourceTree("x", (SourcePage("a/b.mdx", "x/a/b.mdx", body=body),)), SitePaths())
    assert max(len(page.text()) for page in plan.pages) < 40 * len(body)
