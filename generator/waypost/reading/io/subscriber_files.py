"""Read status/subscribers.yml. Variables of the environment stay as they are written: a check needs no secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from waypost.base.files.text_files import Source, read_source
from waypost.base.files.validation import ADD_OR_CORRECT, validate
from waypost.base.files.yaml_source import DataPath, YamlDocument, parse_yaml
from waypost.formats.status_config import StatusConfig
from waypost.formats.subscribers import SubscriberFile
from waypost.problems import Problem, did_you_mean

FILE = "status/subscribers.yml"

_SENDERS = {"email": "email", "sms": "twilio"}
"""Channels that need a section of the file, and the name of that section."""


def load_subscribers(root: Path, config: StatusConfig) -> tuple[SubscriberFile | None, list[Problem]]:
    """Read the file and check that what it names is there; without one nobody is told."""
    path = root / FILE
    if not path.exists() and not path.is_symlink():
        return SubscriberFile(), []
    file, problems = _load(root, path, config)
    # The line at fault may hold an address or a secret, and what is reported is kept in logs.
    return file, [replace(problem, source_line="") for problem in problems]


def _load(root: Path, path: Path, config: StatusConfig) -> tuple[SubscriberFile | None, list[Problem]]:
    source, problems = read_source(root, path)
    if source is None:
        return None, problems
    document, file, found = _parsed(source)
    problems += found
    if document is not None and file is not None:
        problems += _check(document, file, config)
    return file, problems


# A process that stays reads all files again when one has changed, and ten thousand subscribers take a second.
@lru_cache(2)
def _parsed(source: Source) -> tuple[YamlDocument | None, SubscriberFile | None, tuple[Problem, ...]]:
    document, problems = parse_yaml(source)
    if document is None:
        return None, None, tuple(problems)
    file, found = validate(document, SubscriberFile)
    return document, file, (*problems, *found)


def _check(document: YamlDocument, file: SubscriberFile, config: StatusConfig) -> Iterator[Problem]:
    ids: set[str] = set()
    for index, subscriber in enumerate(file.subscribers):
        here: DataPath = ("subscribers", index)
        if subscriber.id in ids:
            message = f"The id '{subscriber.id}' is taken by a subscriber above. Choose another."
            yield document.problem_at((*here, "id"), "duplicate-id", message)
        ids.add(subscriber.id)
        section = _SENDERS.get(subscriber.kind)
        if section and getattr(file, section) is None:
            message = f"Nothing says how this is sent. Add the section `{section}` at the top of the file."
            yield document.problem_at((*here, subscriber.kind), "missing-key", message, at_key=True)
        yield from _check_rules(document, here, file, index, config)
    for place, names in _contacts(file):
        for index, name in enumerate(names):
            if name not in ids:
                yield _unknown(document, (*place, index), "subscriber", name, ids, "`subscribers`")


def _check_rules(
    document: YamlDocument, here: DataPath, file: SubscriberFile, index: int, config: StatusConfig
) -> Iterator[Problem]:
    components = [component.id for component in config.flat]
    groups = [name for name, _ in config.groups if name]
    for number, rule in enumerate(file.subscribers[index].rules):
        place = (*here, "rules", number)
        for key, names, known, what in (
            ("components", rule.components, components, "component"),
            ("groups", rule.groups, groups, "group"),
        ):
            for position, name in enumerate(names):
                if name not in known:
                    yield _unknown(document, (*place, key, position), what, name, known, "status/status.yml")


def _contacts(file: SubscriberFile) -> Iterator[tuple[DataPath, tuple[str, ...]]]:
    yield ("operators",), file.operators
    for index, escalation in enumerate(file.escalation):
        yield ("escalation", index, "at_risk"), escalation.at_risk
        yield ("escalation", index, "breached"), escalation.breached


def _unknown(
    document: YamlDocument, place: DataPath, what: str, name: str, known: Collection[str], where: str
) -> Problem:
    code = "unknown-component" if what == "component" else "bad-value"
    hint = did_you_mean(name, known) or ADD_OR_CORRECT
    return document.problem_at(place, code, f"There is no {what} '{name}' in {where}.{hint}")
