"""Turn the HTML that other status pages keep in their texts into Markdown; whatever it is, nothing of it is run."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}
_BREAKS = {"br": "\n", "p": "\n\n", "div": "\n\n", "ul": "\n\n", "ol": "\n\n", "li": "\n- ", "tr": "\n"}
_BREAKS |= {f"h{level}": "\n\n" for level in range(1, 7)} | {
    "pre": "\n\n",
    "blockquote": "\n\n",
    "hr": "\n\n",
}
_PLAIN = frozenset(
    {"span", "small", "var", "u", "font", "time", "abbr", "table", "tbody", "td", "th", "center"}
)
_DROPPED = frozenset({"script", "style"})
_KNOWN = {*_MARKS, *_BREAKS, *_PLAIN, *_DROPPED, "a"}
_TAG = re.compile(rf"</?({'|'.join(sorted(_KNOWN))})(\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{2,5});")


def plain_markup(text: str) -> str:
    """Return a text without HTML; one that holds none is returned as it is, whatever signs are in it."""
    if not _TAG.search(text):
        return unescape(text).replace("\xa0", " ") if _ENTITY.search(text) else text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    joined = "".join(reader.parts).replace("\xa0", " ")
    lines = [line.strip() if not line.startswith("    ") else line.rstrip() for line in joined.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._silent += 1
        elif tag == "a":
            target = _safe(dict(attrs).get("href") or "")
            self._links.append(target)
            self.parts.append("[" if target else "")
        elif tag in _KNOWN:
            self.parts.append(_MARKS.get(tag) or _BREAKS.get(tag, ""))
        else:
            # It only looks like a tag: <instance> is a word that somebody wrote.
            self._say(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._links:
            target = self._links.pop()
            self.parts.append(f"]({target})" if target else "")
        elif tag in _MARKS:
            self.parts.append(_MARKS[tag])
        elif tag in _BREAKS and tag not in ("br", "li", "hr"):
            self.parts.append(_BREAKS[tag])

    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, text: str) -> None:
        if not self._silent:
            self.parts.append(text)


def _safe(address: str) -> str:
    """Return an address that a link may lead to; nothing for scripts and for what would break the Markdown."""
    try:
        scheme = urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return ""
    if scheme not in ("https", "http", "mailto") or re.search(r"[\s<>()\[\]]", address.strip()):
        return ""
    return address.strip()
