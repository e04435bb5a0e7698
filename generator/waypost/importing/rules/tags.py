"""Tags of other tools in a line of text: `{% hint %}` of GitBook, `{{< tab >}}` of Hugo, `<Card>` of MDX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from waypost.importing.rules.collection import Lines, SourceLine

_FENCE = re.compile(r"\s*(?:(?:>|[-*+]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})([^`]*)$")
_SPAN = re.compile(r"(?<!`)(`{1,9})(?!`)[^\n]{1,2000}?(?<!`)\1(?!`)")
_ATTRIBUTE = (
    r"\s+(?:[\w:.-]{1,60}(?:\s*=\s*(?:\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'"
    r"|\{(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]{0,500}\}){0,1000}\}){0,2000}\}|[^\s\"'<>{}]{1,300}))?|\{\.\.\.[^{}\n]{0,100}\})"
)
_TAG = re.compile(
    r"\{%-?\s*(?P<end>end)?(?P<liquid>[\w-]{1,60})(?P<rest>[^%\n]{0,1000}?)\s*-?%\}"
    r"|\{\{[<%]\s*(?P<slash>/?)\s*(?P<hugo>[A-Za-z_][\w./-]{0,60})(?P<given>[^{}\n]{0,1000}?)(?P<closed>/?)\s*[>%]\}\}"
    rf"|<(?P<close>/?)(?P<jsx>[A-Z]\w{{0,60}}(?:\.\w{{1,60}})?)(?P<attributes>(?:{_ATTRIBUTE}){{0,60}})\s*(?P<single>/?)>"
)
_NAMED = re.compile(
    r"""([\w:.-]{1,60})\s*=\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|\{\s*"([^"]*)"\s*\}|\{\s*'([^']*)'\s*\}|\{\s*`([^`]*)`\s*\}|\{(.*?)\}(?=\s|$)|([^\s"'`{]+))"""
)
_PLAIN = re.compile(r"""["“]([^"“”]*)["”]|'([^']*)'|`([^`]*)`|(\S+)""")
_OPEN = re.compile(
    r"\s*<[A-Z][\w.]{0,80}(?:\s[^<>\n]{0,2000})?$|.{0,2000}(?:\{\{[<%][^{}\n]{0,500}|\{%[^%{}\n]{0,500})$"
)
_LONGEST = 30
"""Lines of one tag."""


class TagForm(Enum):
    """What a tag does."""

    OPEN = auto()
    CLOSE = auto()
    SINGLE = auto()


@dataclass(frozen=True)
class ToolTag:
    """One tag in a line."""

    name: str
    """In lower case."""
    form: TagForm
    start: int
    end: int
    shown: str
    """Its name as it was written."""
    values: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """Values without a name."""

    def value(self, *names: str) -> str:
        """Return the first value of some names that is there."""
        return next((self.values[name] for name in names if self.values.get(name)), "")

    @property
    def texts(self) -> list[str]:
        """The values that people read: titles and the like, and quoted words without a name."""
        named = [self.values[name] for name in _READ if self.values.get(name)]
        spoken = [it for it in self.words if re.search(r"\w\s+\S", it)]
        return list(dict.fromkeys([*named, *self.labels.values(), *spoken]))

    @property
    def labels(self) -> dict[str, str]:
        """The titles of tabs that their set lists, by their value or number."""
        listed = self.value("values", "items", "labels")
        pairs = _LABEL.findall(listed)
        if pairs:
            return {value: label for label, value in pairs}
        plain = re.findall(r"['\"`]([^'\"`]{1,200})['\"`]", listed) or listed.split(",")
        if self.name == "tabs" and len(self.words) > 1:
            plain = list(self.words)
        return {str(number): it.strip() for number, it in enumerate(plain) if it.strip()}


_LABEL = re.compile(r"label:\s*['\"`]([^'\"`]{1,200})['\"`],\s*value:\s*['\"`]([^'\"`]{1,200})")
_READ = (
    "title",
    "header",
    "heading",
    "label",
    "name",
    "text",
    "summary",
    "caption",
    "description",
    "content",
)


def tags_in(text: str) -> Iterator[ToolTag]:
    """Yield the tags of a line that are not between backticks."""
    if "{" not in text and "<" not in text:
        return
    code = [found.span() for found in _SPAN.finditer(text)] if "`" in text else []
    for found in _TAG.finditer(text):
        if not any(start <= found.start() < end for start, end in code):
            yield _tag(found)


def _tag(found: re.Match[str]) -> ToolTag:
    shown = found["liquid"] or found["hugo"] or found["jsx"]
    is_end = bool(found["end"] or found["slash"] or found["close"])
    rest = found["rest"] or found["given"] or found["attributes"] or ""
    form = TagForm.CLOSE if is_end else TagForm.SINGLE if found["closed"] or found["single"] else TagForm.OPEN
    values = {name.lower(): next(filter(None, given), "") for name, *given in _NAMED.findall(rest)}
    plain = _PLAIN.findall(_NAMED.sub("", rest))
    if found["jsx"]:
        # A name without a value is a switch of a component, and no text.
        values |= {word.lower(): "true" for *_, word in plain if word}
        plain = []
    words = tuple(filter(None, (next(filter(None, it), "") for it in plain)))
    return ToolTag(shown.lower(), form, found.start(), found.end(), shown, values, words)


def closed_names(lines: Iterable[SourceLine]) -> frozenset[str]:
    """Return the names that are closed somewhere; a tag of another name stands by itself."""
    return frozenset(tag.name for line in lines for tag in tags_in(line.text) if tag.form is TagForm.CLOSE)


def fenced(lines: Lines) -> Iterator[tuple[SourceLine, bool]]:
    """Yield each line, and whether it belongs to a fenced block, however far that is moved in.

    Components move their text in, and what stands in them is no code by that.
    """
    mark = ""
    for line in lines:
        found = _FENCE.match(line.text)
        if mark:
            is_end = bool(found and found[1].startswith(mark) and not found[2].strip())
            yield line, True
            mark = "" if is_end else mark
        else:
            mark = found[1] if found else ""
            yield line, bool(mark)


def is_fence(text: str) -> bool:
    """Tell whether a line begins or ends a fenced block."""
    return bool(_FENCE.match(text))


def joined(lines: Lines) -> Lines:
    """Put each tag that goes over several lines on one."""
    made: Lines = []
    read = list(fenced(lines))
    at = 0
    while at < len(read):
        line, is_code = read[at]
        at += 1
        if not is_code and _OPEN.match(line.text):
            parts = [line.text.rstrip()]
            for following, _ in read[at : at + _LONGEST]:
                parts.append(following.text.strip())
                whole = " ".join(parts)
                if any(tag.start < len(parts[0]) < tag.end for tag in tags_in(whole)):
                    line = line.with_text(whole)
                    at += len(parts) - 1
                    break
        made.append(line)
    return made
