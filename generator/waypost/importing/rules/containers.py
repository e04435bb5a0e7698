"""Blocks of other tools that hold text: boxes, tabs, steps, cards, in the forms that articles have for them.

Whatever the syntax, the same happens: the first tag becomes a line of its own, the text is moved in as far as that
line asks, and the last tag goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from waypost.importing.rules.collection import Conversion, Lines, SourceLine, indent_of
from waypost.importing.rules.tags import TagForm, ToolTag, closed_names, fenced, is_fence, joined, tags_in

KINDS = {
    **{name: name for name in ["note", "tip", "info", "warning", "danger", "success", "question", "example"]},
    **{name: name for name in ["abstract", "failure", "bug", "quote"]},
    "alert": "warning",
    "attention": "warning",
    "caution": "warning",
    "check": "success",
    "error": "danger",
    "hint": "tip",
    "important": "info",
    "primary": "info",
    "secondary": "note",
}
"""The kinds of boxes of other tools, and the admonition that looks most like each."""

_DEEPEST = 10
"""More blocks in one another are a mistake: each adds four columns to every line in it."""


@dataclass
class _Frame:
    """A block that is open."""

    tag: ToolTag
    margin: int
    """The column at which its text is written."""
    bullet: str = ""
    """What the first line of its text begins with, in place of four columns."""
    fence_title: str = ""
    """The title of the code in it."""
    read_at: int | None = None
    """The column at which its text was, once that is known."""
    labels: dict[str, str] = field(default_factory=dict)
    """Titles that it gives to the blocks in it."""


_Opening = Callable[[ToolTag, list[_Frame]], tuple[list[str], _Frame | None]]
"""Returns the lines for the first tag, and the frame for what follows; None where there is none."""


def _box(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame]:
    given = [tag.value("type", "style", "color", "status", "kind", "variant"), *tag.words[:1], tag.name]
    kind = next((KINDS[word.lower()] for word in given if word.lower() in KINDS), "note")
    title = tag.value("title", "header", "heading") or next((it for it in tag.words if " " in it), "")
    if tag.name not in ("hint", "alert", "notice", "callout", "admonition", "aside", "message"):
        title = title or next((it for it in tag.words if it.lower() not in KINDS), "")
    return ["", f"!!! {kind}{_quoted(title)}"], _Frame(tag, 4)


def _fold(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame]:
    title = tag.value("title", "summary", "label", "header", "question") or next(iter(tag.words), "")
    return ["", f"??? note{_quoted(title)}"], _Frame(tag, 4)


def _tab(tag: ToolTag, frames: list[_Frame]) -> tuple[list[str], _Frame]:
    labels = next((frame.labels for frame in reversed(frames) if frame.labels), {})
    value = tag.value("value")
    title = tag.value("label", "title", "name", "header", "text") or labels.get(value, "")
    title = title or value or tag.value("eventkey", "id") or next(iter(tag.words), "")
    if not title and labels:
        title = labels.pop(next(iter(labels)))
    return ["", f"==={_quoted(title or 'Tab')}"], _Frame(tag, 4)


def _tabs(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame]:
    """Open a set of tabs, whose titles may be listed in its own tag."""
    return [""], _Frame(tag, 0, labels=tag.labels)


def _step(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame]:
    title = tag.value("title", "name", "label", "heading") or next(iter(tag.words), "")
    return ["", *([f"1.  **{title}**", ""] if title else [])], _Frame(tag, 4, bullet="" if title else "1.  ")


def _card(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame | None]:
    title = tag.value("title", "header", "label", "name", "text") or next(iter(tag.words), "")
    target = tag.value("href", "link", "url", "to", "src")
    words = f"[{_plain(title or target)}]({_target(target)})" if target else _plain(title)
    words = f"**{words}**" if words else ""
    more = tag.value("description", "subtitle", "content")
    line = f"-   {words}{': ' if words and more else ''}{more}" if words or more else ""
    frame = None if tag.form is TagForm.SINGLE else _Frame(tag, 4, bullet="" if line else "-   ")
    return ["", *([line] if line else []), *([""] if line and frame else [])], frame


def _field(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame | None]:
    """Write a field of an API as an entry of a list: its name, its type, and whether it must be there."""
    name = tag.value("path", "query", "body", "header", "name", "title")
    facts = [tag.value("type"), *(word for word in ("required", "deprecated") if word in tag.values)]
    words = f"-   `{name}` {', '.join(filter(None, facts))}".rstrip()
    frame = None if tag.form is TagForm.SINGLE else _Frame(tag, 4)
    return ["", words, ""], frame


def _wrapper(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame]:
    title = tag.value("title", "caption")
    return ["", *([f"**{title}**", ""] if title else [])], _Frame(tag, 0)


def _code(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame]:
    return [""], _Frame(tag, 0, fence_title=tag.value("title", "filename"))


def _page_ref(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame | None]:
    """Write a link to a page; its words are those of the link in the block, where there are any."""
    target = tag.value("url", "page", "href")
    frame = None if tag.form is TagForm.SINGLE else _Frame(tag, 0)
    return ["", *([] if frame or not target else [f"[{target}]({_target(target)})", ""])], frame


def _file(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame | None]:
    target = tag.value("src", "url")
    name = tag.value("name", "title") or target.rpartition("/")[2]
    frame = None if tag.form is TagForm.SINGLE else _Frame(tag, 0)
    return ["", *([f"[{_plain(name)}]({_target(target)})", ""] if target else [])], frame


def _embed(tag: ToolTag, _: list[_Frame]) -> tuple[list[str], _Frame | None]:
    target = tag.value("url", "src") or next(iter(tag.words), "")
    is_video = re.match(
        r"https?://(?:www\.|player\.)?(?:youtube\.com/watch|youtu\.be/|vimeo\.com/\d)", target
    )
    link = (
        f"![Video]({target})"
        if is_video
        else f"<{target}>"
        if "://" in target
        else f"[{target}]({_target(target)})"
    )
    frame = None if tag.form is TagForm.SINGLE else _Frame(tag, 0)
    return ["", *([link, ""] if target else [])], frame


def _quoted(title: str) -> str:
    plain = " ".join(re.sub(r"<[^<>]{0,200}>", "", title).replace('"', "'").split())
    return f' "{plain}"' if plain else ""


def _plain(text: str) -> str:
    return text.replace("[", "(").replace("]", ")")


def _target(target: str) -> str:
    return f"<{target}>" if re.search(r"[\s()]", target) else target


def _named(opening: _Opening, names: str) -> dict[str, _Opening]:
    return dict.fromkeys(names.split(), opening)


BLOCKS: dict[str, _Opening] = {
    **_named(_box, "note tip info warning caution danger check success error important alert notice hint"),
    **_named(_box, "callout admonition aside message"),
    **_named(
        _fold, "accordion accordionitem accordion.item accordion-item expandable expand collapse details"
    ),
    **_named(_fold, "disclosure toggle collapsible spoiler"),
    **_named(_tab, "tab tabitem tabs.tab tabpanel codetab tab-item"),
    **_named(_field, "paramfield responsefield param field property"),
    **_named(_tabs, "tabs tabpane codegroup code-tabs codetabs tabgroup multicodeblock"),
    **_named(_step, "step steps.step stepper.step"),
    **_named(_card, "card linkcard link-card linkbutton cards.card tile"),
    **_named(_wrapper, "steps stepper cards cardgroup cardgrid card-grid columns column grid row col frame"),
    **_named(_wrapper, "accordiongroup accordions accordion-group fullwidth filetree tooltip panel section"),
    **_named(_code, "code"),
    **_named(_page_ref, "content-ref page-ref"),
    **_named(_file, "file"),
    **_named(_embed, "embed"),
}
"""Every block that has a counterpart, by its name in lower case."""


def convert_blocks(lines: Lines, conversion: Conversion) -> Lines:
    """Write the blocks of all tools in our own forms."""
    whole = joined(lines)
    if not any(tag.name in BLOCKS for line in whole for tag in tags_in(line.text)):
        return whole
    return _BlockWriter(closed_names(whole), conversion.page.path.endswith(".mdx")).written(whole)


class _BlockWriter:
    """Writes the lines of one page."""

    def __init__(self, closed: frozenset[str], is_mdx: bool) -> None:
        self._closed = closed
        self._is_mdx = is_mdx
        self._frames: list[_Frame] = []
        self._made: Lines = []
        self._ended_tabs = False
        """Whether a set of tabs has ended and nothing was written since: another would be taken for more of it."""

    def written(self, lines: Lines) -> Lines:
        """Return the lines of a page, with blocks."""
        for line, is_code in fenced(lines):
            tags = [] if is_code or line.text.lstrip().startswith("|") else self._tags(line.text)
            if tags:
                self._split(line, tags)
            else:
                self._text(line, line.text, is_code=is_code)
        return self._made

    def _tags(self, text: str) -> list[ToolTag]:
        return [tag for tag in tags_in(text) if self._is_block(tag)]

    def _is_block(self, tag: ToolTag) -> bool:
        if tag.name not in BLOCKS:
            return False
        # A word in angle brackets may be a word.
        is_component = tag.shown[:1].isupper()
        return not is_component or self._is_mdx or tag.name in self._closed or bool(tag.values)

    def _split(self, line: SourceLine, tags: list[ToolTag]) -> None:
        """Write what stands before, between and behind the tags of a line."""
        column = indent_of(line.text)
        end = 0
        for tag in tags:
            self._between(line, line.text[end : tag.start], column)
            end = tag.end
            if tag.form is TagForm.CLOSE:
                self._close(line, tag)
            else:
                self._open(line, tag, column)
        self._between(line, line.text[end:], column)

    def _between(self, line: SourceLine, text: str, column: int) -> None:
        if text.strip():
            self._text(line, " " * column + text.strip(), is_code=False)

    def _open(self, line: SourceLine, tag: ToolTag, column: int) -> None:
        if tag.form is TagForm.OPEN and tag.name not in self._closed:
            tag = ToolTag(tag.name, TagForm.SINGLE, tag.start, tag.end, tag.shown, tag.values, tag.words)
        margin = self._place(column)
        lines, frame = BLOCKS[tag.name](tag, self._frames)
        if self._ended_tabs:
            lines = [re.sub("^=== ", "===! ", text) for text in lines]
        for text in lines:
            self._put(line, " " * margin + text if text else "")
        if frame and tag.form is TagForm.OPEN and len(self._frames) < _DEEPEST:
            frame.margin += margin
            self._frames.append(frame)

    def _close(self, line: SourceLine, tag: ToolTag) -> None:
        if any(frame.tag.name == tag.name for frame in self._frames):
            while self._frames.pop().tag.name != tag.name:
                pass
            self._ended_tabs = BLOCKS[tag.name] is _tabs
        self._put(line, "")

    def _place(self, column: int) -> int:
        """Return where something is written that was at a column, in the block that is open."""
        if not self._frames:
            return column
        frame = self._frames[-1]
        if frame.read_at is None:
            frame.read_at = column
        return frame.margin + max(column - frame.read_at, 0)

    def _text(self, line: SourceLine, text: str, *, is_code: bool) -> None:
        if not text.strip() and not is_code:
            self._put(line, "")
            return
        if not self._frames or not text.strip():
            self._ended_tabs = False
            self._made.append(line.with_text(text))
            return
        self._ended_tabs = False
        frame = self._frames[-1]
        whole = text.expandtabs(4)
        margin = self._place(indent_of(whole))
        words = whole.lstrip(" ")
        if frame.fence_title and is_code and is_fence(words):
            words = f'{words.rstrip()} title="{frame.fence_title}"' if "title=" not in words else words
            frame.fence_title = ""
        if frame.bullet:
            margin, words, frame.bullet = margin - 4, f"{frame.bullet}{words}", ""
        self._made.append(line.with_text(" " * margin + words))

    def _put(self, line: SourceLine, text: str) -> None:
        """Write a line; one blank line is enough."""
        self._ended_tabs = self._ended_tabs and not text
        if text or (self._made and self._made[-1].text.strip()):
            self._made.append(line.with_text(text))
