"""Bring the history of another status page into a site, and report what needs a look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.text_files import Source, decode, walk
from waypost.base.files.validation import validate
from waypost.base.files.yaml_source import parse_yaml
from waypost.formats.status_config import StatusConfig
from waypost.importing.articles import Fate, ImportedFile
from waypost.importing.rules.histories import Importer, Notes, SourceHistory
from waypost.importing.rules.status_files import (
    PlannedEntry,
    component_line,
    new_ids,
    planned_entries,
    present_ids,
    reported_line,
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
_STATES = re.compile(r"(?P<before>components: [\[{]|## \w+ · [^ ]+)(?: · )?(?P<names>[\w:, -]*)[\]}]?")


@dataclass(frozen=True)
class StatusImport:
    """The outcome of an import, or of a dry run."""

    incidents: int
    maintenances: int
    components: int
    """Components of a new status.yml; 0 where there was one."""
    files: tuple[ImportedFile, ...]
    problems: tuple[Problem, ...]
    """Warnings for a person; none of them stops the page from being published."""


def import_status(site: Site, importer: Importer, place: str, *, dry_run: bool = False) -> StatusImport:
    """Bring in the history at a place: plan everything first, then write what is not there yet.

    Raises ProblemsFound, with nothing written, where there is no history, or the site's own files cannot be read.
    """
    history = importer.read(place)
    if not history.entries and not history.components:
        message = "There are no incidents, no maintenance and no components in what was read."
        raise ProblemsFound([*history.notes, Problem(Location("status"), "missing-file", message)])
    notes = Notes(list(history.notes))
    texts: dict[str, tuple[str, str]] = {}
    present = _present(site, history, importer.name, notes)
    ids = new_ids(history.components) if present is None else present
    if present is None:
        texts[CONFIG] = (_new_config(history, ids, importer.name, notes), "page")
    _tell_gone(history, notes)
    plans = [plan for draft in planned_entries(history, ids, notes) if (plan := _readable(draft, notes))]
    former = dict(_former(site))
    for plan in plans:
        path = next((former[address] for address in plan.entry.former if address in former), plan.path)
        texts[path] = (plan.text, plan.entry.origin)
    files = [_file(site, path, *text) for path, text in texts.items()]
    for file in files:
        if file.fate is Fate.KEPT:
            message = f"{file.path} is there already and was kept. To take this one over, delete it and import again."
            notes.add(file.origin, message)
        elif file.fate is not Fate.SAME and not dry_run:
            write_atomic(site.root / file.path, texts[file.path][0].encode())
    works = sum(plan.entry.window is not None for plan in plans)
    return StatusImport(
        incidents=len(plans) - works,
        maintenances=works,
        components=len(ids) if present is None else 0,
        files=tuple(files),
        problems=tuple(notes.merged()),
    )


def _present(site: Site, history: SourceHistory, source: str, notes: Notes) -> dict[str, str] | None:
    """Return the components of the site by the names of the other page; None where it has no status.yml."""
    path = site.root / CONFIG
    if not path.exists() and not path.is_symlink():
        return None
    config, problems = load_status_config(site.root)
    if config is None:
        raise ProblemsFound(problems)
    ids = present_ids(history.components, config)
    line = reported_line(history, source)
    if line and all(item.source != source for item in config.reported):
        message = "The time of this history counts as watched, if all incidents were written down. Add to `reported`"
        notes.add(CONFIG, f"{message}: - {line}")
    own = new_ids(history.components)
    for component in history.components:
        name = component.name.casefold()
        if name not in ids:
            place = "to `retired`" if component.until else "it"
            line = component_line(component, own[name])
            notes.add(
                CONFIG, f"This component is missing. Add {place}, and import again to name it: - {line}"
            )
    return ids


def _tell_gone(history: SourceHistory, notes: Notes) -> None:
    gone = {component.name for component in history.components if component.until}
    for entry in history.entries:
        names = [name for name in entry.names if name in gone]
        if names:
            notes.add(entry.origin, "It names components that the page has no more: {names}.", *names)


def _new_config(history: SourceHistory, ids: Mapping[str, str], source: str, notes: Notes) -> str:
    """Return a status.yml that can be read; where the other page's address cannot be used, an example stands in.

    Raises ProblemsFound where it cannot be read even so.
    """
    if not any(component.until is None for component in history.components):
        message = (
            "Nothing that was read names a component. Save those of the page too, or write this file first."
        )
        raise ProblemsFound([*history.notes, Problem(Location(CONFIG), "missing-file", message)])
    text = status_yml(history, ids, source)
    if not _config_problems(text):
        return text
    notes.add(CONFIG, "The address of the page is not known. Correct `page.url`.")
    text = status_yml(replace(history, url="https://status.example.com/"), ids, source)
    problems = _config_problems(text)
    if problems:
        raise ProblemsFound(problems)
    return text


def _config_problems(text: str) -> list[Problem]:
    document, problems = parse_yaml(Source(CONFIG, text))
    return validate(document, StatusConfig)[1] if document else problems


def _readable(plan: PlannedEntry, notes: Notes) -> PlannedEntry | None:
    """Return an entry whose file will be read as it is meant; None where it cannot be."""
    origin = plan.entry.origin
    flat = tuple(replace(it, text=flat_words(it.text) or "Update.") for it in plan.updates)
    unlinked = replace(plan.entry, former=())
    problems: list[Problem] = []
    for simpler, lost in (
        (plan, ""),
        (replace(plan, entry=unlinked), "Its former address"),
        (replace(plan, updates=flat), "The marks in its text"),
        (replace(plan, entry=unlinked, updates=flat), "Its former address and the marks in its text"),
    ):
        problems = _problems(simpler)
        if not problems:
            if lost:
                notes.add(origin, f"{lost} could not be kept.")
            return simpler
    notes.add(origin, f"It was left out, because its file could not be read: {problems[0].message}")
    return None


def _problems(plan: PlannedEntry) -> list[Problem]:
    source, problems = decode(plan.path, plan.text.encode())
    if source is None:
        return problems
    parse = parse_maintenance if plan.entry.window else parse_incident
    item, problems = parse(source, plan.name)
    if item and [update.body for update in item.updates] != [update.text for update in plan.updates]:
        message = "Its text would be read as something else."
        return [Problem(Location(source.path), "update-heading", message)]
    return problems


def _former(site: Site) -> Iterator[tuple[str, str]]:
    """Give each former address in the site, with the file that names it."""
    for folder, load in (("incidents", load_incident), ("maintenance", load_maintenance)):
        for file in walk(site.root, site.root / "status" / folder, ".md")[0]:
            item, _ = load(site.root, file)
            for address in item.redirect_from if item else ():
                yield address, file.relative_to(site.root).as_posix()


def _file(site: Site, path: str, text: str, origin: str) -> ImportedFile:
    file = site.root / path
    fate = Fate.KEPT
    if not file.exists() and not file.is_symlink():
        fate = Fate.NEW
    elif file.is_file():
        data = file.read_bytes()
        if data == text.encode():
            fate = Fate.SAME
        elif not file.is_symlink() and _lacks_only_components(data, text):
            fate = Fate.NAMED
    return ImportedFile(path, origin, fate)


def _lacks_only_components(data: bytes, text: str) -> bool:
    """Tell whether a file is what an import wrote when status.yml had fewer components, and nobody touched it."""
    before, after = data.decode(errors="replace").split("\n"), text.split("\n")
    differing = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
    return len(before) == len(after) and all(map(_names_more, differing))


def _names_more(lines: tuple[str, str]) -> bool:
    old, new = (_STATES.fullmatch(line) for line in lines)
    if old is None or new is None or old["before"] != new["before"]:
        return False
    fewer, more = (set(filter(None, (it["names"] or "").split(", "))) for it in (old, new))
    return fewer < more
