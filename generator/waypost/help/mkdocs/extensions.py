"""The plugins and extensions of mkdocs.yml: which are known, and which the grammar of articles stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import markdown
from mkdocs.config.defaults import MkDocsConfig

from waypost.reading.io.theme_options import OWN_ANCHORS, no_own_anchors

OWN_PLUGINS = frozenset(("search", "material/search", "waypost"))

READS_FILES = frozenset(("pymdownx.snippets", "pymdownx.b64"))
"""Extensions whose pages change with files that no page names in a way that Waypost knows."""

_OF_MARKDOWN = (
    *("admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code", "footnotes"),
    *("legacy_attrs", "legacy_em", "md_in_html", "sane_lists", "tables"),
)
_OF_PYMDOWN = (
    *("betterem", "details", "extra", "highlight", "inlinehilite", "magiclink", "saneheaders"),
    *("superfences", "tabbed", "tasklist", "tilde", "quotes"),
)
_OF_OTHERS = ("callouts", "mdx_truly_sane_lists")

IN_THE_GRAMMAR = frozenset(
    ("waypost", *_OF_MARKDOWN, *(f"pymdownx.{name}" for name in _OF_PYMDOWN), *_OF_OTHERS)
)
"""Extensions for what every article may hold; to name them in mkdocs.yml changes nothing."""

_KNOWN = {"waypost", *_OF_MARKDOWN, "meta", "nl2br", "smarty", "toc", "wikilinks"}
"""Ours, and those of Python-Markdown itself that are not refused."""

_OF_PYMDOWNX = re.compile(r"pymdownx(?:\.[a-z0-9_]+)+")


def is_known(extension: str) -> bool:
    """Tell whether a page that an extension renders depends on the text of the page alone."""
    # It may be named by its class: `pymdownx.snippets:SnippetExtension`.
    name = extension.partition(":")[0].removeprefix("markdown.extensions.")
    return name in _KNOWN or (bool(_OF_PYMDOWNX.fullmatch(name)) and name not in READS_FILES)


def settle_extensions(config: MkDocsConfig) -> list[str]:
    """Take out the extensions that the grammar of articles stands for; return what is wrong with the others."""
    names = [str(name).removeprefix("markdown.extensions.") for name in config.markdown_extensions]
    kept = [name for name in names if name not in IN_THE_GRAMMAR]
    options = cast("dict[str, dict[str, Any]]", config.mdx_configs or {})
    config.markdown_extensions = kept
    config.mdx_configs = {
        name.removeprefix("markdown.extensions."): value
        for name, value in options.items()
        if name.removeprefix("markdown.extensions.") in kept
    }
    problems = [
        f"The extension '{name}' reads blocks of its own, which the pages of Waypost do not have. "
        "Remove it; docs/markdown.md lists what articles can hold."
        for name in _with_blocks(kept, config.mdx_configs)
    ]
    problems += [no_own_anchors(key) for key in OWN_ANCHORS & config.mdx_configs.get("toc", {}).keys()]
    for name, values in options.items():
        if values.get("custom_fences"):
            problems.append(
                f"`custom_fences` of '{name}' is not supported: code is shown as code. Remove it, and show a "
                "picture of the diagram."
            )
    return problems


def _with_blocks(names: list[str], options: dict[str, dict[str, Any]]) -> Iterator[str]:
    known = set(_block_processors([], {}))
    for name in names:
        if set(_block_processors([name], options)) - known:
            yield name


def _block_processors(names: list[str], options: dict[str, dict[str, Any]]) -> Iterator[str]:
    chosen = {name: options[name] for name in names if name in options}
    processors = markdown.Markdown(extensions=names, extension_configs=chosen).parser.blockprocessors
    for item in cast("Any", processors)._priority:  # the registry gives its names in no other way
        yield item.name
