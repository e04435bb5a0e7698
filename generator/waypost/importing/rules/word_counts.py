"""Words of the source against words of the page: what an import lost, article by article."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from waypost.base.markdown.article_text import is_unread
from waypost.base.markdown.article_tree import article_tree
from waypost.importing.rules.collection import Lines
from waypost.importing.rules.tags import fenced, is_fence, tags_in

_WORD = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
"""A word; of scripts that are written without spaces, every sign is one."""

_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_COMMENT = re.compile(r"<!--.{0,20000}?-->|\{/\*.{0,20000}?\*/\}", re.DOTALL)
_ACTIVE = re.compile(
    r"<(script|style|object|applet|svg|template|noscript)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
_MODULE = re.compile(r"^(?:import\s.+from\s|import[ \t]+['\"]|export\s).*$", re.MULTILINE)
_IMAGE = re.compile(
    r"!\[[^\[\]\n]{0,500}\](?:\((?:<[^<>\n]{0,1000}>|[^()\n]{0,1000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?)\)|\[[^\[\]\n]{0,200}\])"
)
_LINK = re.compile(
    r"\]\((?:<[^<>\n]{0,1000}>|[^()\n]{0,1000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?)\)|\]\[[^\[\]\n]{0,200}\]"
)
_WORDED = re.compile(rf"\[([^\[\]\n]{{0,500}})(?:{_LINK.pattern})")
_DEFINED = re.compile(r"^ {0,3}\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]*\S+.*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\n]{1,100}\]:?")
_NUMBER = re.compile(r"^([ \t]*(?:>[ \t]*)*(?:[-*+][ \t]+)*)\d{1,9}[.)](?=\s)", re.MULTILINE)
_ALERT = re.compile(r"^([ \t]*>[ \t]*)\[![A-Za-z]+\][-+]?", re.MULTILINE)
_BOX = re.compile(r"^([ \t]*)(?:(?:!!!|\?\?\?\+?)[ \t]+[\w -]*|:{3,}[ \t]*[\w-]*|===[!+]?)", re.MULTILINE)
_ATTRIBUTES = re.compile(
    r"\{:?\s*(?:[#.][\w:.-]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}]+))(?:\s+[^{}\n]*)?\}"
)
_ICON = re.compile(r":(?:material|fontawesome|octicons|simple)-[a-z0-9-]{1,80}:")
_TASK = re.compile(r"^([ \t]*[-*+][ \t]+)\[[ xX]\]", re.MULTILINE)
_STRESS = re.compile(r"(\*{1,3}|~~|==)(?=\S)([^\n]{1,500}?)(?<=\S)\1")
_RUN_ON = frozenset(
    (
        *("a", "abbr", "b", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "s", "small", "span"),
        *("strong", "sub", "sup", "u", "wbr"),
    )
)
"""Elements in the middle of words."""
_INLINE = re.compile(
    rf"</?(?:{'|'.join(sorted(_RUN_ON))})(?:\s[^<>]{{0,3000}})?>",
    re.IGNORECASE,
)
_HTML = re.compile(r"</?[A-Za-z][^<>]{0,3000}>")
_TITLE = re.compile(r"\btitle=\"([^\"]*)\"")
_SPAN = re.compile(r"(`{1,9})(?!`)([^\n]{1,2000}?)(?<!`)\1(?!`)")


@dataclass(frozen=True, order=True)
class ArticleWords:
    """The words of one article, there and here."""

    share: float
    """How many of a hundred words of the source are not on the page."""
    lost: int
    path: str
    """Its path in content/."""
    origin: str
    source: int
    page: int
    examples: tuple[str, ...] = ()
    """Some of the words that are not on the page."""


MAX_EXAMPLES = 12


def compared(path: str, origin: str, source: Counter[str], page: Counter[str]) -> ArticleWords:
    """Compare the words of an article with those of its page."""
    lost = source - page
    count, whole = lost.total(), source.total()
    share = 100 * count / whole if whole else 0.0
    examples = tuple(word for word, _ in lost.most_common(MAX_EXAMPLES))
    return ArticleWords(share, count, path, origin, whole, page.total(), examples)


def worst_first(words: Iterable[ArticleWords]) -> list[ArticleWords]:
    """Return articles in the order of the share of their words that are lost."""
    return sorted(words, key=lambda it: (-it.share, -it.lost, it.path))


def words_in(text: str) -> Counter[str]:
    """Count the words of a text that people see."""
    return Counter(_WORD.findall(_INVISIBLE.sub("", text).lower()))


def page_words(body: str) -> Counter[str]:
    """Count the words that the page of an article shows below its title."""
    return words_in("".join(_texts(article_tree(body))))


def _texts(element: ET.Element) -> Iterator[str]:
    """Yield all text of an element, with what keeps words apart that stand apart on a page."""
    if is_unread(element):
        return
    apart = "" if element.tag in _RUN_ON else "\n"
    yield apart
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""
    yield apart


def html_words(text: str) -> Counter[str]:
    """Count the words that readers of a text in HTML saw."""
    plain = _HTML.sub("\n", _INLINE.sub("", _ACTIVE.sub("", _COMMENT.sub("", text))))
    return words_in(html.unescape(_NUMBER.sub(r"\1", plain)))


def source_words(lines: Lines) -> Counter[str]:
    """Count the words that readers of a text of another tool saw, without its markup."""
    code: list[str] = []
    prose: list[str] = []
    for line, is_code in fenced(lines):
        if is_code:
            code.append(" ".join(_TITLE.findall(line.text)) if is_fence(line.text) else line.text)
            prose.append("")
        else:
            prose.append(line.text)
    return words_in("\n".join(code)) + words_in(_shown("\n".join(prose)))


def _shown(text: str) -> str:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[2])
        return f"\0{len(kept) - 1}\0"

    text = _SPAN.sub(keep, _ACTIVE.sub("", _COMMENT.sub("", text.replace("\0", ""))))
    for pattern, plain in (
        *(
            (_MODULE, ""),
            (_IMAGE, ""),
            (_DEFINED, ""),
            (_WORDED, r"\1"),
            (_LINK, "] "),
            (_FOOTNOTE, ""),
            (_ALERT, r"\1"),
        ),
        *((_NUMBER, r"\1"), (_TASK, r"\1"), (_ICON, "")),
    ):
        text = pattern.sub(plain, text)
    text = "\n".join(_without_tags(line) for line in text.split("\n"))
    text = _STRESS.sub(r"\2", _ATTRIBUTES.sub("", _BOX.sub(r"\1", text)))
    text = html.unescape(_HTML.sub(" ", _INLINE.sub("", text)))
    return re.sub("\0(\\d+)\0", lambda found: kept[int(found[1])], text)


def _without_tags(line: str) -> str:
    """Return a line with the words of each tag of another tool in place of it."""
    parts: list[str] = []
    end = 0
    for tag in tags_in(line):
        parts += [line[end : tag.start], f" {' '.join(tag.texts)} "]
        end = tag.end
    return "".join([*parts, line[end:]])


def totals(articles: Iterable[ArticleWords]) -> tuple[int, int, int]:
    """Return the words of all sources, of all pages, and those that are lost."""
    counts = [(it.source, it.page, it.lost) for it in articles]
    return sum(it[0] for it in counts), sum(it[1] for it in counts), sum(it[2] for it in counts)
