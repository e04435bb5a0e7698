"""What automatic incidents say: by the templates of the site, else in the words of its language."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.base.measures import duration_words
from waypost.base.words import Words
from waypost.formats.incident_templates import PLACEHOLDERS, Telling
from waypost.formats.status import ComponentStatus, worst
from waypost.formats.status_site import StatusSite

NAMED = 10
"""How many components a sentence names; of more it gives the number of the rest."""

_PLACEHOLDER = re.compile(rf"(?<!\\)\{{({'|'.join(PLACEHOLDERS)})\}}")
_ESCAPED = re.compile(r"\\([{}])")
_ALL_NAMED = re.compile(r"(?<!\\)\{(components|affected)\}")


@dataclass(frozen=True)
class Scene:
    """How an incident stands when something is told of it."""

    at: datetime
    started: datetime
    title: str
    """Its title, or that of the incident that takes over."""
    components: tuple[str, ...]
    """The ids of all components of the incident so far."""
    affected: tuple[str, ...]
    """The ids of those that are still in trouble."""


class Narrator:
    """Puts what happened into words."""

    def __init__(self, site: StatusSite, words: Words) -> None:
        self._words = words
        self._templates = site.templates
        self._page = site.config.page.name
        self._zone = ZoneInfo(site.config.page.time_zone)
        self._names = {component.id: component.name for component in site.config.flat}
        self._places = {name: place for place, name in enumerate(self._names)}

    def names(self, components: Collection[str]) -> str:
        """Name components in the order of the page."""
        if len(components) == 1:
            return self._names[next(iter(components))]
        wanted = sorted(set(components), key=self._places.__getitem__)
        return self._words.join([self._names[component] for component in wanted], NAMED)

    def title(self, component: str, status: ComponentStatus, scene: Scene) -> str:
        """Return the title of an incident that began with an outage of a component."""
        template = self._templates.find(Telling.OPENED, status)
        if template is not None:
            # In Markdown a backslash before a brace vanishes; a title is no Markdown.
            return _ESCAPED.sub(r"\1", self._fill(template.title, _Moment((component,), status, scene)))
        return self._words.say(f"status.automatic.title.{status}", component=self._names[component])

    def opened(self, component: str, hit: Mapping[str, ComponentStatus], scene: Scene) -> str:
        """Tell of an outage, and of all that is hit with it."""
        template = self._templates.find(Telling.OPENED, hit[component])
        text = self.told(Telling.OPENED, {component: hit[component]}, scene)
        others = {key: status for key, status in hit.items() if key != component}
        if not others or (template and _ALL_NAMED.search(template.body)):
            return text
        return " ".join([text, self.told(Telling.JOINED, others, scene)])

    def told(self, telling: Telling, hit: Mapping[str, ComponentStatus], scene: Scene) -> str:
        """Tell what happened to some components; those with the same words share a sentence."""
        if len(hit) == 1:
            (component,) = hit
            return self._say(telling, _Moment((component,), hit[component], scene))
        groups: dict[object, list[str]] = {}
        for component, status in hit.items():
            has_words_of_its_own = telling in (Telling.OPENED, Telling.CHANGED)
            words = self._templates.find(telling, status) or (status if has_words_of_its_own else telling)
            groups.setdefault(words, []).append(component)
        sentences = []
        for components in groups.values():
            status = worst(hit[component] for component in components)
            sentences.append(self._say(telling, _Moment(tuple(components), status, scene)))
        return " ".join(sentences)

    def handed_over(self, components: Iterable[str], status: ComponentStatus, scene: Scene) -> str:
        """Say that a person tells of some components, while the incident goes on for others."""
        moment = _Moment(tuple(components), status, scene)
        template = self._templates.find(Telling.CONTINUED, status)
        if template is not None:
            return self._fill(template.body, moment)
        return self._words.say("status.automatic.continued_in_part", **self._usual(moment))

    def closed(
        self, telling: Telling, components: Iterable[str], status: ComponentStatus, scene: Scene
    ) -> str:
        """Say why an incident ends; `status` is the worst that it had."""
        return self._say(telling, _Moment(tuple(components), status, scene))

    def _say(self, telling: Telling, moment: _Moment) -> str:
        template = self._templates.find(telling, moment.status)
        if template is not None:
            return self._fill(template.body, moment)
        if telling is Telling.OPENED:
            return self._words.say(f"status.automatic.opened.{moment.status}", **self._usual(moment))
        if telling is Telling.CHANGED:
            affected = self.names(moment.scene.affected)
            return self._words.say(
                f"status.automatic.changed.{moment.status}", **self._usual(moment), affected=affected
            )
        return self._words.say(f"status.automatic.{telling}", **self._usual(moment))

    def _usual(self, moment: _Moment) -> dict[str, str]:
        """Return what the words of all languages name."""
        return {
            "component": self.names(moment.components),
            "title": moment.scene.title,
        }

    def _fill(self, text: str, moment: _Moment) -> str:
        """Put values for placeholders; whatever else stands in braces stays as it is."""
        return _PLACEHOLDER.sub(lambda match: self._value(match[1], moment), text)

    def _value(self, name: str, moment: _Moment) -> str:
        scene = moment.scene
        values: Mapping[str, Callable[[], str]] = {
            "component": lambda: self.names(moment.components),
            "components": lambda: self.names(scene.components),
            "affected": lambda: self.names(scene.affected),
            "status": lambda: self._words.say(f"status.state.{moment.status}"),
            "since": lambda: self._words.date("status.date.day_time", scene.started.astimezone(self._zone)),
            "duration": lambda: duration_words(scene.at - scene.started, self._words),
            "title": lambda: scene.title,
            "page": lambda: self._page,
        }
        return values[name]()


@dataclass(frozen=True)
class _Moment:
    """What an update is about."""

    components: tuple[str, ...]
    status: ComponentStatus
    scene: Scene
