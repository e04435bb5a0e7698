"""The grammars of Markdown: as code hosts read it, with the boxes, tabs and notes that help centers are written in.

Articles may hold HTML; updates of incidents may not. Everything else is the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, blockquote, html_block
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

MAX_NESTING = 100
"""How many blocks may stand in one another; deeper blocks are not read."""

_INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}

_INDENTED = re.compile(
    r'(?P<mark>!!!|\?\?\?\+?|===[!+]?)[ \t]+(?P<names>[\w-]+(?:[ \t]+[\w-]+)*)?[ \t]*(?:"(?P<title>[^"]*)")?[ \t]*$'
)
"""First lines of the boxes and tabs of Python-Markdown, whose text is moved in by four."""

_COLONS = re.compile(
    r"(?P<marks>:{3,})[ \t]*(?P<name>[A-Za-z][\w-]*)[ \t]*"
    r"(?:\[(?P<label>[^\[\]]*)\])?(?P<options>\{[^{}]*\})?(?P<title>[^\n\[\]{}]*)$"
)
"""First lines of the boxes of Docusaurus, Starlight and VitePress, which end with as many colons."""

_FENCE = re.compile(r"`{3,}(?=[^`]*$)|~{3,}")
_ALERT = re.compile(r"\\?\[!(?P<name>[A-Za-z]+)\](?P<fold>[+-]?)[ \t]*(?P<title>[^\n]*)(?:\n|$)")
_OPTION_TITLE = re.compile(r"""title=(?:"([^"]*)"|'([^']*)')""")
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_BARE_LINK = re.compile(
    r"(?<![\w/.@])(?:https?://|www\.(?=[\w-]))[^\s<>\"|\\^`{}\x7f-\xa0]{1,2000}", re.IGNORECASE
)
_AFTER_LINK = re.compile(r"[.,;:!?'\"\]*_~]+$|\)$")
_READ_INSIDE = re.compile(r"</?(?:details|summary)\b|<\w+\b[^<>]*\smarkdown(?:=[^<>]*)?[\s>]", re.IGNORECASE)
"""Elements whose text is Markdown from the next line on; in all others, from the next blank line on."""

BOX_KINDS = {
    **dict.fromkeys(("abstract", "bug", "danger", "example", "failure", "info", "note", "question"), ""),
    **dict.fromkeys(("quote", "success", "tip", "warning", "details"), ""),
    **dict.fromkeys(("summary", "tldr"), "abstract"),
    **dict.fromkeys(("attention", "caution", "warn"), "warning"),
    **dict.fromkeys(("check", "done"), "success"),
    **dict.fromkeys(("error", "alert"), "danger"),
    **dict.fromkeys(("fail", "missing"), "failure"),
    **dict.fromkeys(("faq", "help"), "question"),
    **dict.fromkeys(("hint",), "tip"),
    **dict.fromkeys(("important", "todo", "secondary", "primary"), "info"),
    "cite": "quote",
}
"""The kinds of boxes that are known, each with the kind that it looks like; empty for one with a look of its own."""

TITLED_BOXES = ("note", "tip", "info", "important", "warning", "caution", "danger", "details")
"""The kinds whose title is said in the language of the site where none is written."""


@dataclass(frozen=True)
class Box:
    """A box or a tab, as `meta` of its tokens `container_open` and `container_close`."""

    kind: str
    """One of BOX_KINDS, another word, or "tab"."""
    title: str | None
    """None where none is written; empty for a box without one."""
    classes: tuple[str, ...] = ()
    folds: bool = False
    is_open: bool = False
    """Whether a box that folds is open at first, or a tab is the one that is shown."""
    begins_set: bool = False
    """Whether a tab begins a set of its own, though it follows another."""


def update_grammar() -> MarkdownIt:
    """Return the grammar of incident updates: Markdown as code hosts read it, without HTML."""
    return _grammar(allows_html=False)


def article_grammar() -> MarkdownIt:
    """Return the grammar of articles: that of updates, with HTML and footnotes."""
    grammar = _grammar(allows_html=True).use(footnote_plugin, inline=False)
    grammar.block.ruler.at("html_block", _html, {"alt": ["paragraph", "reference", "blockquote"]})
    return grammar


@cache
def article_reader() -> MarkdownIt:
    """Return the one reader of articles with this grammar; who changes it makes a grammar of their own."""
    return article_grammar()


def _grammar(*, allows_html: bool) -> MarkdownIt:
    options = {"html": allows_html, "maxNesting": MAX_NESTING}
    grammar = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    grammar.use(deflist_plugin)
    grammar.block.ruler.at("blockquote", _quote, _INTERRUPTS)
    grammar.block.ruler.before("fence", "indented_box", _indented_box, _INTERRUPTS)
    grammar.block.ruler.before("fence", "colon_box", _colon_box, _INTERRUPTS)
    grammar.core.ruler.before("inline", "alerts", _alerts)
    for step in (_aligned_cells, _bare_links, _tasks):
        grammar.core.ruler.push(step.__name__, step)
    return grammar


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _first_line(state: StateBlock, line: int, marks: str, form: re.Pattern[str]) -> re.Match[str] | None:
    """Read the first line of a box, which begins with one of some marks."""
    at = state.bMarks[line] + state.tShift[line]
    # Asked of every line, so that the cheap question comes first.
    if state.src[at : at + 1] not in marks or state.is_code_block(line):
        return None
    return form.match(_line(state, line))


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a quote; what looks like one in many others is text."""
    return state.level < MAX_NESTING - 2 and blockquote(state, start, end, silent)


def _html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read HTML, as a block of one line where Markdown is to be read between its marks."""
    if not state.is_code_block(start) and _READ_INSIDE.match(_line(state, start)):
        return html_block(state, start, start + 1, silent)
    return html_block(state, start, end, silent)


def _indented_box(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a box or a tab with the lines that are moved in by four, as blocks of their own."""
    found = _first_line(state, start, "!?=", _INDENTED)
    if found is None or (found["names"] is None and found["title"] is None):
        return False
    if silent:
        return True
    indent = state.sCount[start] + 4
    after = start + 1
    while after < end and (state.isEmpty(after) or state.sCount[after] >= indent):
        after += 1
    names = (found["names"] or "").split()
    if found["mark"].startswith("="):
        title = found["title"] if found["title"] is not None else found["names"]
        mark = found["mark"][3:]
        box = Box("tab", title, is_open=mark == "+", begins_set=mark == "!")
    else:
        folds = found["mark"].startswith("?")
        kind = names[0].lower() if names else "note"
        box = Box(kind, found["title"], tuple(names[1:]), folds, found["mark"].endswith("+"))
    _read_inside(state, box, (start, start + 1, after, after), indent)
    return True


def _colon_box(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a box between lines of colons; one of a kind that nobody knows stays as it is."""
    found = _first_line(state, start, ":", _COLONS)
    if found is None or found["name"].lower() not in BOX_KINDS:
        return False
    if silent:
        return True
    count = len(found["marks"])
    inner, closed, fence = start + 1, False, ""
    while inner < end and (state.isEmpty(inner) or state.sCount[inner] >= state.blkIndent):
        line = _line(state, inner).strip()
        if fence:
            # Colons in code are code.
            fence = "" if line.startswith(fence) and not line.strip(fence[0]) else fence
        elif opened := _FENCE.match(line):
            fence = opened[0]
        elif len(line) == count and set(line) == {":"} and not state.is_code_block(inner):
            closed = True
            break
        inner += 1
    named = _OPTION_TITLE.search(found["options"] or "")
    title = found["label"] or (named and (named[1] or named[2])) or found["title"].strip() or None
    kind = found["name"].lower()
    box = Box(kind, title, folds=kind == "details")
    _read_inside(state, box, (start, start + 1, inner, inner + 1 if closed else inner), state.sCount[start])
    return True


def _read_inside(state: StateBlock, box: Box, lines: tuple[int, int, int, int], indent: int) -> None:
    """Read the blocks of a box: the lines are its first, that of its text, the end of that, and its own end."""
    start, inner, inner_end, after = lines
    opened = state.push("container_open", "div", 1)
    opened.map, opened.meta = [start, after], {"box": box}
    kept = state.lineMax, state.parentType, state.blkIndent
    state.lineMax, state.parentType, state.blkIndent = inner_end, "container", indent
    state.md.block.tokenize(state, inner, inner_end)
    state.lineMax, state.parentType, state.blkIndent = kept
    state.push("container_close", "div", -1).meta = {"box": box}
    state.line = after


def _alerts(state: StateCore) -> None:
    """Make a box of a quote that begins with the mark of an alert: `> [!NOTE]`."""
    opened: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type == "blockquote_open":
            opened.append(token)
        elif token.type == "blockquote_close":
            first = opened.pop()
            if first.type == "container_open":
                token.type, token.tag, token.meta = "container_close", "div", first.meta
        elif token.type == "inline" and opened and state.tokens[index - 2] is opened[-1]:
            found = _ALERT.match(token.content)
            if found and found["name"].lower() in BOX_KINDS:
                title, rest = found["title"].strip(), token.content[found.end() :]
                if title and rest[:1].islower():
                    # It is the beginning of a sentence.
                    title, rest = "", f"{title}\n{rest}"
                box = Box(found["name"].lower(), title or None, (), bool(found["fold"]), found["fold"] == "+")
                opened[-1].type, opened[-1].tag, opened[-1].meta = "container_open", "div", {"box": box}
                token.content = rest
                # An empty paragraph shows as a gap.
                state.tokens[index - 1].hidden = state.tokens[index + 1].hidden = not rest


def _aligned_cells(state: StateCore) -> None:
    """Align cells by an attribute: a strict Content-Security-Policy allows no styles."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", "")):
            token.attrs["align"] = str(style).removeprefix("text-align:")


def _bare_links(state: StateCore) -> None:
    """Make links of addresses that stand in a text."""
    for block in state.tokens:
        if "://" not in block.content and "www." not in block.content.lower():
            continue
        children: list[Token] = []
        depth = 0
        for token in block.children or ():
            depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            if token.type == "html_inline":
                tag = token.content.lower()
                depth += tag.startswith(("<a ", "<a>")) - tag.startswith("</a")
            children += [token] if depth > 0 or token.type != "text" else _with_links(token)
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
            opened.meta["is_task"] = True
            first.content = f"{'☐' if found[1] == ' ' else '☑'} {first.content[found.end() :]}"
