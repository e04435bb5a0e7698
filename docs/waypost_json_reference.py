"""Describe every field of waypost.json for docs/reference/waypost-json.md, from its published schema."""

from __future__ import annotations

from typing import Any

from waypost.publishing.api.waypost_json import page_schema

Part = dict[str, Any]


def waypost_json_page() -> str:
    """Return the page, with a table for each object of the file."""
    schema = page_schema("https://status.example.org/")
    lines = [
        "# Fields of waypost.json\n",
        "[What it is for](../statuspage-api.md#waypostjson). Times are in UTC with milliseconds;",
        "lengths of time are in seconds.\n",
    ]
    lines += ["## The file\n", *_table(schema)]
    for name, part in schema["$defs"].items():
        about = [f"{part['description']}\n"] if "description" in part else []
        lines += [f"## {name}\n", *about, *_table(part)]
    return "\n".join(lines)


def _table(part: Part) -> list[str]:
    rows = [
        f"| `{name}` | {_kind(field)} | {field['description']} |"
        for name, field in part["properties"].items()
    ]
    return ["| Field | Type | Meaning |\n| --- | --- | --- |", *rows, ""]


def _kind(field: Part) -> str:
    if "anyOf" in field:
        return " or ".join(map(_kind, field["anyOf"]))
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if values := field.get("enum", [field["const"]] if "const" in field else []):
        return ", ".join(f"`{value}`" for value in values)
    if field["type"] == "array":
        return f"list of {_kind(field['items'])}"
    if "additionalProperties" in field:
        return f"{_kind(field['additionalProperties'])}, by name"
    return "time" if field.get("format") == "date-time" else str(field["type"])
