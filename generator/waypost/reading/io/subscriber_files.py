"""Read status/subscribers.yml and the lists that it names. Variables of the environment stay as they are written.

A check needs no secrets.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from waypost.base.files.text_files import Source, read_source
from waypost.base.files.validation import ADD_OR_CORRECT, validate
from waypost.base.files.yaml_source import MAX_NODES, DataPath, YamlDocument, parse_yaml
from waypost.formats.status_config import StatusConfig
from waypost.formats.subscribers import Subscriber, SubscriberFile, variable
from waypost.problems import Level, Problem, did_you_mean
from waypost.reading.io.subscriber_lists import Row, SubscriberList, capped, load_list

FILE = "status/subscribers.yml"

_SENDERS = {"email": "email", "sms": "twilio"}
"""Channels that need a section of the file, and the name of that section."""

_WAY_ON = (
    "Many subscribers belong into a CSV file beside it: `files: [people.csv]`, see docs/notifications.md."
)
"""What to do where the file is too long."""

_TOO_COMPLEX = f"The file holds more than {MAX_NODES:,} values, or repeats or nests them without end."


def load_subscribers(root: Path, config: StatusConfig) -> tuple[SubscriberFile | None, list[Problem]]:
    """Read the file and its lists, and check that what they name is there; without the file nobody is told."""
    path = root / FILE
    if not path.exists() and not path.is_symlink():
        return SubscriberFile(), []
    file, problems = _load(root, path, config)
    # The line at fault may hold an address or a secret, and what is reported is kept in logs.
    return file, [replace(problem, source_line="") for problem in problems]


def unset_variables(root: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Problem]:
    """Return the environment variables that the file and its lists name and that are not set.

    Each comes with a warning at its first place. There is none for what cannot be read or is not valid.
    """
    source = read_source(root, root / FILE)[0] if (root / FILE).exists() else None
    document, file, _ = _parsed(source) if source else (None, None, ())
    if document is None or file is None:
        return {}
    found: dict[str, Problem] = {}
    lists = (load_list(root, (root / FILE).parent / name) for name in file.files)
    for part in (document, *(row.document() for each in lists for row in each.rows if _names_variable(row))):
        for place, text in _texts(part.data, ()):
            name = variable(text)
            if name and name not in found and not environment.get(name):
                found[name] = _unset(part, place, name)
    return found


def _names_variable(row: Row) -> bool:
    return any(variable(cell) for cell in row.cells.values())


def _unset(document: YamlDocument, place: DataPath, name: str) -> Problem:
    words = (
        f"The environment variable {name} is not set. What needs it is not sent; set it where Waypost runs."
    )
    problem = document.problem_at(place, "environment", words)
    return replace(problem, source_line="", level=Level.WARNING)


def _texts(data: object, place: DataPath) -> Iterator[tuple[DataPath, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _texts(item, (*place, index))
    elif isinstance(data, dict):
        for key, item in data.items():
            yield from _texts(item, (*place, key))


def _load(root: Path, path: Path, config: StatusConfig) -> tuple[SubscriberFile | None, list[Problem]]:
    source, problems = read_source(root, path)
    if source is None:
        return None, _with_way_on(problems)
    document, file, found = _parsed(source)
    problems += _with_way_on(found)
    if document is None or file is None:
        return file, problems
    lists = [load_list(root, path.parent / name) for name in file.files]
    whole = replace(
        file,
        subscribers=file.subscribers + tuple(one for found in lists for one in found.subscribers),
    )
    problems += [problem for found in lists for problem in found.problems]
    return whole, problems + _check(document, file, lists, config)


def _with_way_on(problems: Sequence[Problem]) -> list[Problem]:
    """Say how to go on where the file is too long for what YAML is read of."""
    words = {"too-complex": _TOO_COMPLEX, "file-too-large": "The file is larger than 2 MiB."}
    return [
        replace(problem, message=f"{words[problem.code]} {_WAY_ON}") if problem.code in words else problem
        for problem in problems
    ]


# A process that stays reads all files again when one has changed, and ten thousand subscribers take a second.
@lru_cache(2)
def _parsed(source: Source) -> tuple[YamlDocument | None, SubscriberFile | None, tuple[Problem, ...]]:
    document, problems = parse_yaml(source)
    if document is None:
        return None, None, tuple(problems)
    file, found = validate(document, SubscriberFile)
    return document, file, (*problems, *found)


@dataclass(frozen=True)
class _Entry:
    """A subscriber, and where it stands."""

    subscriber: Subscriber
    place: Callable[[], tuple[YamlDocument, DataPath]]
    """Find its document and its path in there; asked only where something is wrong with it."""

    def problem(self, path: DataPath, code: str, message: str, *, at_key: bool = False) -> Problem:
        document, here = self.place()
        return document.problem_at((*here, *path), code, message, at_key=at_key)


def _entries(document: YamlDocument, file: SubscriberFile) -> list[_Entry]:
    return [_Entry(one, partial(_place_in, document, index)) for index, one in enumerate(file.subscribers)]


def _place_in(document: YamlDocument, index: int) -> tuple[YamlDocument, DataPath]:
    return document, ("subscribers", index)


def _entries_of(found: SubscriberList) -> list[_Entry]:
    rows = zip(found.subscribers, found.rows, strict=True)
    return [_Entry(one, partial(_place_of, row)) for one, row in rows]


def _place_of(row: Row) -> tuple[YamlDocument, DataPath]:
    return row.document(), ()


def _check(
    document: YamlDocument, file: SubscriberFile, lists: Sequence[SubscriberList], config: StatusConfig
) -> list[Problem]:
    """Return what the file and its lists name that is not there, and what they say twice."""
    names = _References(
        frozenset(component.id for component in config.flat),
        frozenset(name for name, _ in config.groups if name),
        frozenset(section for section in _SENDERS.values() if getattr(file, section) is not None),
    )
    ids: set[str] = set()
    problems = list(_check_entries(_entries(document, file), names, ids))
    for found in lists:
        if found.rows:
            problems += capped(_check_entries(_entries_of(found), names, ids), found.rows[0].source)
    if any(found.problems for found in lists):
        # Whoever is named here may stand in a list that cannot be read.
        return problems
    for place, contacts in _contacts(file):
        for index, name in enumerate(contacts):
            if name not in ids:
                message = _unknown("subscriber", name, ids, "`subscribers`")
                problems.append(document.problem_at((*place, index), "bad-value", message))
    return problems


@dataclass(frozen=True)
class _References:
    """What subscribers may refer to."""

    components: frozenset[str]
    groups: frozenset[str]
    senders: frozenset[str]
    """The sections of the file that say how something is sent."""


def _check_entries(entries: Sequence[_Entry], names: _References, ids: set[str]) -> Iterator[Problem]:
    """Yield what is wrong with subscribers, and add their ids to those that are taken."""
    for entry in entries:
        subscriber = entry.subscriber
        if subscriber.id in ids:
            message = f"The id '{subscriber.id}' is taken by a subscriber above. Choose another."
            yield entry.problem(("id",), "duplicate-id", message)
        ids.add(subscriber.id)
        section = _SENDERS.get(subscriber.kind)
        if section and section not in names.senders:
            message = f"Nothing says how this is sent. Add the section `{section}` at the top of {FILE}."
            yield entry.problem((subscriber.kind,), "missing-key", message, at_key=True)
        yield from _check_rules(entry, names)


def _check_rules(entry: _Entry, names: _References) -> Iterator[Problem]:
    for number, rule in enumerate(entry.subscriber.rules):
        for position, name in enumerate(rule.components):
            if name not in names.components:
                message = _unknown("component", name, names.components, "status/status.yml")
                yield entry.problem(("rules", number, "components", position), "unknown-component", message)
        for position, name in enumerate(rule.groups):
            if name not in names.groups:
                message = _unknown("group", name, names.groups, "status/status.yml")
                yield entry.problem(("rules", number, "groups", position), "bad-value", message)


def _contacts(file: SubscriberFile) -> Iterator[tuple[DataPath, tuple[str, ...]]]:
    yield ("operators",), file.operators
    for index, escalation in enumerate(file.escalation):
        yield ("escalation", index, "at_risk"), escalation.at_risk
        yield ("escalation", index, "breached"), escalation.breached


def _unknown(what: str, name: str, known: Collection[str], where: str) -> str:
    hint = did_you_mean(name, sorted(known)) or ADD_OR_CORRECT
    return f"There is no {what} '{name}' in {where}.{hint}"
