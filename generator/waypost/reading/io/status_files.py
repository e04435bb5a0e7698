"""Read status/: status.yml, incidents, maintenance and subscribers, and history as `history_files` reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from waypost.base.files.front_matter import parse_markdown
from waypost.base.files.source import read_source, walk
from waypost.base.files.validation import ADD_OR_CORRECT, load_yaml
from waypost.base.files.yaml_source import DataPath, YamlDocument
from waypost.formats.lint import Cadence
from waypost.formats.status import Incident, Maintenance
from waypost.formats.status_config import ComponentGroup, StatusConfig
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import SubscriberFile
from waypost.problems import Location, Problem, did_you_mean
from waypost.reading.io.check_files import check_status_config
from waypost.reading.io.history_files import load_history
from waypost.reading.io.incident_files import load_incident, load_maintenance, update_lines
from waypost.reading.io.incident_templates import load_templates
from waypost.reading.io.lint_config import read_lint_config
from waypost.reading.io.subscriber_files import load_subscribers
from waypost.reading.rules.recurrence import Fault, expand

T = TypeVar("T", Incident, Maintenance)


def load_status_config(root: Path) -> tuple[StatusConfig | None, list[Problem]]:
    """Read status/status.yml."""
    document, config, problems = load_yaml(root, root / "status" / "status.yml", StatusConfig)
    if document and config:
        problems += _check_ids(document, config)
        problems += check_status_config(document, config)
    return config, problems


def _check_ids(document: YamlDocument, config: StatusConfig) -> list[Problem]:
    """Complain of every component, check or group whose id or name is taken: history would mix them up."""
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()

    def claim(kind: str, name: str, path: DataPath, what: str) -> None:
        if (kind, name) in seen:
            problems.append(document.problem_at(path, "duplicate-id", f"{what} Choose another."))
        seen.add((kind, name))

    for index, entry in enumerate(config.components):
        is_group = isinstance(entry, ComponentGroup)
        members = entry.components if isinstance(entry, ComponentGroup) else (entry,)
        if isinstance(entry, ComponentGroup):
            what = f"A group above is called '{entry.group}' too."
            claim("group", entry.group, ("components", index, "group"), what)
        for number, component in enumerate(members):
            path: DataPath = ("components", index, *(("components", number) if is_group else ()))
            what = f"The id '{component.id}' is taken by a component above."
            claim("component", component.id, (*path, "id"), what)
            for place, (name, _) in enumerate(component.named_checks):
                what = f"The id '{name}' is taken by another check of this component."
                claim(f"check of {component.id}", name, (*path, "checks", place), what)
    return problems


def load_status_site(root: Path, config: StatusConfig) -> tuple[StatusSite, list[Problem]]:
    """Read status/ and the cadence of lint.yml; what cannot be read is left out and named as a problem."""
    known = frozenset(component.id for component in config.flat)
    incidents, problems = _load_folder(root, "incidents", load_incident, known)
    written, found = _load_folder(root, "maintenance", load_maintenance, known)
    works, faults = _expand(root, written, ZoneInfo(config.page.time_zone))
    doubled = _check_former_addresses([*incidents, *written])
    history, more = load_history(root, known)
    templates, wrong = load_templates(root)
    # A mistake in lint.yml is reported by `waypost lint`; nothing that is published waits for it.
    _, rules, _ = read_lint_config(root)
    cadence = rules.updates_within if rules else Cadence()
    subscribers, unclear = load_subscribers(root, config)
    site = StatusSite(config, incidents, works, history, templates, cadence, subscribers or SubscriberFile())
    return site, [*problems, *found, *faults, *doubled, *more, *wrong, *unclear]


def _check_former_addresses(items: Sequence[Incident | Maintenance]) -> list[Problem]:
    """Complain of each former address that is a page of today, or that two files name."""
    places = [(f"{'incidents' if isinstance(it, Incident) else 'maintenance'}/{it.id}", it) for it in items]
    taken = {f"{place}/": f"the page of status/{place}.md" for place, _ in places}
    problems: list[Problem] = []
    for place, item in places:
        for address in item.redirect_from:
            if address in taken:
                message = f"The former address {address} is taken by {taken[address]}. Remove one of the two."
                problems.append(Problem(Location(f"status/{place}.md"), "duplicate-id", message))
            taken.setdefault(address, f"status/{place}.md")
    return problems


def _expand(
    root: Path, written: Sequence[Maintenance], zone: ZoneInfo
) -> tuple[tuple[Maintenance, ...], list[Problem]]:
    """Make one maintenance of each window of work that repeats."""
    works: dict[str, Maintenance] = {}
    problems: list[Problem] = []
    for item in written:
        windows, faults = expand(item, zone)
        file = root / "status" / "maintenance" / f"{item.id}.md"
        problems += _fault_problems(root, file, faults)
        for window in windows:
            taken = works.setdefault(window.id, window)
            # Two files of one name are told of already.
            if taken.file_name != window.file_name:
                names = f"{taken.file_name}.md and {window.file_name}.md"
                message = f"{names} both have a maintenance {window.id}, and both would get one address. Rename one."
                problems.append(Problem(Location(file.relative_to(root).as_posix()), "duplicate-id", message))
    return tuple(works.values()), problems


def _fault_problems(root: Path, file: Path, faults: Sequence[Fault]) -> list[Problem]:
    source, problems = read_source(root, file) if faults else (None, [])
    document, problems = parse_markdown(source) if source else (None, problems)
    if document is None:
        return problems
    lines = update_lines(document)
    return [
        document.front.problem_at(fault.key, "incident-order", fault.message)
        if fault.key
        else document.source.problem("incident-order", fault.message, lines[fault.update], 1)
        for fault in faults
    ]


def _load_folder(
    root: Path,
    name: str,
    load: Callable[[Path, Path], tuple[T | None, list[Problem]]],
    known: frozenset[str],
) -> tuple[tuple[T, ...], list[Problem]]:
    files, problems = walk(root, root / "status" / name, ".md")
    loaded: list[T] = []
    taken: set[str] = set()
    for file in files:
        item, found = load(root, file)
        problems += found
        if item is not None:
            problems += check_references(root, file, item, known)
            if item.id in taken:
                message = (
                    f"Another file is called {file.name} too, and both would get one address. Rename it."
                )
                problems.append(Problem(Location(file.relative_to(root).as_posix()), "duplicate-id", message))
            taken.add(item.id)
            loaded.append(item)
    return tuple(loaded), problems


def check_references(
    root: Path, file: Path, item: Incident | Maintenance, known: frozenset[str]
) -> list[Problem]:
    """Check that the components and articles which a file names are there."""
    wrong = [(index, name) for index, name in enumerate(item.components) if name not in known]
    lost = [
        (index, path) for index, path in enumerate(item.articles) if not (root / "content" / path).is_file()
    ]
    source, problems = read_source(root, file) if wrong or lost else (None, [])
    document, problems = parse_markdown(source) if source else (None, problems)
    if document is None:
        return problems
    front = document.front
    for index, name in wrong:
        is_key = ("components", name) in front.places
        hint = did_you_mean(name, known) or ADD_OR_CORRECT
        message = f"There is no component '{name}' in status/status.yml.{hint}"
        place = ("components", name if is_key else index)
        problems.append(front.problem_at(place, "unknown-component", message, at_key=is_key))
    for index, path in lost:
        content = root / "content"
        hint = did_you_mean(path, (each.relative_to(content).as_posix() for each in content.rglob("*.md")))
        message = f"There is no content/{path}.{hint or ADD_OR_CORRECT}"
        problems.append(front.problem_at(("articles", index), "unknown-article", message))
    return problems
