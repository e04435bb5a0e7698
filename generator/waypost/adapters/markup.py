"""Turn the Markdown of incident updates into HTML that cannot carry markup or scripts of its own."""

from __future__ import annotations

import html
import re
import threading
import xml.etree.ElementTree as ET
from functools import lru_cache

import markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE

_HELP_ROOT = "\x02help-root\x03"
"""Stands for the help center's root in a text that is rendered once and shown in several places.

Python-Markdown takes these control characters out of every text before it begins.
"""

_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:|#|/(?!/)|\.{1,2}/)", re.IGNORECASE)


class _SafeLinks(Treeprocessor):
    """Drops links and images with addresses such as `javascript:`, and anchors the rest to the help center."""

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
            element.set(name, _HELP_ROOT + path[1:])


class _NoRawHtml(Extension):
    """Shows raw HTML as the text it is, and limits where links may lead."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # the library's name  # noqa: N802  # the library's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_SafeLinks(md), "safe_links", 5)


class _Converter(threading.local):
    """The converter of a thread: setting one up takes longer than most texts do."""

    def __init__(self) -> None:
        self._idle: markdown.Markdown | None = None

    def convert(self, text: str) -> str:
        """Turn one text into HTML."""
        converter = self._idle or markdown.Markdown(
            extensions=["sane_lists", "tables", _NoRawHtml()], output_format="html"
        )
        # One that stopped half way, because a text nests too deep, may hold something of it.
        self._idle = None
        found = converter.reset().convert(text)
        self._idle = converter
        return found


_CONVERTER = _Converter()


@lru_cache(maxsize=8192)
def _rendered(text: str) -> str:
    return _CONVERTER.convert(text)


def render_markdown(text: str, help_root: str) -> str:
    """Return safe HTML of a piece of Markdown; links that start with `/` lead into the help center.

    Raises RecursionError where it nests too deep.
    """
    root = html.escape(help_root or "./", quote=False).replace('"', "&quot;")
    return _rendered(text).replace(_HELP_ROOT, root)
