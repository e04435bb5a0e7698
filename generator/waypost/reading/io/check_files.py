"""What holds between the parts of status/status.yml: names that must be there, and texts only libraries read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import timedelta

from waypost.base.cron import explain_cron
from waypost.base.files.validation import ADD_OR_CORRECT
from waypost.base.files.yaml_source import DataPath, YamlDocument
from waypost.base.net.json_paths import explain_path
from waypost.base.patterns import explain_pattern
from waypost.formats.checks import Check, Confirmation
from waypost.formats.status_config import Component, ComponentGroup, Policy, StatusConfig
from waypost.problems import Problem, did_you_mean

_LANGUAGES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "pattern": ("regular expression", explain_pattern),
    "json-path": ("JSON path", explain_path),
    "cron": ("schedule", explain_cron),
}
"""What each language is called, and what says what is wrong with a text in it."""


def check_status_config(document: YamlDocument, config: StatusConfig) -> list[Problem]:
    """Return every problem of a file that is right key by key but not as a whole."""
    problems: list[Problem] = []
    for path, component in _components(config):
        problems += _check_component(document, path, component)
        for index, check in enumerate(component.checks):
            problems += _check_check(document, (*path, "checks", index), check, config, component)
    problems += _check_dependencies(document, config)
    problems += _check_policy(document, ("policy",), config.policy)
    return problems


def _components(config: StatusConfig) -> Iterator[tuple[DataPath, Component]]:
    for index, entry in enumerate(config.components):
        if isinstance(entry, ComponentGroup):
            for number, component in enumerate(entry.components):
                yield ("components", index, "components", number), component
        else:
            yield ("components", index), entry


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
    for path, component in _components(config):
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
