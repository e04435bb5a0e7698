"""Boxes such as notes and warnings, in the forms of other tools, as admonitions: `!!! note "Title"`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from waypost.importing.rules.collection import Conversion, Lines, SourceLine, indent_of, marked

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

_NAMES = "|".join(sorted({*KINDS, "notice", "callout", "admonition", "aside", "message"}))
_ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*["']([^"'\n]{0,200})["']""")
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class _BoxStart:
    """The first line of a box."""

    kind: str
    title: str
    rest: str
    """The text behind the tag on the same line."""


@dataclass(frozen=True)
class BoxSyntax:
    """How one family of tools writes boxes."""

    name: str
    reason: str
    opens: re.Pattern[str]
    closes: re.Pattern[str]
    read: Callable[[re.Match[str]], _BoxStart]

    def convert(self, lines: Lines, _: Conversion) -> Lines:
        """Write the boxes of this form as admonitions."""
        made: Lines = []
        depth = 0
        for line, is_code in marked(lines):
            pad = "    " * depth
            found = None if is_code or depth >= _DEEPEST else self.opens.match(line.text)
            if found:
                depth += _open(self, found, line, pad, made)
            elif depth and not is_code and self.closes.match(line.text):
                depth -= 1
                made.append(line.with_text(""))
            else:
                made.append(line.with_text(pad + line.text) if line.text.strip() else line)
        return made


def _colon_box(found: re.Match[str]) -> _BoxStart:
    title = found["bracket"] or _attributes(found["braces"] or "").get("title", "") or found["rest"].strip()
    return _BoxStart(found["kind"], title, "")


def _tag_box(found: re.Match[str]) -> _BoxStart:
    """Read a tag whose kind is its name or one of its values, such as `alert color="warning"`."""
    given = _attributes(found["rest"])
    chosen = next((given[key] for key in ("type", "style", "color", "status") if key in given), "")
    words = [chosen, *_WORD.findall(found["rest"])[:1], found["kind"]]
    kind = next((word.lower() for word in words if word.lower() in KINDS), "note")
    return _BoxStart(kind, given.get("title", ""), found["after"])


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): value for name, value in _ATTRIBUTE.findall(text)}


BOX_SYNTAXES = (
    BoxSyntax(
        "colons",
        "Docusaurus and VuePress put boxes between lines of colons, which would show as text.",
        re.compile(
            r"\s*:{3,}\s*(?P<kind>[A-Za-z]+)(?:\[(?P<bracket>[^\]\n]{0,200})\])?"
            r"(?P<braces>\{[^}\n]{0,200}\})?(?P<rest>[^\n]{0,300})$"
        ),
        re.compile(r"\s*:{3,}\s*$"),
        _colon_box,
    ),
    BoxSyntax(
        "shortcodes",
        "Hugo's themes have shortcodes for boxes.",
        re.compile(
            rf"\s*\{{\{{[<%]\s*(?P<kind>{_NAMES})\b(?P<rest>[^>%\n]{{0,300}})[>%]\}}\}}(?P<after>.*)$",
            re.IGNORECASE,
        ),
        re.compile(rf"\s*\{{\{{[<%]\s*/\s*(?:{_NAMES})\s*[>%]\}}\}}\s*$", re.IGNORECASE),
        _tag_box,
    ),
    BoxSyntax(
        "liquid",
        "GitBook writes hints, and some themes of Jekyll notes, as template tags.",
        re.compile(
            rf"\s*\{{%-?\s*(?P<kind>{_NAMES})\b(?P<rest>[^%\n]{{0,300}})%\}}(?P<after>.*)$", re.IGNORECASE
        ),
        re.compile(rf"\s*\{{%-?\s*end(?:{_NAMES})\s*-?%\}}\s*$", re.IGNORECASE),
        _tag_box,
    ),
    BoxSyntax(
        "components",
        "Mintlify, Starlight and others write boxes as components.",
        re.compile(
            r"\s*<(?P<kind>Note|Tip|Info|Warning|Caution|Danger|Check|Callout|Admonition|Aside|Alert)\b"
            r"(?P<rest>[^>\n]{0,300}(?<!/))>(?P<after>.*)$"
        ),
        re.compile(
            r"\s*</(?:Note|Tip|Info|Warning|Caution|Danger|Check|Callout|Admonition|Aside|Alert)>\s*$"
        ),
        _tag_box,
    ),
)
"""Every form of boxes with a first and a last line."""


_DEEPEST = 10
"""More boxes in one another are a mistake: each adds four columns to every line in it."""


def _open(syntax: BoxSyntax, found: re.Match[str], line: SourceLine, pad: str, made: Lines) -> int:
    """Write the first line of a box; return 1 where its text goes on, and 0 where it ends on this line."""
    opened = syntax.read(found)
    margin = pad + " " * indent_of(line.text)
    rest = opened.rest.strip()
    # Only the end of the line is looked at, so that a long one costs no more than a short one.
    end = next((at for at in range(max(len(rest) - 60, 0), len(rest)) if syntax.closes.match(rest, at)), None)
    ends = end is not None
    rest = rest[:end].strip()
    made += [line.with_text(""), line.with_text(margin + _heading(opened.kind, opened.title))]
    if rest:
        made.append(line.with_text(f"{margin}    {rest}"))
    if ends:
        made.append(line.with_text(""))
    return 0 if ends else 1


def _heading(kind: str, title: str) -> str:
    plain = " ".join(title.replace('"', "'").split())
    return f"!!! {KINDS.get(kind.lower(), 'note')}" + (f' "{plain}"' if plain else "")


_ALERT = re.compile(r"(\s*)>\s*\[!([A-Za-z]+)\][-+]?[ \t]*(.*)$")
_QUOTED = re.compile(r"\s*>[ \t]?(.*)$")


def convert_alerts(lines: Lines, _: Conversion) -> Lines:
    """Turn the alerts of GitHub, `> [!NOTE]`, into admonitions."""
    made: Lines = []
    margin: str | None = None
    for line, is_code in marked(lines):
        found = None if is_code else _ALERT.match(line.text)
        quoted = _QUOTED.match(line.text)
        if found:
            margin = " " * indent_of(line.text)
            made += [line.with_text(""), line.with_text(margin + _heading(found[2], found[3]))]
        elif margin is not None and quoted:
            made.append(line.with_text(f"{margin}    {quoted[1]}".rstrip()))
        else:
            if margin is not None and line.text.strip():
                made.append(line.with_text(""))
            margin = None
            made.append(line)
    return made


_FOLDING = re.compile(r"(\s*)\?\?\?\+?(\s+[\w -]+(?:\s+\".*\")?\s*)$")
_TAB = re.compile(r"(\s*)===[!+]?\s+\"([^\"\n]{1,200})\"\s*$")


def convert_folding(lines: Lines, _: Conversion) -> Lines:
    """Turn boxes that fold and tabs, which need extensions that a new site does not have, into plain forms."""
    made: Lines = []
    tabs: list[int] = []
    for line, is_code in marked(lines):
        while tabs and line.text.strip() and indent_of(line.text) <= tabs[-1]:
            tabs.pop()
        text = line.text.expandtabs(4)[4 * len(tabs) :] if tabs and line.text.strip() else line.text
        folding = None if is_code else _FOLDING.match(text)
        tab = None if is_code else _TAB.match(text)
        if folding:
            text = f"{folding[1]}!!!{folding[2].rstrip()}"
        elif tab:
            tabs.append(indent_of(line.text))
            made.append(line.with_text(""))
            text = f"{tab[1]}**{tab[2]}**"
        made.append(line.with_text(text))
        if tab:
            made.append(line.with_text(""))
    return made
