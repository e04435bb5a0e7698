"""Tables of history as they were read before: a table whose bytes are the same is not read line by line again."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from waypost.base.files.digests import digest, program_digest
from waypost.base.files.file_tree import write_atomic
from waypost.base.intervals import micros, moment_of
from waypost.formats.status import ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History

_STATES = {status.value: status for status in ComponentStatus}


class HistoryCache:
    """The rows of tables without a mistake by the digest of their bytes, in a folder that may be deleted at any time.

    What cannot be read, or was made by another version, is not used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, data: bytes) -> History | None:
        """Return the rows of a table with these bytes; None where they are not known."""
        try:
            return _read(json.loads(self._path(data).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None

    def put(self, data: bytes, rows: History) -> None:
        """Keep the rows of a table with these bytes, if the disk takes them."""
        with suppress(OSError):
            write_atomic(self._path(data), _written(rows))

    def prune(self, most: int) -> None:
        """Remove the oldest tables where there are more than so many."""
        with suppress(OSError):
            kept = list(os.scandir(self._folder))
            if len(kept) > most:
                for entry in sorted(kept, key=lambda entry: entry.stat().st_mtime_ns)[:-most]:
                    Path(entry.path).unlink(missing_ok=True)

    def _path(self, data: bytes) -> Path:
        return self._folder / f"{digest(program_digest(), data)[:32]}.json"


def _written(rows: History) -> bytes:
    document = {
        "changes": [
            (it.component, it.check, micros(it.at), it.status, micros(it.confirmed_at), it.reason, it.region)
            for it in rows.changes
        ],
        "coverage": [
            (row.component, row.check, micros(row.start), micros(row.end), row.region)
            for row in rows.coverage
        ],
        "uplink": [(micros(gap.start), gap.end and micros(gap.end), gap.region) for gap in rows.uplink],
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _read(document: Any) -> History:
    names: dict[str, str] = {}

    def shared(text: str) -> str:
        # The same few ids stand in very many rows.
        return names.setdefault(text, text)

    changes = (
        StateChange(
            shared(component),
            shared(check),
            moment_of(at),
            _STATES[status],
            moment_of(confirmed),
            shared(reason),
            shared(region),
        )
        for component, check, at, status, confirmed, reason, region in document["changes"]
    )
    coverage = (
        Coverage(shared(component), shared(check), moment_of(start), moment_of(end), shared(region))
        for component, check, start, end, region in document["coverage"]
    )
    gaps = (
        UplinkGap(moment_of(start), None if end is None else moment_of(end), shared(region))
        for start, end, region in document["uplink"]
    )
    return History(tuple(changes), tuple(coverage), tuple(gaps))
