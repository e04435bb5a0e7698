from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from waypost.authoring.rules.local_time import read_local

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-29T02:00", "2026-11-29T02:00:00+01:00"),
        ("2026-07-01 02:00", "2026-07-01T02:00:00+02:00"),  # summer, and a space as people write it
        ("2026-11-29T02:00Z", "2026-11-29T02:00:00+00:00"),
        ("2026-11-29T02:00:30-05:00", "2026-11-29T02:00:30-05:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T02:30:00+01:00"),  # of the two, the one that was meant
        ("2026-11-29", "2026-11-29T00:00:00+01:00"),
    ],
)
def test_a_time_is_read_as_the_clock_of_the_page_shows_it(text: str, read: str) -> None:
    assert read_local(text, BERLIN).isoformat() == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tomorrow", "Expected a time such as"),
        ("", "Expected a time such as"),
        ("2026-02-30T02:00", "Expected a time such as"),
        ("2026-03-29T02:30", "there is no such time"),
        ("2026-10-25T02:30", "Write 2026-10-25T02:30:00\\+02:00 or 2026-10-25T02:30:00\\+01:00"),
        ("9999-12-31T23:59", "The year cannot be meant"),
    ],
)
def test_what_is_no_time_or_two_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_local(text, BERLIN)
