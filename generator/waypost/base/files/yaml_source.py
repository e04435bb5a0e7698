"""Parse YAML files, and the front matter of Markdown files, into plain data with the position of each value."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from waypost.base.cut_text import CutText
from waypost.base.files.text_files import Source
from waypost.problems import Problem

MAX_NODES = 100_000
"""More values than this are a mistake or an attack (aliases that multiply), not a configuration."""

MAX_DEPTH = 40
"""No format nests deeper than a handful of levels."""

DataPath = tuple[Hashable, ...]

_HINTS = (
    (
        "mapping values are not allowed",
        "Quote text that holds a colon, and start keys below their neighbours.",
    ),
    ("could not find expected ':'", "A key needs a colon and a space after it."),
    ("found character '\\t'", "Indent with spaces, not with tabs."),
    ("found character", "Put text that starts with this character in quotes."),
    ("found unexpected end of stream", "A quote or a bracket is not closed."),
    ("expected <block end>, but found '<scalar>'", "A quote here or just above is missing or one too many."),
    ("expected <block end>", "Start each key right below its neighbours, and each entry with '- '."),
    ("expected ','", "A bracket is not closed, or a comma is missing."),
    ("found undefined alias", "Put text that starts with * in quotes."),
    ("expected alphabetic or numeric", "Put text that starts with * or & in quotes."),
    ("found unknown escape character", "In double quotes a backslash is special; use single quotes."),
    ("but found another document", "Delete this line: a file holds one document."),
)
"""The beginnings of messages of the library, each with a hint for the writer."""


_COMMENT = re.compile(r"[ \t]+#|(?<=[ \t])#")


class _Loader(yaml.SafeLoader):
    """YAML with the scalars of version 1.2: 'no' is a word, 10:30 is no number, dates stay text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # the library's own declaration  # noqa: RUF012  # the library's own declaration


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]{1,18}$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]{1,18}\.[0-9]{1,18}(?:e[-+]?[0-9]{1,2})?$"),
    list("-+0123456789"),
)


DEEPEST = 4000
"""Levels that libyaml, several times as fast, may be asked to follow: it nests without a limit of its own."""


_FAST_LOADER: type[Any] | None = None
"""The loader of libyaml with our scalars; None where PyYAML was built without it."""
if hasattr(yaml, "CSafeLoader"):
    _FAST_LOADER = type(
        "_FastLoader", (yaml.CSafeLoader,), {"yaml_implicit_resolvers": _Loader.yaml_implicit_resolvers}
    )


def _compose(text: str) -> yaml.Node | None:
    """Parse a text into nodes; what libyaml does not take is left to PyYAML, whose words are the same everywhere."""
    if _FAST_LOADER and _depth(text) <= DEEPEST:
        try:
            node: yaml.Node | None = yaml.compose(text, Loader=_FAST_LOADER)
        except (yaml.YAMLError, ValueError):
            pass
        else:
            return node
    return yaml.compose(text, Loader=_Loader)


def _depth(text: str) -> int:
    """Return more levels than a text can nest: each one takes an opening bracket, or a column of its line."""
    return text.count("[") + text.count("{") + max(map(len, text.split("\n")))


@dataclass(frozen=True)
class Position:
    """The position of a value and, inside a mapping, of its key: (line, column), from 1."""

    value: tuple[int, int]
    key: tuple[int, int] | None = None


@dataclass
class YamlDocument:
    """Plain data with the place of everything in it."""

    source: Source
    data: Any = None
    places: dict[DataPath, Position] = field(default_factory=dict)

    def problem_at(self, path: DataPath, code: str, message: str, *, at_key: bool = False) -> Problem:
        """Build a problem at a value (or its key); a path that is not there falls back to what encloses it."""
        known = path
        while known and known not in self.places:
            known = known[:-1]
        place = self.places.get(known, Position((1, 1)))
        wants_key = at_key and known == path and place.key is not None
        line, column = place.key if wants_key and place.key else place.value
        return self.source.problem(code, message, line, column)

    def part(self, path: DataPath) -> YamlDocument:
        """Return what stands at a path as a document of its own, with its places in the same file."""
        data = self.data
        for step in path:
            data = data[step]
        size = len(path)
        places = {known[size:]: place for known, place in self.places.items() if known[:size] == path}
        return YamlDocument(self.source, data, places)


@dataclass(frozen=True)
class ListSpan:
    """Where the list of a key stands in a text: positions count characters from 0, each end is exclusive."""

    style: Literal["flow", "block", "empty"]
    """`[a, b]`, one entry a line, or a key without a value."""
    span: tuple[int, int]
    entries: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class MappingPlace:
    """Where the value of a key stands in a text, and where another key may be added to its mapping.

    Positions count characters from 0, each end is exclusive.
    """

    span: tuple[int, int] | None
    """The value; None without such a key."""
    end: int
    """Where the last value of the mapping ends."""
    indent: int | None
    """How far the keys are indented, one a line; None where the mapping stands in braces."""


def find_value(text: str, key: str) -> MappingPlace | None:
    """Find the value of a key in the mapping that a text of YAML is; None where it is no mapping with a key."""
    try:
        root = _compose(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(root, yaml.MappingNode) or not root.value:
        return None
    spans = [(name.value, (value.start_mark.index, value.end_mark.index)) for name, value in root.value]
    indent = None if root.flow_style else root.value[0][0].start_mark.column
    return MappingPlace(dict(spans).get(key), spans[-1][1][1], indent)


def find_list(text: str, key: str) -> tuple[ListSpan | None, int | None]:
    """Find the list of a key in the mapping that a text of YAML is.

    Returns where it stands, or None without such a key; and how far the keys of the mapping are indented, or
    None where a key cannot be added below them or its value is no list.
    """
    try:
        root = _compose(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None, None
    if not isinstance(root, yaml.MappingNode) or not root.value:
        return None, None
    value = next((value for name, value in root.value if name.value == key), None)
    indent = root.value[0][0].start_mark.column
    if value is None:
        return None, indent
    span = (value.start_mark.index, value.end_mark.index)
    if isinstance(value, yaml.SequenceNode):
        entries = tuple((node.start_mark.index, node.end_mark.index) for node in value.value)
        return ListSpan("flow" if value.flow_style else "block", span, entries), indent
    return (ListSpan("empty", span), indent) if value.tag == "tag:yaml.org,2002:null" else (None, None)


_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in (
        "null",
        "bool",
        "int",
        "float",
        "str",
        "seq",
        "map",
        "binary",
        "timestamp",
        "omap",
        "set",
        "value",
    )
}


def find_tags(text: str) -> list[tuple[str, int, int]]:
    """Return every tag in a text of YAML that is more than plain data, with its line and column from 1.

    `<<`, which merges mappings, is one of them: `tag:yaml.org,2002:merge`. Nothing is made of the text.
    """
    found: list[tuple[str, int, int]] = []
    seen: set[int] = set()
    # As PyYAML itself resolves scalars, because that is what other programs read the text with.
    waiting: list[yaml.Node | None] = [yaml.compose(text, Loader=yaml.SafeLoader)]
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        # An alias stands for the node that has its anchor.
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        if node.tag not in _PLAIN_TAGS:
            found.append((node.tag, node.start_mark.line + 1, node.start_mark.column + 1))
    return sorted(found, key=lambda tag: tag[1:])


def parse_yaml(
    source: Source,
    text: str | None = None,
    first_line: int = 1,
    *,
    ignore_tags: bool = False,
    mark_cuts: bool = False,
) -> tuple[YamlDocument | None, list[Problem]]:
    """Parse one YAML document; `first_line` is where `text` starts in its file.

    With `ignore_tags`, values with tags of another program are left out (None) and not complained of.
    With `mark_cuts`, a text before a comment is a CutText.

    Returns the document, or None with the problems that make it unusable.
    """
    text = source.text if text is None else text
    cut_in = text if mark_cuts else ""
    builder = _DocumentBuilder(YamlDocument(source), first_line, ignore_tags=ignore_tags, cut_in=cut_in)
    try:
        node = _compose(text)
        if node is not None:
            builder.document.data = builder.build(node, ())
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_problem(source, error, first_line)]
    except yaml.YAMLError as error:
        return None, [source.problem("yaml-syntax", f"Not valid YAML: {str(error).splitlines()[0]}.")]
    except RecursionError:
        return None, [
            source.problem("too-complex", f"The values nest deeper than {MAX_DEPTH} levels. Flatten them.")
        ]
    return (None if builder.problems else builder.document), builder.problems


def _syntax_problem(source: Source, error: yaml.MarkedYAMLError, first_line: int) -> Problem:
    mark = error.problem_mark or error.context_mark
    detail = error.problem or "it cannot be read"
    line, column = (mark.line + first_line, mark.column + 1) if mark else (first_line, 1)
    general = "Check quotes, colons and indentation here and just above."
    hint = next((hint for start, hint in _HINTS if detail.startswith(start)), general)
    return source.problem("yaml-syntax", f"Not valid YAML: {detail}. {hint}", line, column)


class _DocumentBuilder:
    """Turns nodes into data while it counts them and notes their places."""

    def __init__(
        self, document: YamlDocument, first_line: int, *, ignore_tags: bool, cut_in: str = ""
    ) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self._first_line = first_line
        self._ignore_tags = ignore_tags
        self._cut_in = cut_in
        self._nodes = 0
        self._section: yaml.Node | None = None

    def _place(self, node: yaml.Node) -> tuple[int, int]:
        return node.start_mark.line + self._first_line, node.start_mark.column + 1

    def _complain(self, node: yaml.Node, code: str, message: str) -> None:
        self.problems.append(self.document.source.problem(code, message, *self._place(node)))

    def build(self, node: yaml.Node, path: DataPath, key: yaml.Node | None = None) -> Any:
        self._nodes += 1
        if len(path) == 1:
            self._section = node
        if self._nodes > MAX_NODES or len(path) > MAX_DEPTH:
            if not any(problem.code == "too-complex" for problem in self.problems):
                # An alias stands where its anchor is, so name the section that uses it.
                message = "The file repeats or nests far more than can be meant. Shorten it."
                self._complain(self._section or node, "too-complex", message)
            return None
        self.document.places[path] = Position(self._place(node), self._place(key) if key else None)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: DataPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                message = "A key must be a word. Put text that starts with a bracket in quotes."
                self._complain(key, "wrong-type", message)
            elif key.value in data:
                self._complain(
                    key, "duplicate-key", f"The key '{key.value}' stands here twice. Keep one of them."
                )
            else:
                data[key.value] = self.build(value, (*path, key.value), key)
        return data

    def _scalar(self, node: yaml.Node) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind == "null":
            return None
        if kind == "bool":
            return node.value == "true"
        if kind == "int":
            return int(node.value)
        if kind == "float":
            return float(node.value)
        if kind != "str" and self._ignore_tags:
            return None
        if kind != "str":
            self._complain(
                node, "wrong-type", f"The tag '{node.tag}' is not supported. Write the plain value."
            )
        is_plain = isinstance(node, yaml.ScalarNode) and not node.style
        is_cut = is_plain and _COMMENT.match(self._cut_in, node.end_mark.index)
        return CutText(node.value) if is_cut else node.value
