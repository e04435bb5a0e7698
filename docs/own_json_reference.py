"""Describe every field of waypost.json for docs/reference/waypost-json.md, from its published schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from waypost.core.own_schema import own_schema

Part = dict[str, Any]


def own_json_page() -> str:
    """Return the page, with a table for each object of the file."""
    schema = own_schema("https://status.example.org/")
    lines = [
        "# Fields of waypost.json\n",
        "[What it is for](../statuspage-api.md#waypostjson). Times are in UTC with milliseconds;",
        "lengths of time are in seconds.\n",
    ]
    lines += ["## The file\n", *_table(schema)]
    for place, part in _objects("", schema):
        lines += [f"## {place}\n", *_table(part)]
    for name, part in schema["$defs"].items():
        lines += [f"## {name}, wherever it stands\n", *_table(part)]
        for place, inner in _objects(f"{name}.", part):
            lines += [f"### {place}\n", *_table(inner)]
    return "\n".join(lines)


def _objects(above: str, part: Part) -> Iterator[tuple[str, Part]]:
    """Yield each object inside of another with its place in the file, from the outside in."""
    for name, field in part["properties"].items():
        inner = field.get("items", field)
        if "properties" in inner:
            place = f"{above}{name}"
            yield place, inner
            yield from _objects(f"{place}.", inner)


def _table(part: Part) -> list[str]:
    rows = [_row(name, field) for name, field in part["properties"].items()]
    return ["| Field | Type | Meaning |\n| --- | --- | --- |", *rows, ""]


def _row(name: str, field: Part) -> str:
    return f"| `{name}` | {_kind(field)} | {_meaning(name, field)} |"


def _meaning(name: str, field: Part) -> str:
    """Explain a field; windows explain themselves, as the object above them says what their numbers are."""
    if "description" in field:
        return str(field["description"])
    shares = field.get("type") == ["number", "null"] and "maximum" in field
    return f"percent in the window `{name}`" if shares else f"in the window `{name}`"


def _kind(field: Part) -> str:
    if "$ref" in field:
        return f"`{field['$ref'].rpartition('/')[2]}`"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    kind = field["type"]
    names = [kind] if isinstance(kind, str) else list(kind)
    if names[0] == "array":
        return f"list of {_kind(field['items'])}"
    if field.get("format") == "date-time":
        names[0] = "time"
    if "additionalProperties" in field:
        return f"object of {_kind(field['additionalProperties'])} by name"
    return " or ".join(names)
