"""Bring in the history of a cState site: systems in the configuration of Hugo, and issues with front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from waypost.base.files.text_files import Source, read_source, walk
from waypost.formats.status import ComponentStatus, Impact
from waypost.importing.io.markdown_files import read_front
from waypost.importing.rules.histories import (
    Importer,
    Notes,
    SourceComponent,
    SourceEntry,
    SourceHistory,
    SourceUpdate,
    all_components,
    known_status,
    line_of,
    rows_of,
    text_of,
    whole_milliseconds,
    zone_of,
)
from waypost.problems import Level, Location, Problem, ProblemsFound

_CONFIGS = ("config.yml", "config.yaml", "config.toml", "hugo.yml", "hugo.yaml", "hugo.toml")
_SEVERITIES = {
    "down": (Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
    "disrupted": (Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
    "notice": (Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
}
_MARKER = re.compile(
    r"^[ \t]*(?P<mark>\*\*|__|\*|_)(?P<word>[A-Za-z][A-Za-z -]{1,30}?):?(?P=mark)[ \t]*[-–—:]?[ \t]*"
)
_TRACK = re.compile(r"\{\{[<%]\s*track\s+[\"'“]?(?P<time>[^\"'”>%]+?)[\"'”]?\s*[>%]\}\}")
_SHORTCODE = re.compile(r"\{\{[<%]/?\s*[^}]*[>%]\}\}")
_SAFE = re.compile(r"[^\s?#%:\\]{1,150}")


def read_cstate(place: str) -> SourceHistory:
    """Read the folder of a cState site; raises ProblemsFound where it is none."""
    folder = Path(place)
    issues = folder / "content" / "issues"
    if not issues.is_dir():
        message = "There is no content/issues in this folder. Name the one with config.yml and content/."
        raise ProblemsFound([Problem(Location(folder.as_posix()), "missing-file", message)])
    config, problems = _config(folder)
    files, found = walk(folder, issues, ".md")
    problems += found
    read: list[tuple[str, Mapping[str, Any], str]] = []
    for file in files:
        if file.name.startswith("_index"):
            continue
        source, found = read_source(folder, file)
        problems += found
        if source:
            front = read_front(source)
            problems += front.problems
            read.append((file.relative_to(folder / "content").as_posix(), front.data, front.body))
    notes = Notes([replace(problem, level=Level.WARNING) for problem in problems])
    zone = zone_of(text_of(config, "timeZone"), "config", notes)
    entries = [entry for issue in read if (entry := _Issue(*issue, zone, notes).entry())]
    params = config.get("params")
    return SourceHistory(
        name=text_of(config, "title"),
        url=text_of(config, "baseURL") or text_of(config, "baseurl"),
        time_zone=zone.key,
        components=all_components(_systems(params if isinstance(params, Mapping) else {}), entries),
        entries=tuple(entries),
        notes=tuple(notes.found),
    )


def _config(folder: Path) -> tuple[Mapping[str, Any], list[Problem]]:
    name = next((name for name in _CONFIGS if (folder / name).is_file()), None)
    if name is None:
        message = "There is no config.yml, so the systems are those that the issues name."
        return {}, [Problem(Location(folder.as_posix()), "missing-file", message)]
    source, problems = read_source(folder, folder / name)
    if source is None:
        return {}, problems
    # A configuration is written like front matter, without its fences.
    fence = "+++" if name.endswith(".toml") else "---"
    text = source.text.removeprefix("---\n")
    front = read_front(Source(source.path, f"{fence}\n{text}\n{fence}\n"))
    data = front.data
    if fence == "+++" and "systems" in data and "params" not in data:
        # What TOML has below [params] is read as if it stood above.
        data = {**data, "params": {"systems": data["systems"]}}
    return data, [*problems, *front.problems]


def _systems(params: Mapping[str, Any]) -> Iterator[SourceComponent]:
    # A category without a title on the page is no group here.
    hidden = {
        text_of(it, "name")
        for it in rows_of(params, "categories")
        if str(it.get("hideTitle")).lower() == "true"
    }
    for system in rows_of(params, "systems"):
        category = text_of(system, "category")
        group = "" if category in hidden else category
        yield SourceComponent(line_of(text_of(system, "name")), text_of(system, "description"), group)


@dataclass(frozen=True)
class _Issue:
    """One file of content/issues/."""

    path: str
    """From content/, such as issues/2020-04-01-api.md."""
    front: Mapping[str, Any]
    body: str
    zone: ZoneInfo
    notes: Notes

    def entry(self) -> SourceEntry | None:
        """Return the incident of this issue; None for a draft, and for an issue without a date."""
        if self._is_true("draft"):
            self._note("It is a draft, so it was left out.")
            return None
        begun = self._time("date")
        if begun is None:
            self._note("It has no date that can be read, so it was left out.")
            return None
        is_over = self._is_true("resolved")
        ended = self._time("resolvedWhen") if is_over else None
        updates = self._updates(begun, ended)
        if is_over and ended is None:
            ended = max([begun + timedelta(minutes=1), *(update.at for update in updates)])
            if all(known_status(update.status) != "resolved" for update in updates):
                self._note("It is resolved and does not say when. The time of its last update was taken.")
        impact, state = self._severity()
        return SourceEntry(
            origin=self.path,
            title=text_of(self.front, "title") or PurePosixPath(self.path).stem,
            impact=impact,
            components=dict.fromkeys(self._affected(), state),
            updates=updates,
            started=begun,
            ended=ended,
            former=tuple(self._former()),
        )

    def _severity(self) -> tuple[Impact, ComponentStatus]:
        severity = text_of(self.front, "severity").lower()
        if self._is_true("informational"):
            return Impact.NONE, ComponentStatus.DEGRADED_PERFORMANCE
        if severity not in _SEVERITIES:
            self._note(f"The severity '{line_of(severity)[:40]}' is not known. The impact is now minor.")
        return _SEVERITIES.get(severity, _SEVERITIES["notice"])

    def _affected(self) -> list[str]:
        if self._is_true("informational"):
            # It says something about them; nothing was wrong with them.
            return []
        affected = self.front.get("affected")
        names = affected if isinstance(affected, list) else [affected]
        return [line_of(name) for name in names if isinstance(name, str) and line_of(name)]

    def _former(self) -> Iterator[str]:
        place = PurePosixPath(self.path).with_suffix("")
        slug = text_of(self.front, "slug")
        own = text_of(self.front, "url") or (f"{place.parent}/{slug}" if slug else str(place))
        aliases = self.front.get("aliases")
        for address in [own, *(aliases if isinstance(aliases, list) else [])]:
            plain = str(address).strip("/").lower() if address is own else str(address).strip("/")
            if _SAFE.fullmatch(plain) and ".." not in plain:
                yield plain if plain.endswith((".html", ".htm")) else f"{plain}/"
            else:
                self._note("A former address of it cannot be kept.")

    def _updates(self, begun: datetime, ended: datetime | None) -> list[SourceUpdate]:
        """Cut the text at its marked paragraphs, `*Investigating* - …`, and give each its time."""
        parts = list(_parts(self.body))
        if len(parts) > 1 and not any(written for _, _, written in parts):
            self._note(
                "The updates have no times of their own. The first and the last have those of the issue."
            )
        timed = [(word, text, self._read(written) if written else None) for word, text, written in parts]
        # cState shows the newest first; where no times say so, an end above the others does.
        known = [at for _, _, at in timed if at]
        ends_above = len(timed) > 1 and known_status(timed[0][0]) == "resolved"
        if known != sorted(known) if len(known) > 1 else ends_above:
            timed.reverse()
        found: list[SourceUpdate] = []
        for word, text, at in timed:
            end = ended if known_status(word) == "resolved" else None
            next_at = max([begun, *(update.at + timedelta(seconds=1) for update in found)])
            found.append(SourceUpdate(word, at or end or next_at, text))
        return found

    def _is_true(self, key: str) -> bool:
        return str(self.front.get(key, "")).lower() == "true"

    def _time(self, key: str) -> datetime | None:
        value = self.front.get(key)
        return self._read(value) if isinstance(value, str) else None

    def _read(self, written: str) -> datetime | None:
        """Read a time; one without an offset is that of the zone of the site, as Hugo does it."""
        try:
            moment = datetime.fromisoformat(written.strip().replace(" UTC", "+00:00"))
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = datetime.fromisoformat(moment.replace(tzinfo=self.zone).isoformat())
        return whole_milliseconds(moment) if 1970 < moment.year < 3000 else None

    def _note(self, message: str) -> None:
        self.notes.add(self.path, message)


def _parts(body: str) -> Iterator[tuple[str, str, str]]:
    """Give the word, the text and the written time of each part of an issue."""
    blocks: list[tuple[str, list[str]]] = [("", [])]
    for line in body.split("\n"):
        match = _MARKER.match(line)
        if match and (known_status(match["word"]) or match["word"].lower() == "update"):
            blocks.append((match["word"], [line[match.end() :]]))
        else:
            blocks[-1][1].append(line)
    for name, content in blocks:
        text = "\n".join(content).strip()
        track = _TRACK.search(text)
        plain = _SHORTCODE.sub("", _TRACK.sub("", text)).strip()
        if name or plain:
            yield name or "investigating", plain, track["time"].strip() if track else ""


CSTATE = Importer(
    "cstate",
    "FOLDER",
    """Bring in the issues and systems of a cState site, from the folder of its repository.

    The folder is only read. Files that are in status/ already are kept.

    Example: waypost import cstate ../old-status --dry-run
    """,
    read_cstate,
)
