"""HTML that does something: scripts, handlers, forms, frames. No article may hold it, so it is left out and named."""

from __future__ import annotations

import re

from waypost.base.markdown.links import outside_code
from waypost.importing.rules.collection import Conversion, Lines, SourceLine
from waypost.importing.rules.tags import fenced

_BLOCK = re.compile(
    r"<(script|style|object|applet|svg|template|noscript)\b[^<>]{0,2000}(?<!/)>", re.IGNORECASE
)
_SINGLE = re.compile(r"<(script|object|applet|embed|base|meta|link)\b[^<>\n]{0,2000}>", re.IGNORECASE)
_FORM = re.compile(r"</?(form|input|button|select|option|textarea|fieldset)\b[^<>\n]{0,2000}>", re.IGNORECASE)
_FRAME = re.compile(r"<iframe\b([^<>\n]{0,2000})>(?:\s*</iframe>)?|</iframe>", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc\s*=\s*[\"'{]{0,2}([^\s\"'{}<>]{1,1000})", re.IGNORECASE)
_VIDEO = re.compile(
    r"(?:https?:)?//(?:www\.)?(?:youtube(?:-nocookie)?\.com/embed/|player\.vimeo\.com/video/)([\w-]{1,40})"
)
_TAG = re.compile(r"<[A-Za-z][^<>\n]{0,3000}>")
_HANDLER = re.compile(
    r"\s(?:on[a-z]{3,30}|srcdoc|formaction)\s*=\s*(?:\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'|\{[^{}\n]{0,2000}\}|[^\s\"'>]{1,500})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(\b(?:href|src|action)\s*=\s*[\"']?|\]\(\s*<?)\s*(?:javascript|vbscript|data:text/html)"
    r"[^\"'()<>\s]{0,500}(?:\([^()\n]{0,500}\))?[^\"'()<>\s]{0,100}",
    re.IGNORECASE,
)


def strip_active(lines: Lines, conversion: Conversion) -> Lines:
    """Leave out what does something, and write frames as links."""
    if not any("<" in line.text or "script:" in line.text for line in lines):
        return lines
    made: Lines = []
    inside = ""
    for line, is_code in fenced(lines):
        if is_code:
            made.append(line)
            continue
        text, inside = _without_blocks(line, line.text, inside, conversion)
        text = outside_code(text, lambda part, line=line: _passive(part, line, conversion))  # type: ignore[misc]
        # A line that held nothing else would end the paragraph around it.
        if text.strip() or not line.text.strip():
            made.append(line.with_text(text))
    return made


def _without_blocks(line: SourceLine, text: str, inside: str, conversion: Conversion) -> tuple[str, str]:
    """Return a line without elements whose whole text goes, and the name of one that goes on."""
    kept = ""
    while text:
        if inside:
            end = re.search(rf"</{inside}\s*>", text, re.IGNORECASE)
            if end is None:
                return kept, inside
            text, inside = text[end.end() :], ""
            continue
        found = _BLOCK.search(text)
        if found is None or _in_code(text, found.start()):
            return kept + text, ""
        _note(line, found[1], conversion)
        kept, text, inside = kept + text[: found.start()], text[found.end() :], found[1].lower()
    return kept, inside


def _in_code(text: str, start: int) -> bool:
    return text[:start].count("`") % 2 == 1


def _passive(text: str, line: SourceLine, conversion: Conversion) -> str:
    def dropped(found: re.Match[str]) -> str:
        _note(line, found[1], conversion)
        return ""

    def tag(found: re.Match[str]) -> str:
        plain = _HANDLER.sub("", found[0])
        if plain != found[0]:
            conversion.note(line, "Handlers in HTML run code, which no article may. They were left out.", "<")
        return plain

    def address(found: re.Match[str]) -> str:
        conversion.note(
            line, "Links that run code lead nowhere here. Their addresses were left out.", found[0]
        )
        return f"{found[1]}#"

    if "<" in text:
        text = _FRAME.sub(lambda found: _frame(found, line, conversion), text)
        text = _FORM.sub(dropped, _SINGLE.sub(dropped, text))
        text = _TAG.sub(tag, text)
    return _ADDRESS.sub(address, text) if "script" in text.lower() or "data:" in text else text


def _frame(found: re.Match[str], line: SourceLine, conversion: Conversion) -> str:
    source = _SOURCE.search(found[1] or "")
    if source is None:
        return ""
    video = _VIDEO.match(source[1])
    if video:
        page = "https://vimeo.com/" if "vimeo" in source[1] else "https://www.youtube.com/watch?v="
        return f"![Video]({page}{video[1]})"
    conversion.note(
        line, "A frame shows another site, which no article may. A link stands in its place.", "<"
    )
    address = f"https:{source[1]}" if source[1].startswith("//") else source[1]
    return f"<{address}>" if "://" in address else f"[{address}]({address})"


def _note(line: SourceLine, name: str, conversion: Conversion) -> None:
    conversion.note(
        line, f"The element <{name.lower()}> has no place in an article. It was left out.", f"<{name}"
    )
