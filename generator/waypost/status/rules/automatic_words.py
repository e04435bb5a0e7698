"""The texts of automatic incidents: by the templates of the site, else in the words of its language."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words, duration_words
from waypost.formats.incident_templates import PLACEHOLDERS, UpdateKind
from waypost.formats.status import ComponentStatus, worst
from waypost.formats.status_site import StatusSite

NAMED = 10
"""How many components a sentence names; of more it gives the number of the rest."""

TITLED = 3
"""How many a title names."""

_PLACEHOLDER = re.compile(rf"(?<!\\)\{{({'|'.join(PLACEHOLDERS)})\}}")
_ESCAPED = re.compile(r"\\([{}])")
_ALL_NAMED = re.compile(r"(?<!\\)\{(components|affected)\}")


@dataclass(frozen=True)
class UpdateContext:
    """The state of an incident at the moment of an update."""

    at: datetime
    started: datetime
    title: str
    """Its title, or that of the incident that takes over."""
    components: tuple[str, ...]
    """The ids of all components of the incident so far."""
    affected: tuple[str, ...]
    """The ids of those that are still in trouble."""


class UpdateWriter:
    """Writes titles and updates of automatic incidents."""

    def __init__(self, site: StatusSite, words: Words) -> None:
        self._words = words
        self._templates = site.templates
        self._page = site.config.page.name
        self._zone = ZoneInfo(site.config.page.time_zone)
        self._names = {component.id: component.name for component in site.config.with_retired}
        self._places = {name: place for place, name in enumerate(self._names)}

    def names(self, components: Collection[str], limit: int = NAMED) -> str:
        """Name components in the order of the page."""
        if len(components) == 1:
            return self._names[next(iter(components))]
        wanted = sorted(set(components), key=self._places.__getitem__)
        return self._words.join([self._names[component] for component in wanted], limit)

    def title(self, causes: Collection[str], status: ComponentStatus, context: UpdateContext) -> str:
        """Return the title of an incident that is named after the components which cause it."""
        template = self._templates.find(UpdateKind.OPENED, status)
        if template is not None:
            subject = _SentenceSubject(tuple(causes), status, context, TITLED)
            # In Markdown a backslash before a brace vanishes; a title is no Markdown.
            return _ESCAPED.sub(r"\1", self._fill(template.title, subject))
        return self._words.say(f"status.automatic.title.{status}", component=self.names(causes, TITLED))

    def opened(
        self, causes: Collection[str], hit: Mapping[str, ComponentStatus], context: UpdateContext
    ) -> str:
        """Return the text for outages that begin an incident, and for all components that are hit with them."""
        first = {name: status for name, status in hit.items() if name in causes}
        others = {name: status for name, status in hit.items() if name not in causes}
        template = self._templates.find(UpdateKind.OPENED, worst(first.values()))
        text = self.text(UpdateKind.OPENED, first, context)
        if not others or (template and _ALL_NAMED.search(template.body)):
            return text
        return " ".join([text, self.text(UpdateKind.JOINED, others, context)])

    def text(self, kind: UpdateKind, hit: Mapping[str, ComponentStatus], context: UpdateContext) -> str:
        """Return the text of an update about components; those with the same words share a sentence."""
        if len(hit) == 1:
            (component,) = hit
            return self._write(kind, _SentenceSubject((component,), hit[component], context))
        groups: dict[object, list[str]] = {}
        for component, status in hit.items():
            has_words_of_its_own = kind in (UpdateKind.OPENED, UpdateKind.CHANGED)
            words = self._templates.find(kind, status) or (status if has_words_of_its_own else kind)
            groups.setdefault(words, []).append(component)
        sentences = []
        for components in groups.values():
            status = worst(hit[component] for component in components)
            sentences.append(self._write(kind, _SentenceSubject(tuple(components), status, context)))
        return " ".join(sentences)

    def handed_over(self, components: Iterable[str], status: ComponentStatus, context: UpdateContext) -> str:
        """Return the text where an incident of a person takes over some components, and this one goes on for others."""
        subject = _SentenceSubject(tuple(components), status, context)
        template = self._templates.find(UpdateKind.CONTINUED, status)
        if template is not None:
            return self._fill(template.body, subject)
        return self._words.say("status.automatic.continued_in_part", **self._usual(subject))

    def closed(
        self, kind: UpdateKind, components: Iterable[str], status: ComponentStatus, context: UpdateContext
    ) -> str:
        """Return the text that ends an incident; `status` is the worst that it had."""
        return self._write(kind, _SentenceSubject(tuple(components), status, context))

    def _write(self, kind: UpdateKind, subject: _SentenceSubject) -> str:
        template = self._templates.find(kind, subject.status)
        if template is not None:
            return self._fill(template.body, subject)
        if kind is UpdateKind.OPENED:
            return self._words.say(f"status.automatic.opened.{subject.status}", **self._usual(subject))
        if kind is UpdateKind.CHANGED:
            affected = self.names(subject.context.affected)
            return self._words.say(
                f"status.automatic.changed.{subject.status}", **self._usual(subject), affected=affected
            )
        return self._words.say(f"status.automatic.{kind}", **self._usual(subject))

    def _usual(self, subject: _SentenceSubject) -> dict[str, str]:
        """Return the placeholders that the words of every language have."""
        return {
            "component": self.names(subject.components),
            "title": subject.context.title,
        }

    def _fill(self, text: str, subject: _SentenceSubject) -> str:
        """Put values for placeholders; other text in braces stays as it is."""
        return _PLACEHOLDER.sub(lambda match: self._value(match[1], subject), text)

    def _value(self, name: str, subject: _SentenceSubject) -> str:
        context = subject.context
        values: Mapping[str, Callable[[], str]] = {
            "component": lambda: self.names(subject.components, subject.limit),
            "components": lambda: self.names(context.components, subject.limit),
            "affected": lambda: self.names(context.affected, subject.limit),
            "status": lambda: self._words.say(f"status.state.{subject.status}"),
            "since": lambda: self._words.date("status.date.day_time", context.started.astimezone(self._zone)),
            "duration": lambda: duration_words(context.at - context.started, self._words),
            "title": lambda: context.title,
            "page": lambda: self._page,
        }
        return values[name]()


@dataclass(frozen=True)
class _SentenceSubject:
    """The subject of an update: components, their state and their incident."""

    components: tuple[str, ...]
    status: ComponentStatus
    context: UpdateContext
    limit: int = NAMED
    """How many components are named."""
