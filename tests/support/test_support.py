from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from helpers.cases import Case, golden
from waypost.base.files.languages import load_words
from waypost.formats.article import Priority
from waypost.formats.support import ChannelKind, ContactChannel, PriorityQuestion, SupportConfig, Tier, Week
from waypost.support.rules.contact_page import (
    ICONS,
    TierView,
    answer_words,
    coming_holidays,
    contact_view,
    describe_week,
    opening_words,
    support_data,
)

WORDS = load_words("en")
GERMAN = load_words("de")
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
            "hours": {"friday": "08:00-24:00"},
            "tiers": ["vip"],
            "note": "For signed-in people",
        },
        {
            "id": "chat",
            "kind": "chat",
            "name": "Chat",
            "address": "https://lumen.example/chat",
            "always": True,
        },
        {"id": "back", "kind": "call_back", "name": "We call you", "address": "https://lumen.example/call"},
        {"id": "form", "kind": "form", "name": "Form", "address": "https://lumen.example/form"},
        {
            "id": "emergency",
            "kind": "phone",
            "name": "Emergency line",
            "address": "+49 30 5550 1899",
            "always": True,
            "only_for": ["critical"],
        },
    ],
    "tiers": [
        {"id": "free", "name": "Free", "first_answer": {"low": "48-72h"}},
        {
            "id": "plus",
            "name": "Plus",
            "hours": {"friday": "07:00-22:00"},
            "first_answer": {"critical": "1h", "low": "24-48h"},
        },
        {"id": "vip", "name": "VIP", "always": True, "first_answer": {"critical": "1h", "low": "8h"}},
    ],
    "priorities": [
        {"id": "critical", "question": "Is all work stopped?"},
        {"id": "low", "question": "Can it wait?"},
    ],
    "ticket": {"provider": "zendesk", "url": "https://lumen.example/ticket"},
}


def team(**changes: Any) -> SupportConfig:
    return TypeAdapter(SupportConfig).validate_python({**TEAM, **changes})


def channel(name: str, **changes: Any) -> ContactChannel:
    written = next(item for item in TEAM["channels"] if item["id"] == name)
    return TypeAdapter(ContactChannel).validate_python({**written, **changes})


def tier(name: str) -> Tier:
    return next(item for item in team().tiers if item.id == name)


@golden("support/weeks.yml")
def test_opening_hours_are_told_in_words(case: Case) -> None:
    week = TypeAdapter(Week).validate_python(case["week"])
    assert describe_week(week, WORDS) == case["words"]
    assert describe_week(week, GERMAN) == case["german"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (None, "Monday, 09:00–18:00, Berlin time"),
        (channel("mail"), "Monday, 09:00–18:00, Berlin time"),  # the office's hours
        (channel("call"), "Friday, 08:00–24:00, Berlin time"),  # its own
        (channel("chat"), "Day and night, every day"),
        (channel("back"), "By appointment"),
        (channel("back", hours={"friday": "08:00-10:00"}), "Friday, 08:00–10:00, Berlin time"),
        (channel("back", always=True), "Day and night, every day"),
        (tier("free"), "Monday, 09:00–18:00, Berlin time"),
        (tier("plus"), "Friday, 07:00–22:00, Berlin time"),
        (tier("vip"), "Day and night, every day"),
    ],
)
def test_everything_says_when_it_is_staffed(entry: ContactChannel | Tier | None, words: str) -> None:
    assert opening_words(entry, team().office, WORDS) == words


def test_opening_hours_name_the_zone_in_german_too() -> None:
    assert opening_words(None, team().office, GERMAN) == "Montag, 09:00–18:00, Ortszeit Berlin"


@pytest.mark.parametrize(
    ("hours", "words", "german"),
    [
        (None, "No time promised", "Keine Zusage"),
        ((1, 1), "1 hour", "1 Stunde"),
        ((4, 4), "4 hours", "4 Stunden"),
        ((1, 2), "1 to 2 hours", "1 bis 2 Stunden"),
        ((24, 48), "24 to 48 hours", "24 bis 48 Stunden"),
    ],
)
def test_an_answer_is_promised_in_words(hours: tuple[int, int] | None, words: str, german: str) -> None:
    assert answer_words(hours, WORDS) == words
    assert answer_words(hours, GERMAN) == german


def test_links_open_the_right_program() -> None:
    shown = {item.id: (item.label, item.link) for item in contact_view(team(), WORDS).channels}
    assert shown == {
        "emergency": ("+49 30 5550 1899", "tel:+493055501899"),
        "mail": ("help@lumen.example", "mailto:help@lumen.example"),
        "call": ("+49 30 5550 1840", "tel:+493055501840"),
        "chat": ("Start a chat", "https://lumen.example/chat"),
        "back": ("Choose a time", "https://lumen.example/call"),
        "form": ("Open the form", "https://lumen.example/form"),
    }


def test_the_contact_page_shows_what_the_file_says() -> None:
    view = contact_view(team(), WORDS)
    assert (view.city, view.office_hours) == ("Berlin", "Monday, 09:00–18:00, Berlin time")
    assert view.priorities == (
        PriorityQuestion(id=Priority("critical"), question="Is all work stopped?"),
        PriorityQuestion(id=Priority("low"), question="Can it wait?"),
    )
    assert view.tiers == (
        TierView("free", "Free", "Monday, 09:00–18:00, Berlin time", ("No time promised", "48 to 72 hours")),
        TierView("plus", "Plus", "Friday, 07:00–22:00, Berlin time", ("1 hour", "24 to 48 hours")),
        TierView("vip", "VIP", "Day and night, every day", ("1 hour", "8 hours")),
    )
    assert [
        (item.tiers, item.answer, item.note) for item in view.channels if item.id in ("mail", "call")
    ] == [
        ((), "In 4 hours", ""),
        (("VIP",), "", "For signed-in people"),
    ]
    assert view.data == support_data(team(), WORDS)


def test_holidays_stand_in_the_order_of_the_calendar_with_their_weekday() -> None:
    shown = coming_holidays(team().office, WORDS)
    assert [(item.day, item.words, item.name) for item in shown] == [
        ("2026-12-25", "Friday, 25 December 2026", "Christmas"),
        ("2027-01-01", "Friday, 1 January 2027", "New Year's Day"),
    ]
    midnight = datetime(2026, 12, 25, 23, tzinfo=UTC)  # in Berlin
    later = coming_holidays(team().office, WORDS, midnight)
    assert [item.name for item in later] == ["New Year's Day"]
    evening = coming_holidays(team().office, WORDS, midnight - timedelta(minutes=1))
    assert len(evening) == 2, "the day itself is not over"
    assert coming_holidays(team().office, GERMAN)[0].words == "Freitag, 25. Dezember 2026"


def test_a_channel_for_some_priorities_comes_first_and_says_when_it_appears() -> None:
    first, *others = contact_view(team(), WORDS).channels
    assert (first.id, first.only_for, first.is_live, first.is_always) == (
        "emergency",
        ("critical",),
        True,
        True,
    )
    assert (
        first.appears
        == "Emergency line comes first in this list when you choose “Is all work stopped?” above."
    )
    assert [item.id for item in others] == ["mail", "call", "chat", "back", "form"]
    assert {item.appears for item in others} == {""}


def test_a_channel_for_several_priorities_names_all_their_questions() -> None:
    channels = [{**TEAM["channels"][0], "only_for": ["low", "critical"]}]
    shown = contact_view(team(channels=channels), WORDS).channels[0]
    assert shown.only_for == ("low", "critical")
    assert "choose “Is all work stopped?” or “Can it wait?” above" in shown.appears


def test_what_is_by_appointment_neither_opens_nor_closes() -> None:
    live = {item.id for item in contact_view(team(), WORDS).channels if item.is_live}
    assert live == {"mail", "call", "chat", "form", "emergency"}
    assert {item["id"] for item in support_data(team(), WORDS)["channels"] if item["live"]} == live


def test_without_questions_priorities_are_named_the_most_urgent_first() -> None:
    view = contact_view(team(priorities=[]), WORDS)
    assert [item.question for item in view.priorities] == ["Critical", "High", "Medium", "Low"]
    assert [item.id for item in view.priorities] == ["critical", "high", "medium", "low"]
    assert view.tiers[1].answers == ("1 hour", "No time promised", "No time promised", "24 to 48 hours")


def test_scripts_get_the_same_hours_as_plain_values() -> None:
    data = support_data(team(), WORDS)
    assert json.loads(json.dumps(data)) == data
    assert (data["zone"], data["city"], data["week"]) == (
        "Europe/Berlin",
        "Berlin",
        {"monday": ["09:00", "18:00"]},
    )
    assert data["holidays"][1] == {"date": "2026-12-25", "name": "Christmas"}
    assert {item["id"]: (item["week"], item["always"]) for item in data["channels"]} == {
        "mail": (None, False),
        "call": ({"friday": ["08:00", "24:00"]}, False),
        "chat": (None, True),
        "back": (None, False),
        "form": (None, False),
        "emergency": (None, True),
    }
    assert data["channels"][1]["tiers"] == ["vip"]
    assert data["channels"][5]["only_for"] == ["critical"]
    assert data["tiers"] == [
        {"id": "free", "name": "Free", "week": None, "always": False, "first_answer": {"low": [48, 72]}},
        {
            "id": "plus",
            "name": "Plus",
            "week": {"friday": ["07:00", "22:00"]},
            "always": False,
            "first_answer": {"critical": [1, 1], "low": [24, 48]},
        },
        {
            "id": "vip",
            "name": "VIP",
            "week": None,
            "always": True,
            "first_answer": {"critical": [1, 1], "low": [8, 8]},
        },
    ]
    assert data["priorities"][1] == {"id": "low", "question": "Can it wait?"}


def test_every_kind_of_channel_has_an_icon_and_an_action() -> None:
    assert set(ICONS) == set(ChannelKind)
    shown = contact_view(team(), WORDS).channels
    assert {item.kind for item in shown} == set(ChannelKind)
    assert all(item.icon == ICONS[item.kind] and item.label for item in shown)
