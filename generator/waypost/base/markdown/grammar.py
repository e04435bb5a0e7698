"""The grammars of Markdown: CommonMark with tables for what is published as it stands, and with more for articles."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, blockquote, list_block

MAX_NESTING = 100
"""How many blocks may stand in one another; what is deeper is not read."""

_CONTAINER = re.compile(r"(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+[\w\"]|\[\^[^\]\n]{1,200}\]:|:[ \t]")
"""First lines of the boxes, tabs, footnotes and definitions of Python-Markdown, whose text is moved in by four."""

_HEADING = re.compile(r"(#{1,6})(?!#)(.*)")
_INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def update_grammar() -> MarkdownIt:
    """Return the grammar of incident updates: that of code hosts, without HTML."""
    options = {"html": False, "maxNesting": MAX_NESTING}
    grammar = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    grammar.block.ruler.at("blockquote", _quote, _INTERRUPTS)
    return grammar


def article_grammar() -> MarkdownIt:
    """Return the grammar of articles: CommonMark with tables, and the blocks of Python-Markdown.

    Elements of HTML are no blocks here: the Markdown between them is read, as extensions of Python-Markdown do.
    """
    grammar = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    grammar.disable("html_block")
    grammar.block.ruler.at("heading", _heading, {"alt": ["paragraph", "reference", "blockquote"]})
    grammar.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    grammar.block.ruler.before("fence", "comment", _comment, _INTERRUPTS)
    grammar.block.ruler.before("fence", "container", _container, _INTERRUPTS)
    return grammar


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a heading as Python-Markdown does, which needs no space behind the marks."""
    del end
    found = None if state.is_code_block(start) else _HEADING.match(_line(state, start))
    if found is None or silent:
        return found is not None
    state.line = start + 1
    tag = f"h{len(found[1])}"
    state.push("heading_open", tag, 1).map = [start, state.line]
    state.push("inline", "", 0).content = found[2].rstrip().rstrip("#").strip()
    state.push("heading_close", tag, -1)
    return True


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a quote; what looks like one in many others is text."""
    return state.level < MAX_NESTING - 2 and blockquote(state, start, end, silent)


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a list, which follows a paragraph only after a blank line, unless that stands in a list itself."""
    if silent and state.parentType == "paragraph" and state.listIndent < 0:
        return False
    return list_block(state, start, end, silent)


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a comment of HTML that begins a line, with all lines up to its end."""
    if state.is_code_block(start) or not _line(state, start).startswith("<!--"):
        return False
    if silent:
        return True
    closed = state.src.find("-->", state.bMarks[start] + state.tShift[start])
    after = start + 1
    while after < end and (closed < 0 or state.bMarks[after] <= closed):
        if not state.isEmpty(after) and state.sCount[after] < state.blkIndent:
            break
        after += 1
    state.line = after
    state.push("comment", "", 0).map = [start, after]
    return True


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a block of Python-Markdown with the lines that are moved in by four, as blocks of their own."""
    if state.is_code_block(start) or not _CONTAINER.match(_line(state, start)):
        return False
    if silent:
        return True
    after = start + 1
    while after < end and (state.isEmpty(after) or state.sCount[after] - state.blkIndent >= 4):
        after += 1
    state.push("container_open", "div", 1).map = [start, after]
    line_max, state.lineMax = state.lineMax, after
    parent, state.parentType = state.parentType, "container"
    state.blkIndent += 4
    state.md.block.tokenize(state, start + 1, after)
    state.blkIndent -= 4
    state.lineMax, state.parentType = line_max, parent
    state.push("container_close", "div", -1)
    state.line = after
    return True
