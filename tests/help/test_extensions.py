"""What becomes of the extensions that mkdocs.yml names."""

from __future__ import annotations

from typing import Any

import pytest

from waypost.help.mkdocs import extensions
from waypost.help.mkdocs.extensions import is_known, settle_extensions


def settled(names: list[str], options: dict[str, dict[str, Any]]) -> tuple[list[str], list[str]]:
    config = extensions.MkDocsConfig()
    config.markdown_extensions, config.mdx_configs = names, options
    problems = settle_extensions(config)
    return config.markdown_extensions, problems


def test_what_the_grammar_stands_for_is_taken_out_with_its_options() -> None:
    names = ["waypost", "markdown.extensions.tables", "pymdownx.superfences", "toc", "smarty"]
    assert settled(names, {"toc": {"permalink": True}, "tables": {}}) == (["toc", "smarty"], [])


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (["abbr"], {}, "The extension 'abbr' reads blocks of its own"),
        (["toc"], {"toc": {"slugify": len}}, "The anchors of headings are not made by `slugify`."),
        (
            ["markdown.extensions.toc"],
            {"markdown.extensions.toc": {"separator": "_"}},
            "made by `separator`.",
        ),
        (["pymdownx.superfences"], {"pymdownx.superfences": {"custom_fences": [{}]}}, "`custom_fences` of"),
    ],
)
def test_what_pages_would_not_show_is_refused(
    names: list[str], options: dict[str, dict[str, Any]], said: str
) -> None:
    _, [problem] = settled(names, options)
    assert said in problem


def test_it_is_known_which_pages_depend_on_their_text_alone() -> None:
    names = ("waypost", "tables", "markdown.extensions.toc", "pymdownx.emoji", "pymdownx.blocks.tab")
    assert all(map(is_known, names))
    for name in ("hook", "callouts", "pymdownx.snippets", "pymdownx.snippets:SnippetExtension", "pymdownx"):
        assert not is_known(name), name
