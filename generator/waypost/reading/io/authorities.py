"""The files of certificates that checks trust beside the well known authorities."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import TypeVar

from waypost.base.files.yaml_source import DataPath, YamlDocument
from waypost.base.net.authorities import SYSTEM, explain_authorities
from waypost.formats.checks import CheckBase
from waypost.formats.status_config import Component, ComponentGroup, StatusConfig
from waypost.problems import Problem

T = TypeVar("T")


def placed_components(config: StatusConfig) -> Iterator[tuple[DataPath, Component]]:
    """Yield every component with its place in the file."""
    for index, entry in enumerate(config.components):
        if isinstance(entry, ComponentGroup):
            for number, component in enumerate(entry.components):
                yield ("components", index, "components", number), component
        else:
            yield ("components", index), entry


def check_trust(document: YamlDocument, config: StatusConfig, root: Path) -> Iterator[Problem]:
    """Complain of files of authorities that cannot be read, where they are named."""
    named: list[tuple[DataPath, str]] = [(("trust",), config.trust or "")]
    for path, component in placed_components(config):
        named += [
            ((*path, "checks", index, "trust"), check.trusted) for index, check in enumerate(component.checks)
        ]
    for path, trust in named:
        reason = explain_authorities(_locate(trust, root))
        if reason:
            yield document.problem_at(path, "bad-value", f"`{trust}` {reason}")


def _locate(trust: str, root: Path) -> str:
    return trust if trust in ("", SYSTEM) else str(root.absolute() / trust)


def with_whole_paths(config: StatusConfig, root: Path) -> StatusConfig:
    """Give files of authorities their whole path, since a check knows of no folder."""

    def of_check(check: CheckBase) -> CheckBase:
        return _changed(check, trust=_locate(check.trusted, root)) if check.trusted else check

    def of_component(component: Component) -> Component:
        return _changed(component, checks=tuple(map(of_check, component.checks)))

    if not config.trust and not any(check.trusted for part in config.flat for check in part.checks):
        return config
    entries = tuple(
        _changed(entry, components=tuple(map(of_component, entry.components)))
        if isinstance(entry, ComponentGroup)
        else of_component(entry)
        for entry in config.components
    )
    return _changed(config, components=entries, trust=_locate(config.trust or "", root) or None)


def _changed(item: T, **values: object) -> T:
    """Copy a part of the file with other values; `replace` would read all of its other values once more."""
    copied = copy(item)
    for name, value in values.items():
        object.__setattr__(copied, name, value)
    return copied
