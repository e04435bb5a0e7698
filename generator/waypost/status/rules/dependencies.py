"""Which components cannot work without which, from `depends_on` in status/status.yml."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from waypost.formats.status_config import Component


class Dependencies:
    """The components of a page, and what each of them needs, directly or by others."""

    def __init__(self, components: Iterable[Component]) -> None:
        self._components = tuple(components)
        known = {component.id for component in self._components}
        self._needs = {
            component.id: tuple(name for name in component.depends_on if name in known)
            for component in self._components
        }
        self._above: dict[str, Mapping[str, int]] = {}

    def above(self, component: str) -> Mapping[str, int]:
        """Return everything that a component needs, with the number of steps to it, the nearest first."""
        if component not in self._above:
            self._above[component] = self._climb(component)
        return self._above[component]

    def _climb(self, component: str) -> Mapping[str, int]:
        steps: dict[str, int] = {component: 0}
        queue = [component]
        for name in queue:
            for needed in self._needs[name]:
                if needed not in steps:
                    steps[needed] = steps[name] + 1
                    queue.append(needed)
        del steps[component]
        return steps

    @cached_property
    def clusters(self) -> tuple[tuple[Component, ...], ...]:
        """The components that have anything to do with each other, those first that others need."""
        joined = {component.id: component.id for component in self._components}

        def root(name: str) -> str:
            while joined[name] != name:
                joined[name] = joined[joined[name]]
                name = joined[name]
            return name

        for name, needs in self._needs.items():
            for needed in needs:
                joined[root(name)] = root(needed)
        members: dict[str, list[Component]] = defaultdict(list)
        for component in self._components:
            members[root(component.id)].append(component)
        # Whatever a component needs has fewer above itself; the order of the page decides among equals.
        return tuple(
            tuple(sorted(cluster, key=lambda component: len(self.above(component.id))))
            for cluster in members.values()
        )
