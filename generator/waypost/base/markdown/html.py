"""Turn the Markdown of incident updates into HTML that cannot carry markup or scripts of its own.

It is read as articles are, without HTML and footnotes: see grammar.py.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from waypost.base.markdown.grammar import MAX_NESTING, Box, update_grammar

_HELP_ROOT = "\x02help-root\x03"
"""Stands for the help center's root in a text that is rendered once and shown in several places.

These control characters are taken out of every text before it is read.
"""

_CONTROL = str.maketrans("", "", "\x02\x03")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:|#|/(?!/)|\.{1,2}/)", re.IGNORECASE)


def _grammar() -> MarkdownIt:
    grammar = update_grammar()
    grammar.options["xhtmlOut"] = False
    # Whatever an address is, the words of its link are shown; `_safe_links` decides where it may lead.
    grammar.validateLink = lambda url: True  # type: ignore[method-assign]
    grammar.core.ruler.push("safe_links", _safe_links)
    rules = grammar.renderer.rules  # type: ignore[attr-defined]
    rules["text"] = lambda tokens, at, *_: html.escape(tokens[at].content, quote=False)
    rules["code_inline"] = lambda tokens, at, *_: (
        f"<code>{html.escape(tokens[at].content, quote=False)}</code>"
    )
    rules["fence"] = rules["code_block"] = _code
    rules["container_open"], rules["container_close"] = _open_box, (lambda *_: "</blockquote>\n")
    rules["s_open"], rules["s_close"] = (lambda *_: "<del>"), (lambda *_: "</del>")
    return grammar


def _code(tokens: list[Token], at: int, *_: object) -> str:
    return f"<pre><code>{html.escape(tokens[at].content, quote=False)}</code></pre>\n"


def _open_box(tokens: list[Token], at: int, *_: object) -> str:
    """Begin a box as a quote with its title, which feeds and mails can show too."""
    box: Box = tokens[at].meta["box"]
    title = box.kind.capitalize() if box.title is None else box.title
    shown = f"<p><strong>{html.escape(title, quote=False)}</strong></p>\n" if title else ""
    return f"<blockquote>\n{shown}"


def _safe_links(state: StateCore) -> None:
    """Drop addresses such as `javascript:`, and anchor the rest to the help center."""
    for block in state.tokens:
        for token in block.children or ():
            for name in ("href", "src"):
                address = str(token.attrs.get(name, "/")).strip()
                if not _SAFE_LINK.match(address):
                    del token.attrs[name]
                elif name in token.attrs and address.startswith("/"):
                    # Never joined by the rules for addresses: of `/javascript:…` those would leave the script.
                    token.attrs[name] = _HELP_ROOT + address[1:]


_GRAMMAR = _grammar()


@lru_cache(maxsize=8192)
def _rendered(text: str) -> str:
    return _convert(text, _GRAMMAR)


def _convert(text: str, grammar: MarkdownIt) -> str:
    tokens = grammar.parse(text.translate(_CONTROL) + "\n")
    # What would be deeper was not read.
    if any(token.nesting > 0 and token.level >= MAX_NESTING - 1 for token in tokens):
        raise RecursionError
    return str(grammar.renderer.render(tokens, grammar.options, {})).rstrip("\n")


def render_markdown(text: str, help_root: str) -> str:
    """Return safe HTML of a piece of Markdown; links that start with `/` lead into the help center.

    Raises RecursionError where it nests too deep.
    """
    root = html.escape(help_root or "./", quote=False).replace('"', "&quot;")
    return _rendered(text).replace(_HELP_ROOT, root)
