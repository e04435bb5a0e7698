"""Bring the history of another status page into a site, and say what a person has to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.text_files import Source, decode, walk
from waypost.base.files.validation import validate
from waypost.base.files.yaml_source import parse_yaml
from waypost.formats.status_config import StatusConfig
from waypost.importing.markdown import Fate, ImportedFile
from waypost.importing.rules.histories import ForeignStatus, Importer, Notes
from waypost.importing.rules.status_texts import (
    PlannedStory,
    line_of,
    new_ids,
    planned_stories,
    present_ids,
    quoted,
    status_yml,
)
from waypost.importing.rules.timelines import flat_words
from waypost.problems import Location, Problem, ProblemsFound
from waypost.reading.io.incident_files import (
    load_incident,
    load_maintenance,
    parse_incident,
    parse_maintenance,
)
from waypost.reading.io.status_files import load_status_config
from waypost.reading.site import Site

CONFIG = "status/status.yml"
_COMPONENTS = re.compile(r"components: [\[{](?P<names>.*)[\]}]")


@dataclass(frozen=True)
class StatusImport:
    """What an import did, or would do."""

    incidents: int
    maintenances: int
    components: int
    """Components of a new status.yml; 0 where there was one."""
    files: tuple[ImportedFile, ...]
    problems: tuple[Problem, ...]
    """What a person has to look at; none of it stops the page from being published."""


def import_status(site: Site, importer: Importer, place: str, *, dry_run: bool = False) -> StatusImport:
    """Bring in the history at a place: plan everything first, then write what is not there yet.

    Raises ProblemsFound, with nothing written, where there is no history, or the site's own files cannot be read.
    """
    foreign = importer.read(place)
    if not foreign.stories and not foreign.components:
        message = "There are no incidents, no maintenance and no components in what was read."
        raise ProblemsFound([*foreign.findings, Problem(Location("status"), "missing-file", message)])
    notes = Notes(list(foreign.findings))
    texts: dict[str, tuple[str, str]] = {}
    ids = _present(site, foreign, notes)
    is_new = ids is None
    if ids is None:
        ids = new_ids(foreign.components)
        texts[CONFIG] = (_new_config(foreign, ids, notes), "page")
    stories = [story for plan in planned_stories(foreign, ids, notes) if (story := _readable(plan, notes))]
    former = dict(_former(site))
    for story in stories:
        own = f"{story.folder}/{story.name}.md"
        path = next((former[address] for address in story.story.former if address in former), own)
        texts[path] = (story.text, story.story.origin)
    files = [_file(site, path, *text) for path, text in texts.items()]
    _note_kept(files, notes)
    if not dry_run:
        for file in files:
            if file.fate in (Fate.NEW, Fate.NAMED):
                write_atomic(site.root / file.path, texts[file.path][0].encode())
    works = sum(story.story.window is not None for story in stories)
    return StatusImport(
        incidents=len(stories) - works,
        maintenances=works,
        components=len(ids) if is_new else 0,
        files=tuple(files),
        problems=tuple(sorted(dict.fromkeys(notes.found))),
    )


def _note_kept(files: Sequence[ImportedFile], notes: Notes) -> None:
    for file in files:
        if file.fate is Fate.KEPT:
            message = f"{file.path} is there already and was kept. To take this one over, delete it and import again."
            notes.add(file.origin, message)


def _present(site: Site, foreign: ForeignStatus, notes: Notes) -> dict[str, str] | None:
    """Return the components of the site by the names of the other page; None where it has no status.yml."""
    path = site.root / CONFIG
    if not path.exists() and not path.is_symlink():
        return None
    config, problems = load_status_config(site.root)
    if config is None:
        raise ProblemsFound(problems)
    ids = present_ids(foreign.components, config)
    missing = [component for component in foreign.components if component.name.casefold() not in ids]
    own = new_ids(foreign.components)
    for component in missing:
        line = f"- {{id: {own[component.name.casefold()]}, name: {quoted(line_of(component.name))}}}"
        notes.add(CONFIG, f"This component is missing. Add it, and import again to name it: {line}")
    return ids


def _new_config(foreign: ForeignStatus, ids: Mapping[str, str], notes: Notes) -> str:
    """Return a status.yml that can be read; where the other page's address cannot be used, an example stands in.

    Raises ProblemsFound where it cannot be read even so.
    """
    text = status_yml(foreign, ids)
    if not _config_problems(text):
        return text
    notes.add(CONFIG, "The address of the page is not known. Correct `page.url`.")
    text = status_yml(replace(foreign, url="https://status.example.com/"), ids)
    problems = _config_problems(text)
    if problems:
        raise ProblemsFound(problems)
    return text


def _config_problems(text: str) -> list[Problem]:
    document, problems = parse_yaml(Source(CONFIG, text))
    return validate(document, StatusConfig)[1] if document else problems


def _readable(plan: PlannedStory, notes: Notes) -> PlannedStory | None:
    """Return a story whose file will be read as it is meant; None where it cannot be."""
    origin = plan.story.origin
    flat = tuple(replace(it, text=flat_words(it.text) or "Update.") for it in plan.updates)
    unlinked = replace(plan.story, former=())
    problems: list[Problem] = []
    for simpler, lost in (
        (plan, ""),
        (replace(plan, story=unlinked), "Its former address"),
        (replace(plan, updates=flat), "The marks in its text"),
        (replace(plan, story=unlinked, updates=flat), "Its former address and the marks in its text"),
    ):
        problems = _problems(simpler)
        if not problems:
            if lost:
                notes.add(origin, f"{lost} could not be kept.")
            return simpler
    notes.add(origin, f"It was left out, because its file could not be read: {problems[0].message}")
    return None


def _problems(plan: PlannedStory) -> list[Problem]:
    source, problems = decode(f"{plan.folder}/{plan.name}.md", plan.text.encode())
    if source is None:
        return problems
    parse = parse_maintenance if plan.story.window else parse_incident
    item, problems = parse(source, plan.name)
    if item and [update.body for update in item.updates] != [update.text for update in plan.updates]:
        message = "Its text would be read as something else."
        return [Problem(Location(source.path), "update-heading", message)]
    return problems


def _former(site: Site) -> Iterator[tuple[str, str]]:
    """Give each former address of what is in the site, with the file that names it."""
    for folder, load in (("incidents", load_incident), ("maintenance", load_maintenance)):
        for file in walk(site.root, site.root / "status" / folder, ".md")[0]:
            item, _ = load(site.root, file)
            for address in item.redirect_from if item else ():
                yield address, file.relative_to(site.root).as_posix()


def _file(site: Site, path: str, text: str, origin: str) -> ImportedFile:
    there = site.root / path
    if not there.exists() and not there.is_symlink():
        return ImportedFile(path, origin, Fate.NEW)
    if there.is_file() and there.read_bytes() == text.encode():
        return ImportedFile(path, origin, Fate.SAME)
    data = b"" if there.is_symlink() or not there.is_file() else there.read_bytes()
    return ImportedFile(path, origin, Fate.NAMED if _lacks_only_components(data, text) else Fate.KEPT)


def _lacks_only_components(data: bytes, text: str) -> bool:
    """Tell whether a file is what an import wrote when status.yml had fewer components, and nobody touched it."""
    before, after = data.decode(errors="replace").split("\n"), text.split("\n")
    differing = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
    if len(before) != len(after) or len(differing) != 1:
        return False
    old, new = (_COMPONENTS.fullmatch(line) for line in differing[0])
    return bool(old and new) and set(_named(old)) < set(_named(new))


def _named(line: re.Match[str] | None) -> list[str]:
    return [part for part in line["names"].split(", ") if part] if line else []
