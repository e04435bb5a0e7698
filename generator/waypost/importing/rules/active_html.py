"""Scripts, handlers, forms and the like in texts from elsewhere: they are left out, and named one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from waypost.base.markdown.active_html import WITH_CODE, ActiveHtml, active_html, runs_code
from waypost.base.markdown.links import map_links
from waypost.importing.rules.collection import Conversion, Lines, text_of
from waypost.reading.rules.videos import find_player

_MOST_PASSES = 20
"""What was hidden by something may show once that is gone; more layers than this are no text."""
_GONE = "was left out: articles only show something."
_NOWHERE = "waypost-nowhere"
_LINK_TO_NOWHERE = re.compile(rf"!?\[([^\[\]]{{0,500}})\]\([ \t]*<?{_NOWHERE}[^()\n]{{0,500}}\)")
_BARE_LINK = re.compile(r"<((?:\w+script|data):[^<>\s]{0,2000})>", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_TITLE = re.compile(r"""\btitle\s*=\s*(?:"([^"\[\]\n]*)"|'([^'\[\]\n]*)')""", re.IGNORECASE)


def drop_active_html(lines: Lines, conversion: Conversion) -> Lines:
    """Leave out what is active, and keep the words in it; frames of known videos become videos."""
    text = text_of(lines)
    found = active_html(text)
    for _ in range(_MOST_PASSES):
        before = text
        # From the end, so that the places of the others stay.
        tags = [item for item in found if item.text]
        for _, items in reversed([(place, list(group)) for place, group in groupby(tags, _tag_of)]):
            changed = _without(items, text)
            if changed != text:
                _tell(items, _GONE, lines, conversion)
            text = changed
        changed = _without_links(text) if len(tags) < len(found) else text
        if changed != text:
            _tell([item for item in found if not item.text], _GONE, lines, conversion)
        text = changed
        if text == before:
            break
        found = active_html(text)
    _tell(found, "does more than show something. Take it out.", lines, conversion)
    # A text without lines is read as one empty line.
    return [line.with_text(part) for line, part in zip(lines, text.split("\n"), strict=False)]


def _tag_of(item: ActiveHtml) -> tuple[int, int, str]:
    return item.line, item.column, item.text


def _tell(found: Iterable[ActiveHtml], end: str, lines: Lines, conversion: Conversion) -> None:
    for item in found:
        if not _video(item):
            message = f"{item.what[0].upper()}{item.what[1:]} {end}"
            needle = item.text.split("\n")[0] or "script:"
            conversion.note(lines[item.line - 1], message, needle, is_grouped=False)


def _without(items: Sequence[ActiveHtml], text: str) -> str:
    """Leave out an element, or what of its attributes is active."""
    first = items[0]
    start = _offset(text, first.line, first.column)
    # In a quote or a list each line begins with marks that are no part of the tag.
    pattern = r"\n[ \t>]*".join(re.escape(part.strip()) for part in first.text.strip().split("\n"))
    written = re.compile(pattern).match(text, start)
    if written is None:
        return text
    if first.element:
        return _without_element(first, text, start, written.end())
    kept = written[0]
    for item in items:
        value = r"""(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>}]+)|(?=[\s/>}]))"""
        kept = re.sub(rf"[\s/]*(?<![\w:-]){re.escape(item.attribute)}{value}", "", kept, flags=re.IGNORECASE)
    kept = "" if kept == written[0] or re.fullmatch(r"\{:?\s*\}", kept) else kept
    return text[:start] + _with_lines_of(written[0], kept) + text[written.end() :]


def _without_element(item: ActiveHtml, text: str, start: int, end: int) -> str:
    """Leave out the marks of an element; what stands between them stays where it is for readers."""
    closing = re.compile(rf"</{re.escape(item.element)}\s*>", re.IGNORECASE).search(text, end)
    inner = text[end : closing.start()] if closing else ""
    if item.element in (*WITH_CODE, "iframe"):
        inner = _with_lines_of(inner, "")
    after = text[closing.end() :] if closing else text[end:]
    return text[:start] + _with_lines_of(text[start:end], _video(item) or _link(item)) + inner + after


def _video(item: ActiveHtml) -> str:
    """Return the video that a frame shows, as Markdown."""
    address = _address(item)
    return f"![{_title(item) or 'Video'}]({address})" if find_player(address) else ""


def _link(item: ActiveHtml) -> str:
    """Return a link to what another frame shows, so that readers find it."""
    address = _address(item)
    if not re.match(r"https?://[^\s()<>]+$", address):
        return ""
    return f"[{_title(item)}]({address})" if _title(item) else f"<{address}>"


def _address(item: ActiveHtml) -> str:
    source = _SOURCE.search(item.text) if item.element == "iframe" else None
    address = "".join(filter(None, source.groups())) if source else ""
    return f"https:{address}" if address.startswith("//") else address


def _title(item: ActiveHtml) -> str:
    title = _TITLE.search(item.text)
    return "".join(filter(None, title.groups())) if title else ""


def _without_links(text: str) -> str:
    """Leave out links of Markdown that run code, and keep their words."""
    turned = map_links(text, lambda target: _NOWHERE if runs_code(target.replace("\\", "")) else target)
    turned = _LINK_TO_NOWHERE.sub(lambda found: found[1], turned)
    return _BARE_LINK.sub(lambda found: "" if runs_code(found[1]) else found[0], turned).replace(
        _NOWHERE, "#"
    )


def _with_lines_of(old: str, new: str) -> str:
    """Return a text with as many lines as the one that it replaces."""
    return new + "\n" * (old.count("\n") - new.count("\n"))


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1
