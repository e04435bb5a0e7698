"""Turn the Markdown of incident updates into HTML that cannot carry markup or scripts of its own.

It is read as code hosts do: CommonMark with tables, strike-through, task lists and bare addresses.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from waypost.base.markdown.grammar import MAX_NESTING, update_grammar

_HELP_ROOT = "\x02help-root\x03"
"""Stands for the help center's root in a text that is rendered once and shown in several places.

These control characters are taken out of every text before it is read.
"""

_CONTROL = str.maketrans("", "", "\x02\x03")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:|#|/(?!/)|\.{1,2}/)", re.IGNORECASE)
_BARE_LINK = re.compile(
    r"(?<![\w/.@])(?:https?://|www\.(?=[\w-]))[^\s<>\"|\\^`{}\x7f-\xa0]{1,2000}", re.IGNORECASE
)
_AFTER_LINK = re.compile(r"[.,;:!?'\"\]*_~]+$|\)$")
_TASK = re.compile(r"\[([ xX])\][ \t]+")


def _grammar() -> MarkdownIt:
    grammar = update_grammar()
    grammar.options["xhtmlOut"] = False
    # Whatever an address is, the words of its link are shown; `_safe_links` decides where it may lead.
    grammar.validateLink = lambda url: True  # type: ignore[method-assign]
    for step in (_bare_links, _tasks, _safe_links, _alignment):
        grammar.core.ruler.push(step.__name__, step)
    rules = grammar.renderer.rules  # type: ignore[attr-defined]
    rules["text"] = lambda tokens, at, *_: html.escape(tokens[at].content, quote=False)
    rules["code_inline"] = lambda tokens, at, *_: (
        f"<code>{html.escape(tokens[at].content, quote=False)}</code>"
    )
    rules["fence"] = rules["code_block"] = _code
    rules["s_open"], rules["s_close"] = (lambda *_: "<del>"), (lambda *_: "</del>")
    return grammar


def _code(tokens: list[Token], at: int, *_: object) -> str:
    return f"<pre><code>{html.escape(tokens[at].content, quote=False)}</code></pre>\n"


def _bare_links(state: StateCore) -> None:
    """Make links of addresses that stand in a text."""
    for block in state.tokens:
        children: list[Token] = []
        depth = 0
        for token in block.children or ():
            depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            children += [token] if depth or token.type != "text" else _with_links(token)
        if block.children:
            block.children = children


def _with_links(text: Token) -> Iterator[Token]:
    end = 0
    for found in _BARE_LINK.finditer(text.content):
        url = _address(found[0])
        address = url if "://" in url else f"http://{url}"
        yield _text(text.content[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": address})
        yield _text(url)
        yield Token("link_close", "a", -1)
        end = found.start() + len(url)
    yield _text(text.content[end:])


def _address(found: str) -> str:
    """Return an address without what ends the sentence or the brackets that it stands in."""
    while ends := _AFTER_LINK.search(found):
        if ends[0] == ")" and found.count("(") >= found.count(")"):
            break
        found = found[: ends.start()]
    return found


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _tasks(state: StateCore) -> None:
    """Show the boxes of a list of tasks as signs, which feeds and mails can show too."""
    for opened, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if opened.type != "list_item_open" or paragraph.type != "paragraph_open" or not inline.children:
            continue
        first = inline.children[0]
        found = _TASK.match(first.content) if first.type == "text" else None
        if found and (found.end() < len(first.content) or len(inline.children) > 1):
            first.content = f"{'☐' if found[1] == ' ' else '☑'} {first.content[found.end() :]}"


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


def _alignment(state: StateCore) -> None:
    """Align cells by the attribute that a strict Content-Security-Policy and mails know, instead of by a style."""
    for token in state.tokens:
        style = token.attrs.pop("style", None) if token.type in ("th_open", "td_open") else None
        if style:
            token.attrs["align"] = str(style).removeprefix("text-align:")


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
