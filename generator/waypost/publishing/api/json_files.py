"""Every JSON file of the status page, as bytes by their paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.own_json import own_document
from waypost.publishing.api.statuspage_files import api_documents
from waypost.publishing.documents.page import SCHEMA_PATH, page_schema
from waypost.status.rules.snapshot import Snapshot


def json_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return the files of the Statuspage API, now.json, waypost.json and its schema."""
    documents: dict[str, Mapping[str, Any]] = {
        **api_documents(snapshot),
        "now.json": now_document(snapshot),
        "waypost.json": own_document(snapshot),
        SCHEMA_PATH: page_schema(snapshot.page.url),
    }
    return {path: json_bytes(document) for path, document in documents.items()}


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Write a document with a line for each of its members, and for each entry of those that hold several.

    A line at a time is written by the fast encoder of Python; one that indents everything takes ten times as long.
    """
    members = ",\n".join(f" {_compact(key)}: {_lines(value)}" for key, value in document.items())
    # A lone surrogate, which YAML can spell, has no bytes.
    return f"{{\n{members}\n}}\n".encode(errors="replace")


def _lines(value: object) -> str:
    if isinstance(value, Mapping) and any(isinstance(entry, Mapping | list) for entry in value.values()):
        return "{\n" + ",\n".join(f"  {_compact(key)}: {_compact(it)}" for key, it in value.items()) + "\n }"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_compact(entry)}" for entry in value) + "\n ]"
    return _compact(value)


_compact = json.JSONEncoder(ensure_ascii=False).encode
"""Write a value on one line; `json.dumps` would make an encoder each time."""
