"""Code as elements: its title, its marked lines, and the classes that a theme colours its words by."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

_OPTION = re.compile(r"""([\w-]+)=(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))""")
_MARKED = re.compile(r"(?:^|[\s\w])\{([\d,\s-]+)\}")
_LANGUAGE = re.compile(r"\{?\s*\.?([\w+#.-]+)")


@dataclass(frozen=True)
class CodeOptions:
    """What the first line of fenced code says about it."""

    language: str = ""
    """Empty where none is named; code is not coloured then."""
    title: str = ""
    marked: frozenset[int] = frozenset()
    """Lines to stand out, from 1."""
    first_number: int = 0
    """The number of its first line; 0 where lines are not numbered."""


def code_options(info: str) -> CodeOptions:
    """Read the first line of fenced code without its marks, as Material, Docusaurus and Starlight write it.

    `python title="a.py" hl_lines="1 3-5" linenums="1"`, `js {1,3-5} showLineNumbers`, `{ .python title="a.py" }`.
    """
    named = {name: first or second or third for name, first, second, third in _OPTION.findall(info)}
    language = _LANGUAGE.match(_OPTION.sub("", info).strip())
    shown = _MARKED.search(_OPTION.sub("", info))
    numbers = named.get("linenums") or named.get("startLineNumber") or ""
    counts = numbers.isdigit() or "showLineNumbers" in info
    return CodeOptions(
        language=language[1].lower() if language else "",
        title=named.get("title") or named.get("filename") or "",
        marked=frozenset(_numbers(named.get("hl_lines") or (shown[1] if shown else ""))),
        first_number=(int(numbers) if numbers.isdigit() else 1) if counts else 0,
    )


def _numbers(text: str) -> Iterator[int]:
    for found in re.finditer(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?", text):
        yield from range(int(found[1]), int(found[2] or found[1]) + 1)


def coloured_code(code: str, info: str) -> ET.Element:
    """Return code as an element, in the markup that Material for MkDocs shows."""
    options = code_options(info)
    name = f"language-{options.language} highlight" if options.language else "highlight"
    block = ET.Element("div", {"class": name})
    if options.title:
        ET.SubElement(block, "span", {"class": "filename"}).text = options.title
    pre = ET.SubElement(block, "pre")
    ET.SubElement(pre, "span")
    element = ET.SubElement(pre, "code")
    for number, line in enumerate(_lines(code, options.language), start=1):
        parent = ET.SubElement(element, "span", {"class": "hll"}) if number in options.marked else element
        if options.first_number:
            shown = f"{options.first_number + number - 1:>3} "
            ET.SubElement(parent, "span", {"class": "linenos", "data-linenos": shown})
        for kind, text in line:
            _append(parent, kind, text)
    return block


def _append(parent: ET.Element, kind: str, text: str) -> None:
    if kind:
        ET.SubElement(parent, "span", {"class": kind}).text = text
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


def _lines(code: str, language: str) -> list[list[tuple[str, str]]]:
    """Return the words of each line, each with the class of its kind."""
    lexer = _lexer(language) if language else None
    pieces = lexer.get_tokens(code) if lexer else [(None, code)]
    lines: list[list[tuple[str, str]]] = [[]]
    for kind, text in pieces:
        name = _class_of(kind)
        for piece in re.findall(r"[^\n]*\n|[^\n]+", text):
            last = lines[-1][-1] if lines[-1] else None
            if last and last[0] == name:
                lines[-1][-1] = (name, last[1] + piece)
            else:
                lines[-1].append((name, piece))
            if piece.endswith("\n"):
                lines.append([])
    return [line for line in lines if line]


@cache
def _class_of(kind: Any) -> str:
    """Return the short class of a kind of word, or that of the nearest kind which has one."""
    while kind is not None and kind not in STANDARD_TYPES:
        kind = kind.parent
    name = STANDARD_TYPES.get(kind, "")
    # Nothing of white space is coloured.
    return "" if name == "w" else name
