"""Read the words of Waypost on pages from theme/i18n/, with the plurals and dates of Babel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_datetime, format_time

from waypost.base.files.resources import theme_folder
from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import parse_yaml
from waypost.base.i18n import Phrase, Words
from waypost.problems import ProblemsFound

DEFAULT_LANGUAGE = "en"

_FORMS = {"zero", "one", "two", "few", "many", "other"}


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that Waypost speaks."""
    return tuple(sorted(path.stem for path in (theme_folder() / "i18n").glob("*.yml")))


@cache
def load_words(language: str = DEFAULT_LANGUAGE) -> Words:
    """Return the texts of a language; raises KeyError for one that Waypost does not speak."""
    if language not in languages():
        raise KeyError(language)
    path = theme_folder() / "i18n" / f"{language}.yml"
    document, problems = parse_yaml(Source(f"theme/i18n/{path.name}", path.read_text(encoding="utf-8")))
    if document is None:
        raise ProblemsFound(problems)
    locale = Locale.parse(language)
    return Words(language, dict(_flat(document.data)), locale.plural_form, _dates(locale))


def site_words(language: str | None) -> Words:
    """Return the texts in the language of the theme; English where Waypost does not speak it."""
    return load_words(language if language in languages() else DEFAULT_LANGUAGE)


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Phrase]]:
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and not value.keys() <= _FORMS:
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _dates(locale: Locale) -> Callable[[date | datetime | time, str], str]:
    """Return what writes times in one language."""

    # Days and months come again and again. Times do not: and equal ones may differ in their zone.
    @lru_cache(4096)
    def day(moment: date, pattern: str) -> str:
        return format_date(moment, pattern, locale=locale)

    def write(moment: date | datetime | time, pattern: str) -> str:
        if isinstance(moment, datetime):
            # Babel turns a time with a zone to UTC unless its zone is named.
            return format_datetime(moment, pattern, moment.tzinfo, locale=locale)
        if isinstance(moment, time):
            return format_time(moment, pattern, locale=locale)
        return day(moment, pattern)

    return write


def language_and_land(language: str) -> str:
    """Return a language with the land where most people speak it: de_DE for de, and pt_BR for pt-BR."""
    name = language.replace("-", "_")
    land = get_global("likely_subtags").get(name, name).rpartition("_")[2]
    return name if "_" in name else f"{name}_{land}"
