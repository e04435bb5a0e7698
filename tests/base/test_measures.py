from __future__ import annotations

from datetime import timedelta

import pytest

from waypost.base.files.languages import load_words
from waypost.base.i18n import duration_words, size_words


@pytest.mark.parametrize(
    ("size", "en", "de"),
    [
        (0, "0 bytes", "0 Bytes"),
        (1, "1 byte", "1 Byte"),
        (999, "999 bytes", "999 Bytes"),
        (1000, "1 kB", "1 kB"),
        (26_394, "26 kB", "26 kB"),
        (999_499, "999 kB", "999 kB"),
        (999_500, "1.0 MB", "1,0 MB"),
        (1_250_000, "1.2 MB", "1,2 MB"),
        (9_949_999, "9.9 MB", "9,9 MB"),
        (9_950_000, "10 MB", "10 MB"),
        (2_500_000_000, "2500 MB", "2500 MB"),
    ],
)
def test_sizes_are_short(size: int, en: str, de: str) -> None:
    assert (size_words(size, load_words("en")), size_words(size, load_words("de"))) == (en, de)


@pytest.mark.parametrize(
    ("span", "en", "de"),
    [
        (timedelta(seconds=20), "1 minute", "1 Minute"),
        (timedelta(minutes=15), "15 minutes", "15 Minuten"),
        (timedelta(minutes=60), "1 hour", "1 Stunde"),
        (timedelta(minutes=90), "1 hour and 30 minutes", "1 Stunde und 30 Minuten"),
        (timedelta(days=1), "1 day", "1 Tag"),
        (
            timedelta(days=2, hours=3, minutes=4),
            "2 days, 3 hours and 4 minutes",
            "2 Tage, 3 Stunden und 4 Minuten",
        ),
    ],
)
def test_durations_are_said_as_people_do(span: timedelta, en: str, de: str) -> None:
    assert (duration_words(span, load_words("en")), duration_words(span, load_words("de"))) == (en, de)
