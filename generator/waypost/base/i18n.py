"""The words of Waypost itself on pages, in one language, with durations and sizes; the texts are in theme/i18n/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Phrase = str | Mapping[str, str]
"""A text with {names} to fill in, or one text for each plural form (`one`, `other`, …) of {count}."""


# Compared by identity: a language is loaded once, and much is remembered by it.
@dataclass(frozen=True, eq=False)
class Words:
    """The texts of one language, and its rules for plurals and dates."""

    language: str
    """Its code, such as en or de."""
    texts: Mapping[str, Phrase]
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


def number_text(number: str, words: Words) -> str:
    """Return a number written with a point as the language writes it."""
    return number.replace(".", words.say("number.decimal_point"))


def size_words(size: int, words: Words) -> str:
    """Write the size of a file as the systems of its readers count: 1 kB is 1,000 bytes."""
    if size < 1000:
        return words.say("downloads.bytes", count=size)
    if size < 999_500:
        return words.say("downloads.kilobytes", number=round(size / 1000))
    number = f"{size / 1_000_000:.1f}" if size < 9_950_000 else str(round(size / 1_000_000))
    return words.say("downloads.megabytes", number=number_text(number, words))


def duration_words(length: timedelta, words: Words) -> str:
    """Write how long something takes, a minute at least: "1 hour and 30 minutes"."""
    parts = _days_hours_minutes(max(1, round(length.total_seconds() / 60)))
    return words.join([words.say(f"tutorial.{unit}", count=count) for unit, count in parts])


def duration_text(length: timedelta, words: Words) -> str:
    """Write a length of time in its two largest units: '1 hour 36 minutes'."""
    parts = _days_hours_minutes(int(length.total_seconds()) // 60)
    texts = [words.say(f"status.duration.{unit}", count=count) for unit, count in parts[:2]]
    return " ".join(texts) or words.say("status.duration.moment")


def _days_hours_minutes(minutes: int) -> list[tuple[str, int]]:
    """Return the units of a length of time that are not zero, the largest first."""
    days, rest = divmod(minutes, 24 * 60)
    units = [("days", days), ("hours", rest // 60), ("minutes", rest % 60)]
    return [(unit, count) for unit, count in units if count]
