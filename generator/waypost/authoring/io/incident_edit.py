"""Find an incident or a maintenance by a part of its name, and add an update that is read back as it was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from waypost.authoring.io.planned_files import PlannedFile, check_start
from waypost.authoring.rules.incident_texts import NewUpdate, append_update, replace_words
from waypost.base.files.front_matter import (
    add_list,
    edit_front_matter,
    parse_markdown,
    set_value,
)
from waypost.base.files.text_files import Source, decode, read_bytes, walk
from waypost.formats.status import ENDED, Incident, Maintenance, Update
from waypost.formats.status_config import StatusConfig
from waypost.problems import Location, Problem, ProblemsFound, did_you_mean
from waypost.reading.io.incident_files import parse_incident, parse_maintenance, update_lines
from waypost.reading.io.status_files import check_references, load_status_config
from waypost.reading.site import Site
from waypost.status.rules.incidents import CLOSING

T = TypeVar("T", Incident, Maintenance)

_SAME_MOMENT = timedelta(seconds=5)
"""An update that is behind the last by less was written at once after it; by more, a clock is wrong."""

_SAFE = re.compile(r"[a-z0-9][a-z0-9/._-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}-")


@dataclass(frozen=True)
class StatusFolder(Generic[T]):
    """A folder of status/ in which all files are of one kind."""

    path: str
    """From the root of the site."""
    one: str
    many: str
    parse: Callable[[Source, str], tuple[T | None, list[Problem]]]


INCIDENTS = StatusFolder("status/incidents", "incident", "incidents", parse_incident)
MAINTENANCE = StatusFolder("status/maintenance", "maintenance", "maintenances", parse_maintenance)


@dataclass(frozen=True)
class EditedFile(Generic[T]):
    """An incident or a maintenance as its file would be after a change."""

    file: Path
    data: bytes
    item: T
    before: bytes | None = None
    """What it holds now; None where it is not there."""

    @property
    def planned(self) -> PlannedFile:
        """The file to be written: a link inside of the site stays a link."""
        return PlannedFile(self.file.resolve(), self.data, self.before)


def read_file(root: Path, folder: StatusFolder[T], name: str, *, is_over: bool = False) -> EditedFile[T]:
    """Return the file that a name means, as it is: the name without its ending or its day, or any part of it.

    Of several that a name can mean, it is the one that still goes on; or with `is_over`, the one that does not.
    Raises ProblemsFound with the candidates where there is none or more than one, and where it is not valid.
    """
    file = _find(root, folder, name, is_over=is_over)
    data, problems = read_bytes(root, file)
    if data is None:
        raise ProblemsFound(problems)
    return EditedFile(file, data, _read(root, folder, file, data), data)


def _find(root: Path, folder: StatusFolder[T], name: str, *, is_over: bool) -> Path:
    files, problems = walk(root, root / folder.path, ".md")
    wanted = name.replace("\\", "/").rpartition("/")[2].removesuffix(".md").lower()
    stems = [file.stem for file in files]
    for fits in (
        [file for file in files if file.stem == wanted],
        [file for file in files if _DATE.sub("", file.stem, count=1) == wanted],
        [file for file in files if wanted and wanted in file.stem.lower()],
    ):
        is_clear = len(fits) == 1
        meant = fits if is_clear else [file for file in fits if _is_over(root, folder, file) is is_over]
        if len(meant) == 1:
            return meant[0]
        if fits:
            names = ", ".join(file.stem for file in meant or fits)
            message = f"'{name}' can mean several {folder.many}. Name one of them: {names}."
            raise ProblemsFound([Problem(Location(folder.path), "bad-value", message)])
    known = f" {folder.many.capitalize()}: {', '.join(stems[-5:]) or 'none yet'}."
    message = f"There is no {folder.one} '{name}'.{did_you_mean(wanted, stems) or known}"
    raise ProblemsFound(problems or [Problem(Location(folder.path), "missing-file", message)])


def _is_over(root: Path, folder: StatusFolder[T], file: Path) -> bool | None:
    """Tell whether nothing of it is to come; None where it cannot be read."""
    data, _ = read_bytes(root, file)
    source = decode(_name(root, file), data)[0] if data is not None else None
    item = folder.parse(source, file.stem)[0] if source else None
    return None if item is None else item.updates[-1].status in (*CLOSING, *ENDED)


def start_file(site: Site, folder: StatusFolder[T], path: Path, text: str, updates: int = 1) -> EditedFile[T]:
    """Return a new file with its first updates; raises AlreadyThere, and ProblemsFound where it would not be valid."""
    read: list[T] = []

    def check(source: Source) -> list[Problem]:
        item, problems = folder.parse(source, path.stem)
        if item and len(item.updates) > updates:
            message = "The message holds a second update. Leave out lines that begin with ##."
            return [source.problem("update-heading", message)]
        read.extend([item] if item else [])
        return problems

    return EditedFile(path, check_start(site, path, text, check), read[0])


def with_update(
    root: Path, folder: StatusFolder[T], before: EditedFile[T], update: NewUpdate
) -> EditedFile[T]:
    """Return a file with one more update; raises ProblemsFound where the result would not be valid."""
    update = replace(update, at=moment_after(before.item, update.at))
    data = append_update(before.data, update)
    after = _read(root, folder, before.file, data)
    last = after.updates[-1]
    is_meant = (
        _is_like(before.item, after, after.updates[:-1])
        and (last.status, last.at, last.changes) == (update.status, update.at, update.changes)
        and update.next_update_by in (None, last.next_update_by)
    )
    if not is_meant:
        raise _not_one_update(root, before.file)
    return EditedFile(before.file, data, after, before.before)


def moment_after(item: Incident | Maintenance, at: datetime) -> datetime:
    """Return when an update of this moment is dated: a second after the last one where both are of one second."""
    if timedelta(0) <= item.updated_at - at < _SAME_MOMENT:
        # Two in one second cannot be told apart in a file; a script that opens and resolves is that fast.
        return (item.updated_at + timedelta(seconds=1)).astimezone(at.tzinfo)
    return at


def with_words(
    root: Path, folder: StatusFolder[T], before: EditedFile[T], index: int, message: str, now: datetime
) -> EditedFile[T]:
    """Return a file in which an update has other words, and the time of the edit where it is published already.

    A promised time stays where the words give no other. Raises ProblemsFound where it would not be valid.
    """
    old = before.item.updates[index]
    edited: datetime | None = now if now > old.at else None
    lines = [message.strip(), *([f"Edited {edited.isoformat()}"] if edited else [])]
    data, after = _replaced(root, folder, before, index, lines)
    if old.next_update_by and len(after.updates) > index and after.updates[index].next_update_by is None:
        lines.insert(1, f"Next update by {old.next_update_by.isoformat()}.")
        data, after = _replaced(root, folder, before, index, lines)
    others = [*before.item.updates]
    if len(after.updates) == len(others):
        new = after.updates[index]
        others[index] = replace(old, body=new.body, edited=edited, next_update_by=new.next_update_by)
    if after.updates != tuple(others) or not _is_like(before.item, after, before.item.updates):
        raise _not_one_update(root, before.file)
    return EditedFile(before.file, data, after, before.before)


def _replaced(
    root: Path, folder: StatusFolder[T], before: EditedFile[T], index: int, lines: Sequence[str]
) -> tuple[bytes, T]:
    source, _ = decode(_name(root, before.file), before.data)
    document, problems = parse_markdown(source) if source else (None, [])
    if document is None:
        raise ProblemsFound(problems)
    heading, *others = update_lines(document)[index:]
    data = replace_words(before.data, heading, others[0] if others else None, "\n\n".join(lines))
    return data, _read(root, folder, before.file, data)


def _is_like(before: T, after: T, updates: tuple[Update, ...]) -> bool:
    """Tell whether a file says the same as before but for its updates, which are to be these."""
    # The components of an incident follow from its updates.
    return replace(after, updates=updates, components=before.components) == before


def _not_one_update(root: Path, file: Path) -> ProblemsFound:
    message = (
        "The message would not be read as one update. Leave out lines that begin with ##, with `Next update by` "
        "or with `Edited`, and close the code blocks of the file."
    )
    return ProblemsFound([Problem(Location(_name(root, file)), "update-heading", message)])


def with_keys(
    root: Path, folder: StatusFolder[T], before: EditedFile[T], keys: Mapping[str, str], expected: T
) -> EditedFile[T]:
    """Return a file whose front matter has other values, as YAML by key, and that is then read as expected.

    Raises ProblemsFound where that takes a person, and where it would not be valid.
    """

    def change(front: str) -> str | None:
        changed: str | None = front
        for key, value in keys.items():
            changed = None if changed is None else set_value(changed, key, value)
        return changed

    data = edit_front_matter(before.data, change)
    after = None if data is None else _read(root, folder, before.file, data)
    if data is None or after != expected:
        lines = ", ".join(f"`{key}: {value}`" for key, value in keys.items())
        message = (
            f"The front matter has a form that is not safe to edit here. Write into it yourself: {lines}."
        )
        raise ProblemsFound([Problem(Location(_name(root, before.file)), "front-matter", message)])
    return EditedFile(before.file, data, after, before.before)


def with_article(root: Path, before: EditedFile[Incident], path: str) -> EditedFile[Incident] | None:
    """Return an incident that names an article too; None where that takes a person."""
    data = add_article(before.data, path)
    source = decode(_name(root, before.file), data)[0] if data else None
    after = parse_incident(source, before.file.stem)[0] if source else None
    if data is None or after is None or after != replace(before.item, articles=(path,)):
        return None
    return EditedFile(before.file, data, after, before.before)


def add_article(data: bytes, path: str) -> bytes | None:
    """Return an incident that names an article; None where its front matter has a form that is not safe to edit."""
    text = path if _SAFE.fullmatch(path) else json.dumps(path, ensure_ascii=False)
    return edit_front_matter(data, lambda front: add_list(front, "articles", f"[{text}]"))


def _read(root: Path, folder: StatusFolder[T], file: Path, data: bytes) -> T:
    source, problems = decode(_name(root, file), data)
    item = None
    if source:
        item, problems = folder.parse(source, file.stem)
    if item:
        problems = check_references(root, file, item, usable_config(root).present_ids)
    if item is None or problems:
        raise ProblemsFound(problems)
    return item


def _name(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()


def usable_config(root: Path) -> StatusConfig:
    """Return status/status.yml; raises ProblemsFound where it cannot be read."""
    config, problems = load_status_config(root)
    if config is None:
        raise ProblemsFound(problems)
    return config
