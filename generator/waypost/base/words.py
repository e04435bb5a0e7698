"""What Waypost itself says on pages, in one language; the texts are in theme/i18n/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

Text = str | Mapping[str, str]
"""A text with {names} to fill in, or one text for each plural form (`one`, `other`, …) of {count}."""


# Compared by identity: a language is loaded once, and much is remembered by it.
@dataclass(frozen=True, eq=False)
class Words:
    """The texts of one language, and its rules for plurals and dates."""

    language: str
    """Its code, such as en or de."""
    texts: Mapping[str, Text]
    """The texts by their name, such as `article.minutes`."""
    plural: Callable[[float], str]
    """Names the plural form of a number, as Unicode's CLDR calls it."""
    dates: Callable[[date | datetime | time, str], str]
    """Writes a time after a CLDR pattern, such as `d MMMM y`."""

    def say(self, name: str, /, **values: object) -> str:
        """Return a text with its values filled in; raises KeyError for a name that does not exist."""
        text = self.texts[name]
        if not isinstance(text, str):
            count = values["count"]
            text = text[self.plural(count if isinstance(count, int | float) else 0)]
        return text.format_map(values)

    def date(self, name: str, moment: date | datetime | time) -> str:
        """Write a time as the pattern of a name (`date.day`) has it."""
        return self.dates(moment, self.say(name))

    def join(self, names: list[str] | tuple[str, ...], limit: int = 3) -> str:
        """Join names as people do: 'A', 'A and B', 'A, B and 2 more'."""
        if len(names) > limit:
            rest = self.say("list.more", count=len(names) - limit + 1)
            names = [*names[: limit - 1], rest]
        if len(names) < 2:
            return "".join(names)
        return self.say("list.and", first=", ".join(names[:-1]), last=names[-1])
