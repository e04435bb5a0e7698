"""Which plugins and extensions of mkdocs.yml are known to look at nothing but the text of a page."""

from __future__ import annotations

import re

OWN_PLUGINS = frozenset(("search", "material/search", "waypost"))

READS_FILES = frozenset(("pymdownx.snippets", "pymdownx.b64"))
"""Extensions whose pages change with files that no page names in a way that Waypost knows."""

_OWN = {
    *("abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code", "footnotes"),
    *("legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists", "smarty", "tables", "toc"),
    "wikilinks",
}
"""The extensions of Python-Markdown itself."""

_OF_PYMDOWNX = re.compile(r"pymdownx(?:\.[a-z0-9_]+)+")


def is_known(extension: str) -> bool:
    """Tell whether a page that an extension renders depends on the text of the page alone."""
    # It may be named by its class: `pymdownx.snippets:SnippetExtension`.
    name = extension.partition(":")[0].removeprefix("markdown.extensions.")
    return name in _OWN or (bool(_OF_PYMDOWNX.fullmatch(name)) and name not in READS_FILES)
