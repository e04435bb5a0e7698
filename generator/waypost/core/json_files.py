"""Every JSON file of the status page, as bytes by their paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from waypost.core.now_json import now_document
from waypost.core.own_json import own_document
from waypost.core.own_schema import OWN_PATH, SCHEMA_PATH, own_schema
from waypost.core.snapshot import Snapshot
from waypost.core.statuspage_files import api_documents


def json_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return the files of the Statuspage API, now.json, waypost.json and its schema."""
    documents = {
        **api_documents(snapshot),
        "now.json": now_document(snapshot),
        OWN_PATH: own_document(snapshot),
        SCHEMA_PATH: own_schema(snapshot.page.url),
    }
    return {path: json_bytes(document) for path, document in documents.items()}


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Write a document on one line: with indentation it takes ten times as long to write."""
    # A lone surrogate, which YAML can spell, has no bytes.
    return (json.dumps(document, ensure_ascii=False) + "\n").encode(errors="replace")
