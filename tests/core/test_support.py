from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from helpers.cases import Case, golden
from waypost.core.support import answer_words, channel_hours, contact_view, describe_week
from waypost.model.support import SupportConfig, Week

MONDAY = {"monday": "09:00-18:00"}
TEAM: dict[str, Any] = {
    "office": {
        "name": "Lumen support",
        "city": "Berlin",
        "time_zone": "Europe/Berlin",
        "hours": MONDAY,
        "holidays": [
            {"date": "2027-01-01", "name": "New Year's Day"},
            {"date": "2026-12-25", "name": "Christmas"},
        ],
    },
    "channels": [
        {
            "id": "mail",
            "kind": "email",
            "name": "Write to us",
            "address": "help@lumen.example",
            "answer": "In 4 hours",
        },
        {
            "id": "call",
            "kind": "phone",
            "name": "Call us",
            "address": "+49 30 5550 1840",
            "hours": {"friday": "08:00-10:00"},
            "tiers": ["vip"],
            "note": "For emergencies",
        },
        {
            "id": "chat",
            "kind": "chat",
            "name": "Chat",
            "address": "https://lumen.example/chat",
            "always": True,
        },
        {"id": "back", "kind": "call_back", "name": "We call you", "address": "https://lumen.example/call"},
    ],
    "tiers": [
        {"id": "vip", "name": "VIP", "hours": "Always", "first_answer": {"critical": "1h", "low": "24-48h"}},
    ],
    "priorities": [
        {"id": "critical", "question": "Is all work stopped?"},
        {"id": "low", "question": "Can it wait?"},
    ],
    "ticket": {"url": "https://lumen.example/ticket"},
}


def team(**changes: Any) -> SupportConfig:
    return TypeAdapter(SupportConfig).validate_python({**TEAM, **changes})


@golden("support/weeks.yml")
def test_opening_hours_are_told_in_words(case: Case) -> None:
    assert describe_week(TypeAdapter(Week).validate_python(case["week"])) == case["words"]


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("mail", "Monday, 09:00–18:00, Berlin time"),  # the office's hours
        ("call", "Friday, 08:00–10:00, Berlin time"),  # its own
        ("chat", "Day and night, every day"),
        ("back", "By appointment"),
    ],
)
def test_each_channel_says_when_it_is_staffed(channel: str, words: str) -> None:
    support = team()
    assert channel_hours(next(item for item in support.channels if item.id == channel), support) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, "–"),
        ((1, 1), "1 hour"),
        ((4, 4), "4 hours"),
        ((1, 2), "1 to 2 hours"),
        ((24, 48), "24 to 48 hours"),
    ],
)
def test_an_answer_is_promised_in_words(hours: tuple[int, int] | None, words: str) -> None:
    assert answer_words(hours) == words


def test_links_open_the_right_program() -> None:
    shown = [(item.label, item.link) for item in contact_view(team()).channels]
    assert shown == [
        ("help@lumen.example", "mailto:help@lumen.example"),
        ("+49 30 5550 1840", "tel:+493055501840"),
        ("Start a chat", "https://lumen.example/chat"),
        ("Choose a time", "https://lumen.example/call"),
    ]


def test_the_contact_page_shows_what_the_file_says() -> None:
    view = contact_view(team())
    assert view.office_hours == "Monday, 09:00–18:00, Berlin time"
    assert view.holidays == (("1 January 2027", "New Year's Day"), ("25 December 2026", "Christmas"))
    assert view.priorities == ("Is all work stopped?", "Can it wait?")
    assert view.tiers == (("VIP", "Always", ("1 hour", "24 to 48 hours")),)
    assert view.form == "https://lumen.example/ticket"
    assert [(item.tiers, item.answer, item.note) for item in view.channels][:2] == [
        ((), "In 4 hours", ""),
        (("VIP",), "", "For emergencies"),
    ]


def test_without_questions_priorities_are_named_the_most_urgent_first() -> None:
    view = contact_view(team(priorities=[]))
    assert view.priorities == ("Critical", "High", "Medium", "Low")
    assert view.tiers[0][2] == ("1 hour", "–", "–", "24 to 48 hours")
