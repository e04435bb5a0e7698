"""Read status/: status.yml, incidents, maintenance and subscribers, and history as `history_files` reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from waypost.base.cron import explain_cron
from waypost.base.files.front_matter import MarkdownDocument, parse_markdown
from waypost.base.files.text_files import read_source, walk
from waypost.base.files.validation import ADD_OR_CORRECT, load_yaml
from waypost.base.files.yaml_source import DataPath, YamlDocument
from waypost.base.net.json_paths import explain_path
from waypost.base.patterns import explain_pattern
from waypost.formats.checks import Check, Confirmation
from waypost.formats.lint import Cadence, LintConfig
from waypost.formats.status import Incident, Maintenance, with_present_ids
from waypost.formats.status_config import (
    Component,
    ComponentGroup,
    Policy,
    RetiredComponent,
    StatusConfig,
)
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import SubscriberFile
from waypost.problems import Location, Problem, did_you_mean
from waypost.reading.io.authorities import check_trust, placed_components, with_whole_paths
from waypost.reading.io.history_files import load_history
from waypost.reading.io.incident_files import load_incident, load_maintenance, update_lines
from waypost.reading.io.incident_templates import load_templates
from waypost.reading.io.subscriber_files import load_subscribers
from waypost.reading.rules.recurrence import Conflict, expand

T = TypeVar("T", Incident, Maintenance)


def load_status_config(root: Path) -> tuple[StatusConfig | None, list[Problem]]:
    """Read status/status.yml."""
    document, config, problems = load_yaml(root, root / "status" / "status.yml", StatusConfig)
    if document and config:
        problems += _check_ids(document, config)
        problems += check_status_config(document, config)
        problems += check_trust(document, config, root)
        config = with_whole_paths(config, root)
    return config, problems


def _check_ids(document: YamlDocument, config: StatusConfig) -> list[Problem]:
    """Complain of every component, check or group whose id or name is taken: history would mix them up."""
    problems: list[Problem] = []
    claimed: set[tuple[str, str]] = set()

    def claim(kind: str, name: str, path: DataPath, what: str) -> None:
        if (kind, name) in claimed:
            problems.append(document.problem_at(path, "duplicate-id", f"{what} Choose another."))
        claimed.add((kind, name))

    def claim_former(component: Component | RetiredComponent, path: DataPath) -> None:
        for place, name in enumerate(component.formerly):
            what = f"The id '{name}' is that of a component already."
            claim("component", name, (*path, "formerly", place), what)

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
            claim_former(component, path)
            for place, (name, _) in enumerate(component.named_checks):
                what = f"The id '{name}' is taken by another check of this component."
                claim(f"check of {component.id}", name, (*path, "checks", place), what)
    for index, retired in enumerate(config.retired):
        what = f"The id '{retired.id}' is that of a component already."
        claim("component", retired.id, ("retired", index, "id"), what)
        claim_former(retired, ("retired", index))
    return problems


def load_status_site(root: Path, config: StatusConfig) -> tuple[StatusSite, list[Problem]]:
    """Read status/ and the cadence of lint.yml; what cannot be read is left out and named as a problem."""
    names = config.present_ids
    incidents, problems = _load_folder(root, "incidents", load_incident, names)
    written, found = _load_folder(root, "maintenance", load_maintenance, names)
    works, faults = _expand(root, written, ZoneInfo(config.page.time_zone))
    doubled = [*_check_former_addresses([*incidents, *written]), *_check_merged(root, incidents)]
    history, more = load_history(root, names)
    incidents = tuple(with_present_ids(item, names) for item in incidents)
    works = tuple(
        replace(work, components=tuple(dict.fromkeys(names.get(name, name) for name in work.components)))
        for work in works
    )
    templates, wrong = load_templates(root)
    # A mistake in lint.yml is reported by `waypost lint`; nothing that is published waits for it.
    _, rules, _ = read_lint_config(root)
    cadence = rules.updates_within if rules else Cadence()
    subscribers, unclear = load_subscribers(root, config)
    history = history.renamed(names)
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


def _check_merged(root: Path, incidents: Sequence[Incident]) -> Iterator[Problem]:
    """Complain of each incident that is said to go on as one that is not there, or as itself."""
    known = {item.id for item in incidents}
    for item in incidents:
        if item.continued_as is not None and item.continued_as not in known - {item.id}:
            front = _front_matter(root, root / "status" / "incidents" / f"{item.id}.md")
            hint = did_you_mean(item.continued_as, known - {item.id}) or ADD_OR_CORRECT
            message = f"There is no other incident '{item.continued_as}'.{hint}"
            if front:
                yield front.front.problem_at(("merged_into",), "bad-value", message)


def _front_matter(root: Path, file: Path) -> MarkdownDocument | None:
    source, _ = read_source(root, file)
    return parse_markdown(source)[0] if source else None


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


def _fault_problems(root: Path, file: Path, faults: Sequence[Conflict]) -> list[Problem]:
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
    known: Collection[str],
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
    root: Path, file: Path, item: Incident | Maintenance, known: Collection[str]
) -> list[Problem]:
    """Check that the components and articles which a file names are there."""
    wrong = [name for name in item.components if name not in known]
    lost = [
        (index, path) for index, path in enumerate(item.articles) if not (root / "content" / path).is_file()
    ]
    document = _front_matter(root, file) if wrong or lost else None
    if document is None:
        return []
    problems = [problem for name in wrong for problem in _unknown_component(document, item, name, known)]
    for index, path in lost:
        content = root / "content"
        hint = did_you_mean(path, (each.relative_to(content).as_posix() for each in content.rglob("*.md")))
        message = f"There is no content/{path}.{hint or ADD_OR_CORRECT}"
        problems.append(document.front.problem_at(("articles", index), "unknown-article", message))
    return problems


def _unknown_component(
    document: MarkdownDocument, item: Incident | Maintenance, name: str, known: Collection[str]
) -> Iterator[Problem]:
    """Complain of a component that is not there, at each place that names it."""
    hint = did_you_mean(name, known) or ADD_OR_CORRECT
    message = f"There is no component '{name}' in status/status.yml.{hint}"
    front = document.front
    if isinstance(item, Maintenance):
        place = ("components", item.components.index(name))
        yield front.problem_at(place, "unknown-component", message)
    elif ("components", name) in front.places:
        yield front.problem_at(("components", name), "unknown-component", message, at_key=True)
    lines = document.source.text.split("\n")
    for line in update_lines(document):
        match = re.search(rf"[·|–,-]\s*({re.escape(name)})\s*:", lines[line - 1])
        if match:
            yield document.source.problem("unknown-component", message, line, match.start(1) + 1)


_LANGUAGES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "pattern": ("regular expression", explain_pattern),
    "json-path": ("JSON path", explain_path),
    "cron": ("schedule", explain_cron),
}
"""What each language is called, and what says what is wrong with a text in it."""


def check_status_config(document: YamlDocument, config: StatusConfig) -> list[Problem]:
    """Return every problem of a file that is right key by key but not as a whole."""
    problems: list[Problem] = []
    for path, component in placed_components(config):
        problems += _check_component(document, path, component)
        for index, check in enumerate(component.checks):
            problems += _check_check(document, (*path, "checks", index), check, config, component)
    problems += _check_dependencies(document, config)
    problems += _check_policy(document, ("policy",), config.policy)
    return problems


def _check_component(document: YamlDocument, path: DataPath, component: Component) -> Iterator[Problem]:
    count = len(component.checks)
    if isinstance(component.combine, int) and component.combine > count:
        have = f"the component has {count or 'none'}"
        message = f"So many checks must fail that it never would: {have}. Lower it, or write `all`."
        yield document.problem_at((*path, "combine"), "bad-value", message)
    yield from _check_policy(document, (*path, "policy"), component.policy)


def _check_check(
    document: YamlDocument, path: DataPath, check: Check, config: StatusConfig, component: Component
) -> Iterator[Problem]:
    for expression in check.expressions():
        name, explain = _LANGUAGES[expression.language]
        reason = explain(expression.text)
        if reason:
            message = f"This is no {name}: {reason}."
            # A path of JSON is itself a key; everything else is a value.
            at_key = expression.language == "json-path"
            yield document.problem_at((*path, *expression.path), "bad-value", message, at_key=at_key)
    for index, region in enumerate(check.regions):
        if region not in config.regions:
            hint = did_you_mean(region, config.regions) or ADD_OR_CORRECT
            message = f"There is no region '{region}' in `regions` at the top of the file.{hint}"
            yield document.problem_at((*path, "regions", index), "bad-value", message)
        elif region in check.regions[:index]:
            message = f"The region '{region}' stands here twice. Leave one out."
            yield document.problem_at((*path, "regions", index), "bad-value", message)
    yield from _check_policy(document, (*path, "policy"), check.policy)
    retry = check.policy.retry_every
    if retry is not None and retry > check.every:
        message = "`retry_every` is longer than `every`, so that doubt would slow the check down. Shorten it."
        yield document.problem_at((*path, "policy", "retry_every"), "bad-value", message)


def _check_policy(document: YamlDocument, path: DataPath, policy: Policy | Confirmation) -> Iterator[Problem]:
    if policy.retry_every is not None and policy.retry_every < timedelta(seconds=1):
        message = "A check runs at most once a second; set `retry_every` to 1s or more."
        yield document.problem_at((*path, "retry_every"), "bad-value", message)
    flapping = policy.flapping
    if flapping is not None and flapping.hold > flapping.within:
        message = (
            "`hold` is longer than `within`, so that a check would be held after its changes are forgotten."
        )
        yield document.problem_at((*path, "flapping", "hold"), "bad-value", f"{message} Shorten it.")


def _check_dependencies(document: YamlDocument, config: StatusConfig) -> Iterator[Problem]:
    known = {component.id: component for component in config.flat}
    for path, component in placed_components(config):
        for index, name in enumerate(component.depends_on):
            place = (*path, "depends_on", index)
            if name not in known:
                hint = did_you_mean(name, known) or ADD_OR_CORRECT
                message = f"There is no component '{name}' in status/status.yml.{hint}"
                yield document.problem_at(place, "unknown-component", message)
            elif name == component.id:
                message = "A component cannot depend on itself. Leave it out."
                yield document.problem_at(place, "bad-value", message)
            elif name in component.depends_on[:index]:
                message = f"'{name}' stands here twice. Leave one out."
                yield document.problem_at(place, "bad-value", message)
            else:
                circle = _way_back(component.id, name, known)
                if circle:
                    message = f"The components depend on each other in a circle: {' -> '.join(circle)}."
                    yield document.problem_at(place, "bad-value", f"{message} Leave one of these out.")


def _way_back(start: str, first: str, known: Mapping[str, Component]) -> list[str]:
    """Return the names from a component over one that it depends on back to itself; empty where none leads back."""
    came_from: dict[str, Hashable] = {first: start}
    waiting = [first]
    while waiting:
        name = waiting.pop(0)
        if name == start:
            break
        for needed in known[name].depends_on if name in known else ():
            if needed not in came_from:
                came_from[needed] = name
                waiting.append(needed)
    if start not in came_from:
        return []
    way = [start]
    while len(way) == 1 or way[-1] != start:
        way.append(str(came_from[way[-1]]))
    return way[::-1]


def read_lint_config(root: Path) -> tuple[YamlDocument | None, LintConfig | None, list[Problem]]:
    """Read lint.yml of a site with its places; without the file every rule keeps its own level.

    Whether the rules exist that it names is for those to say who know them.
    """
    path = root / "lint.yml"
    if not path.exists() and not path.is_symlink():
        return None, LintConfig(), []
    return load_yaml(root, path, LintConfig)
