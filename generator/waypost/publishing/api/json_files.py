"""Every JSON file of the status page, as bytes by their paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.parts import json_bytes
from waypost.publishing.api.statuspage import api_documents
from waypost.publishing.api.waypost_json import SCHEMA_PATH, own_document, page_schema
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
