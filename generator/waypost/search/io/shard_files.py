"""Write the index of the search as files that never change: each is named after what is in it.

They are compressed here, because many hosts leave files they do not know as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence

from waypost.help.kinds import ARTICLE_KINDS
from waypost.search.rules.constants import ranking_constants
from waypost.search.rules.index import Index
from waypost.search.rules.shards import FORMAT, form_shards, result_text, term_shards

MANIFEST = "search/manifest.json"
"""The only file of the search that changes under its name: it says which table is current."""

Category = tuple[str, str, str]
"""Id, title and address of a category."""


def search_files(index: Index, language: str, categories: Sequence[Category]) -> dict[str, bytes]:
    """Return every file of the search, by its path from the root of the output."""
    files: dict[str, bytes] = {}

    def keep(prefix: str, data: bytes, length: int = 8) -> str:
        # Without a time, so that the same content gives the same bytes.
        content = gzip.compress(data, 9, mtime=0)
        name = hashlib.sha256(content).hexdigest()[:length]
        files[f"search/{prefix}{name}.bin"] = content
        return name

    forms = [(first, keep("f-", data)) for first, data in form_shards(index)]
    terms = [(first, keep("t-", data)) for first, data in term_shards(index.postings)]
    results = [
        # The number is in the name, so that a short digest only has to tell one build from the next.
        keep(f"r-{number}-", result_text(document), 6)
        for number, document in enumerate(index.documents)
    ]
    kinds = list(ARTICLE_KINDS)
    ids = [category for category, _, _ in categories]
    table = {
        "language": language,
        "stop": " ".join(sorted(index.stop)),
        "phrases": sorted(index.phrases),
        "unknown": index.unknown,
        "ranking": ranking_constants(),
        "kinds": kinds,
        "kind": "".join(str(kinds.index(document.kind)) for document in index.documents),
        "categories": [{"id": name, "title": title, "url": url} for name, title, url in categories],
        "category": [
            ids.index(document.category) if document.category in ids else -1 for document in index.documents
        ],
        "forms": [first for first, _ in forms],
        "form_files": "".join(name for _, name in forms),
        "terms": [first for first, _ in terms],
        "term_files": "".join(name for _, name in terms),
        "result_files": "".join(results),
    }
    name = keep("i-", json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode())
    files[MANIFEST] = json.dumps({"format": FORMAT, "table": name}).encode() + b"\n"
    return files
