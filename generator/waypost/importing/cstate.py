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
from waypost.formats.status import Impact, UpdateStatus
from waypost.importing.io.front_matter import read_front
from waypost.importing.rules.histories import (
    Importer,
    Notes,
    SourceComponent,
    SourceEntry,
    SourceHistory,
    SourceUpdate,
    all_components,
    line_of,
    rows_of,
    text_of,
    zone_of,
)
from waypost.importing.rules.timelines import without_comments
from waypost.importing.rules.times import moment_of
from waypost.importing.rules.words import is_ending, is_true, known_impact, known_status
from waypost.problems import Level, Location, Problem, ProblemsFound

_CONFIGS = ("config.yml", "config.yaml", "config.toml", "hugo.yml", "hugo.yaml", "hugo.toml")
_MARKER = re.compile(
    r"^[ \t]*(?P<mark>\*\*|__|\*|_)(?P<word>[A-Za-z][A-Za-z -]{1,30}?):?(?P=mark)[ \t]*[-–—:]?[ \t]*"
)
_TRACK = re.compile(r"\{\{[<%]\s*track\s+[\"'“]?(?P<time>[^\"'”>%]+?)[\"'”]?\s*[>%]\}\}")
_SHOWN_TIME = re.compile(_TRACK.pattern.replace("track", "htrack"))
_SHORTCODE = re.compile(r"\{\{[<%]/?\s*[^}]*[>%]\}\}")
_RULE = re.compile(r"[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*")
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
        notes=tuple(notes.merged()),
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
        if is_true(it.get("hideTitle")) or is_true(it.get("untitled"))
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
        ended = self._end(begun)
        is_over = self._is_post or ended is not None or is_true(self.front.get("resolved"))
        updates = self._updates(begun, ended)
        if is_over and (ended is None or self._is_post):
            last = max([begun, *(update.at for update in updates)])
            ended = max(ended or begun, last + timedelta(minutes=1))
            if self._is_post:
                updates.append(SourceUpdate("resolved", ended, "This was for your information."))
            elif not any(is_ending(update.status) for update in updates):
                self._note("It is resolved and does not say when. The time of its last update was taken.")
        impact = self._impact()
        return SourceEntry(
            origin=self.path,
            title=text_of(self.front, "title") or PurePosixPath(self.path).stem,
            impact=impact,
            components=dict.fromkeys(self._affected(), impact.status),
            updates=updates,
            started=begun,
            ended=ended,
            former=tuple(self._former()),
        )

    @property
    def _is_post(self) -> bool:
        """Whether it says something about the systems, while nothing is wrong with them."""
        return self._is_true("informational")

    def _end(self, begun: datetime) -> datetime | None:
        """Return the end that it gives: an earlier one is left from the issue that was copied."""
        # Some write the time where `true` belongs.
        ended = self._time("resolvedWhen") or self._time("resolved")
        if ended and ended < begun:
            self._note("Its end lies before its beginning, so it was not taken.")
            return None
        written = self.front.get("resolved")
        is_written = written is not None and str(written).strip() != ""
        if ended and is_written and not is_true(written):
            self._note("It gives an end, and says that it is not resolved. The end was taken.")
        return ended

    def _impact(self) -> Impact:
        if self._is_post:
            return Impact.NONE
        severity = text_of(self.front, "severity")
        if known_impact(severity) is None:
            self._note("The severity {names} is not known. The impact is now minor.", repr(severity[:40]))
        return known_impact(severity) or Impact.MINOR

    def _affected(self) -> list[str]:
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
        timed = [(word, text, self._tracked(word, written, begun, ended)) for word, text, written in parts]
        # cState shows the newest first; where no times say so, an end above the others does.
        known = [at for _, _, at in timed if at]
        ends_above = len(timed) > 1 and is_ending(timed[0][0])
        if known != sorted(known) if len(known) > 1 else ends_above:
            timed.reverse()
        found: list[SourceUpdate] = []
        for word, text, at in timed:
            end = ended if is_ending(word) else None
            next_at = max([begun, *(update.at + timedelta(seconds=1) for update in found)])
            found.append(SourceUpdate(word, at or end or next_at, text))
        return found

    def _tracked(self, word: str, written: str, begun: datetime, ended: datetime | None) -> datetime | None:
        """Read the time of an update; None where it has none, and where the issue says otherwise."""
        at = moment_of(written, self.zone)
        is_late = at is not None and ended is not None and at > ended
        if at and (at < begun or (is_late and known_status(word) is not UpdateStatus.POSTMORTEM)):
            self._note("The time of an update contradicts the dates of its issue, which were taken.")
            return None
        if written and at is None:
            self._note("An update has a time that cannot be read.")
        return at

    def _is_true(self, key: str) -> bool:
        return is_true(self.front.get(key))

    def _time(self, key: str) -> datetime | None:
        value = self.front.get(key)
        return moment_of(value, self.zone) if isinstance(value, str) else None

    def _note(self, message: str, *names: str) -> None:
        self.notes.add(self.path, message, *names)


def _parts(body: str) -> Iterator[tuple[str, str, str]]:
    """Give the word, the text and the written time of each part of an issue.

    A part begins with a word in marks, and behind a paragraph that ends with a time.
    """
    blocks: list[tuple[str, list[str]]] = [("", [])]
    is_timed = False
    for line in without_comments(body).split("\n"):
        match = _MARKER.match(line)
        if match and (known_status(match["word"]) or match["word"].lower() == "update"):
            blocks.append((match["word"], [line[match.end() :]]))
        elif is_timed and line.strip() and not blocks[-1][1][-1].strip():
            blocks.append(("", [line]))
        else:
            blocks[-1][1].append(line)
        is_timed = any(_TRACK.search(it) for it in blocks[-1][1])
    found = [(name, *_read_part("\n".join(lines).strip())) for name, lines in blocks]
    found = [part for part in found if part[0] or part[1]]
    # The oldest stands last, except where nothing but the order of writing says which it is.
    first = len(found) - 1 if any(written for _, _, written in found) else 0
    for index, (name, text, written) in enumerate(found):
        yield name or ("investigating" if index == first else "update"), text, written


def _read_part(text: str) -> tuple[str, str]:
    track = _TRACK.search(text)
    plain = _SHORTCODE.sub("", _SHOWN_TIME.sub(r"\g<time>", _TRACK.sub("", text)))
    return _without_rules(plain), track["time"].strip() if track else ""


def _without_rules(text: str) -> str:
    """Return a text without the rules at its ends: one right below a text would make a heading of its last line."""
    lines = text.strip().split("\n")
    while lines and (not lines[-1].strip() or _RULE.fullmatch(lines[-1])):
        lines.pop()
    while lines and (not lines[0].strip() or _RULE.fullmatch(lines[0])):
        lines.pop(0)
    return "\n".join(lines).rstrip()


CSTATE = Importer(
    "cstate",
    "FOLDER",
    """Bring in the issues and systems of a cState site, from the folder of its repository.

    The folder is only read. Files that are in status/ already are kept.

    Example: waypost import cstate ../old-status --dry-run
    """,
    read_cstate,
)
