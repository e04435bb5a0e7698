"""The archive of what is over, as files: an index, and one file a month with its incidents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, overload

from waypost.base.files.digests import digest
from waypost.base.files.file_tree import write_atomic
from waypost.base.intervals import micros, moment_of
from waypost.formats.status import ComponentStatus, EventSource, Impact, Incident, Update, UpdateStatus
from waypost.publishing.rules.feed_items import FeedRow
from waypost.status.rules.automatic import Checkpoint
from waypost.status.rules.past import PastEntry, PastIncident
from waypost.status.rules.similar import Relative
from waypost.status.rules.timeline import AffectedInterval

INDEX = "index.json"


class ArchiveDamaged(Exception):
    """A part of the archive is gone or is not what was written."""


class MonthIndex(NamedTuple):
    """What the index says of a month."""

    entries: tuple[PastEntry, ...]
    end: datetime
    digest: str
    """Of the file with its incidents, which is a part of its name."""


class ArchiveIndex(NamedTuple):
    """What is known of all that is over without loading any month."""

    key: str
    """Digest of everything that it was made from."""
    limit: datetime
    """Up to when it was tried to sum up."""
    checkpoint: Checkpoint
    months: Mapping[str, MonthIndex]
    alike: Mapping[str, tuple[Relative, ...]]
    feed: tuple[FeedRow, ...]
    """The updates that feeds may still show."""


class ArchiveFolder:
    """Reads and writes an archive; what the disk does not take stays in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unwritten: dict[str, bytes] = {}

    def read_index(self) -> ArchiveIndex | None:
        """Return the index, or None where there is none that can be read and whose months are all there."""
        try:
            index = _index_of(json.loads((self._folder / INDEX).read_bytes()))
            names = {path.name for path in self._folder.iterdir()}
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None
        is_whole = all(_file_name(name, month.digest) in names for name, month in index.months.items())
        return index if is_whole else None

    def write_index(self, index: ArchiveIndex) -> None:
        """Write the index, and remove the files of months that it does not name."""
        with suppress(OSError):
            write_atomic(self._folder / INDEX, _json(_index_values(index)))
            used = {_file_name(name, month.digest) for name, month in index.months.items()} | {INDEX}
            for path in self._folder.iterdir():
                if path.name not in used:
                    path.unlink(missing_ok=True)

    def write_month(self, name: str, incidents: Sequence[PastIncident]) -> MonthIndex:
        """Keep the incidents of a month; return what the index is to say of it."""
        values = [_incident_values(item) for item in incidents]
        data = _json(values)
        key = digest(data)[:24]
        try:
            write_atomic(self._folder / _file_name(name, key), data)
        except OSError:
            self._unwritten[_file_name(name, key)] = data
        entries = tuple(_entry(item, _json(value)) for item, value in zip(incidents, values, strict=True))
        return MonthIndex(entries, max(_end(item.incident) for item in incidents), key)

    def read_month(self, name: str, key: str) -> Sequence[PastIncident]:
        """Return the incidents of a month; raises ArchiveDamaged."""
        file = _file_name(name, key)
        try:
            data = self._unwritten.get(file) or (self._folder / file).read_bytes()
        except OSError as error:
            raise ArchiveDamaged(file) from error
        if digest(data)[:24] != key:
            raise ArchiveDamaged(file)
        return _Incidents(json.loads(data))


class _Incidents(Sequence[PastIncident]):
    """The incidents of a month, each made only when somebody asks for it, and once."""

    def __init__(self, values: list[list[Any]]) -> None:
        self._values: list[list[Any] | PastIncident] = [*values]

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, place: int) -> PastIncident: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[PastIncident]: ...
    def __getitem__(self, place: int | slice) -> PastIncident | Sequence[PastIncident]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        found = self._values[place]
        if not isinstance(found, PastIncident):
            found = self._values[place] = _incident_of(found)
        return found


def _file_name(month: str, key: str) -> str:
    return f"{month}-{key}.json"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _entry(item: PastIncident, data: bytes) -> PastEntry:
    incident = item.incident
    return PastEntry(
        incident.id, (*incident.components,), incident.continued_as is not None, digest(data)[:16]
    )


def _end(incident: Incident) -> datetime:
    return max(incident.updated_at, incident.resolved_at or incident.updated_at)


def _incident_values(item: PastIncident) -> list[Any]:
    incident = item.incident
    return [
        incident.id,
        incident.title,
        incident.impact,
        incident.components,
        micros(incident.started),
        [[it.id, it.status, micros(it.at), it.body, it.changes] for it in incident.updates],
        incident.continued_as,
        _optional(incident.ended),
        [[it.component, it.status, micros(it.start), _optional(it.end)] for it in item.affected],
        [_relative_values(it) for it in item.alike],
    ]


def _incident_of(values: list[Any]) -> PastIncident:
    key, title, impact, components, started, updates, continued_as, ended, affected, alike = values
    incident = Incident(
        id=key,
        title=title,
        impact=Impact(impact),
        components={name: _STATES[state] for name, state in components.items()},
        started=moment_of(started),
        updates=tuple(_update_of(*update) for update in updates),
        automatic=True,
        continued_as=continued_as,
        ended=_moment(ended),
    )
    spans = (
        AffectedInterval(name, _STATES[state], moment_of(start), _moment(end))
        for name, state, start, end in affected
    )
    return PastIncident(incident, tuple(spans), tuple(_relative_of(*it) for it in alike))


def _update_of(key: str, status: str, at: int, body: str, changes: list[list[str]]) -> Update:
    return Update(
        key,
        _WORDS[status],
        moment_of(at),
        body,
        changes=tuple((name, _STATES[state]) for name, state in changes),
        source=EventSource.MEASURED,
    )


_STATES = {status.value: status for status in ComponentStatus}
_WORDS = {status.value: status for status in UpdateStatus}


def _relative_values(item: Relative) -> list[Any]:
    return [item.id, item.title, micros(item.started), _optional(item.resolved_at)]


def _relative_of(key: str, title: str, started: int, resolved: int | None) -> Relative:
    return Relative(key, title, moment_of(started), _moment(resolved))


def _optional(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def _moment(count: int | None) -> datetime | None:
    return None if count is None else moment_of(count)


def _index_values(index: ArchiveIndex) -> dict[str, Any]:
    checkpoint = index.checkpoint
    return {
        "key": index.key,
        "limit": micros(index.limit),
        "at": micros(checkpoint.at),
        "ended": {name: micros(end) for name, end in checkpoint.ended.items()},
        "ids": sorted(checkpoint.ids),
        "months": {
            name: [month.entries, micros(month.end), month.digest] for name, month in index.months.items()
        },
        "alike": {key: [_relative_values(it) for it in found] for key, found in index.alike.items()},
        "feed": [[micros(row.at), *row[1:]] for row in index.feed],
    }


def _index_of(values: dict[str, Any]) -> ArchiveIndex:
    ended = {name: moment_of(end) for name, end in values["ended"].items()}
    # Very many incidents are about the same few components.
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}

    def same(names: list[str]) -> tuple[str, ...]:
        return shared.setdefault((*names,), (*names,))

    months = {
        name: MonthIndex(
            tuple(PastEntry(key, same(names), went_on, found) for key, names, went_on, found in entries),
            moment_of(end),
            file,
        )
        for name, (entries, end, file) in values["months"].items()
    }
    return ArchiveIndex(
        values["key"],
        moment_of(values["limit"]),
        Checkpoint(moment_of(values["at"]), ended, frozenset(values["ids"])),
        months,
        {key: tuple(_relative_of(*it) for it in found) for key, found in values["alike"].items()},
        tuple(_row_of(*row) for row in values["feed"]),
    )


def _row_of(at: int, *rest: Any) -> FeedRow:
    key, guid, link, title, body, edited, components, impact = rest
    return FeedRow(moment_of(at), key, guid, link, title, body, edited, tuple(components), impact)
