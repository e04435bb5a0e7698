"""Read front matter in YAML, TOML and JSON, also where it is broken."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import parse_yaml
from waypost.problems import Level, Problem

_PLAIN = (str, int, float, bool, list, dict, type(None))
_SIMPLE = re.compile(r"([A-Za-z_][\w -]{0,60}?)[ \t]*:[ \t]+(\S.{0,2000})$")
_TOML_KEY = re.compile(r"\s*([\w-]+)\s*=")
_JSON_KEY = re.compile(r'\s*"([^"]+)"\s*:')


@dataclass(frozen=True)
class SourceFrontMatter:
    """Front matter, and where the text below it starts."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    problems: list[Problem] = field(default_factory=list)


def read_front(source: Source) -> SourceFrontMatter:
    """Split a file into front matter and text; a file without front matter is all text."""
    lines = source.text.split("\n")
    first = lines[0].rstrip()
    if first == "---":
        return _fenced(source, lines, ("---", "..."), _yaml)
    if first == "+++":
        return _fenced(source, lines, ("+++",), _toml)
    if first == "{":
        return _json(source, lines)
    return SourceFrontMatter(body=source.text)


def _fenced(source: Source, lines: list[str], ends: tuple[str, ...], read: Any) -> SourceFrontMatter:
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() in ends), None)
    if end is None:
        # A text may start with a rule, and a rule is no front matter.
        return SourceFrontMatter(body=source.text)
    data, places, problems = read(source, lines[1:end])
    return SourceFrontMatter(data, places, "\n".join(lines[end + 1 :]), end + 2, problems)


_Read = tuple[dict[str, Any], dict[str, tuple[int, int]], list[Problem]]


def _yaml(source: Source, lines: list[str]) -> _Read:
    document, problems = parse_yaml(source, "\n".join(lines), first_line=2, ignore_tags=True)
    if document is not None and (isinstance(document.data, dict) or document.data is None):
        top = ((path[0], place) for path, place in document.places.items() if len(path) == 1)
        places = {str(key): place.key or place.value for key, place in top}
        return document.data or {}, places, []
    at = (problems[0].location.line, problems[0].location.column) if problems else (2, 1)
    reason = problems[0].message if problems else "It is no mapping of keys and values."
    return _simple(source, lines, at, reason)


def _simple(source: Source, lines: list[str], at: tuple[int, int], reason: str) -> _Read:
    """Read the usable lines of broken front matter: keys with one line of text each."""
    data: dict[str, Any] = {}
    places: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(lines, start=2):
        found = _SIMPLE.match(line)
        if found and found[1] not in data:
            data[found[1]] = found[2].strip().strip("\"'")
            places[found[1]] = (number, 1)
    message = f"The front matter is broken, so only keys with one line of text were read. {reason}"
    return data, places, [source.problem("front-matter", message, *at, level=Level.WARNING)]


def _toml(source: Source, lines: list[str]) -> _Read:
    try:
        data = tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"The front matter is not valid TOML, so it was not read: {str(error)[:200]}."
        return {}, {}, [source.problem("front-matter", message, 1, 1, level=Level.WARNING)]
    return _plain(data), _places(lines, _TOML_KEY, 2), []


def _json(source: Source, lines: list[str]) -> SourceFrontMatter:
    try:
        data, end = json.JSONDecoder().raw_decode(source.text)
    except (ValueError, RecursionError):
        # It is a text that starts with a brace.
        return SourceFrontMatter(body=source.text)
    if not isinstance(data, dict):
        return SourceFrontMatter(body=source.text)
    above = source.text.count("\n", 0, end)
    places = _places(lines[: above + 1], _JSON_KEY, 1)
    return SourceFrontMatter(_plain(data), places, source.text[end:].removeprefix("\n"), above + 2)


def _places(lines: list[str], key: re.Pattern[str], first: int) -> dict[str, tuple[int, int]]:
    found = ((key.match(line), number) for number, line in enumerate(lines, start=first))
    return {match[1]: (number, match.start(1) + 1) for match, number in found if match}


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Turn dates of TOML into text, as YAML here has them, and bring in the keys that Hugo keeps under `params`."""
    inner = data.get("params")
    if isinstance(inner, dict):
        data = {**inner, **data}
        del data["params"]
    return {key: value if isinstance(value, _PLAIN) else str(value) for key, value in data.items()}
