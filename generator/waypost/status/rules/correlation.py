"""Which components belong together when they fail at once: those of the page, of their group, or none."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from waypost.formats.status_config import StatusConfig


class Correlation:
    """The scopes in which outages that began at about the same time are one incident."""

    def __init__(self, config: StatusConfig) -> None:
        self._config = config
        self._components = {component.id: component for component in config.with_retired}

    @cached_property
    def scopes(self) -> dict[str, int]:
        """The scope of each component that shares one with others, by its id."""
        if self._config.policy.correlate == "off":
            return {}
        if self._config.policy.correlate == "page":
            return dict.fromkeys(self._components, 0)
        groups = enumerate(self._config.groups)
        return {member.id: number for number, (name, members) in groups if name for member in members}

    def window(self, component: str) -> timedelta:
        """Return its confirmation time; nothing where it shares its incidents with no other.

        Of one whose checks are gone from the file, it is the longest that the page has.
        """
        if component not in self.scopes:
            return timedelta(0)
        return self._times.get(component, self.longest)

    @cached_property
    def _times(self) -> dict[str, timedelta]:
        return {
            name: self._config.confirmation_time(component)
            for name, component in self._components.items()
            if component.checks and name in self.scopes
        }

    @cached_property
    def longest(self) -> timedelta:
        """The longest of all confirmation times."""
        return max(self._times.values(), default=timedelta(0))
