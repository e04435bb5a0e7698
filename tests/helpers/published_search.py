"""What the search of a built site knows, read from its files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

RESULT_NAME = 4


def published_table(output: Path) -> dict[str, Any]:
    """Return the table that the manifest names."""
    manifest = json.loads((output / "search/manifest.json").read_text())
    table: dict[str, Any] = json.loads(_read(output / f"search/i-{manifest['table']}.bin"))
    return table


def published_results(output: Path) -> list[dict[str, Any]]:
    """Return what each document shows as a result, in the order of the index."""
    names = published_table(output)["result_files"]
    parts = [names[at : at + RESULT_NAME] for at in range(0, len(names), RESULT_NAME)]
    return [json.loads(_read(output / f"search/r-{number}-{name}.bin")) for number, name in enumerate(parts)]


def _read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())
