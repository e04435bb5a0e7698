"""Turn the Markdown of incident updates into HTML that cannot carry markup or scripts of its own."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from functools import lru_cache

import markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE

_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:|#|/(?!/)|\.{1,2}/)", re.IGNORECASE)


class _SafeLinks(Treeprocessor):
    """Drops links and images with addresses such as `javascript:`, and anchors the rest to the help center."""

    def __init__(self, md: markdown.Markdown, base: str) -> None:
        super().__init__(md)
        self._base = base

    def run(self, root: ET.Element) -> None:
        for element in root.iter():
            for name in ("href", "src"):
                address = element.get(name)
                if address is not None:
                    self._mend(element, name, address.strip())

    def _mend(self, element: ET.Element, name: str, address: str) -> None:
        # A browser decodes entities before it looks at the address; <mail@example.org> is written in them.
        decoded = html.unescape(address.replace(AMP_SUBSTITUTE, "&"))
        if not _SAFE_LINK.match(decoded):
            del element.attrib[name]
        elif decoded.startswith("/"):
            # Never joined by the rules for addresses: of `/javascript:…` those would leave the script.
            path = address if address.startswith("/") else decoded
            element.set(name, (self._base or "./") + path[1:])


class _NoRawHtml(Extension):
    """Shows raw HTML as the text it is, and limits where links may lead."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # the library's name  # noqa: N802  # the library's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_SafeLinks(md, self._base), "safe_links", 5)


@lru_cache(maxsize=4096)
def render_markdown(text: str, help_root: str) -> str:
    """Return safe HTML of a piece of Markdown; links that start with `/` lead into the help center."""
    return markdown.markdown(
        text, extensions=["sane_lists", "tables", _NoRawHtml(help_root)], output_format="html"
    )
