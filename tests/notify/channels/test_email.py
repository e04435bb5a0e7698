from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser

import pytest

from helpers.channels import Case, composition, golden_bodies, page
from helpers.sites import ROOT
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.channels.email import CHANNEL
from waypost.notify.channels.email.composing import LEAVE, MOST_BODY, FrozenMail, clean, readable
from waypost.notify.rules.wording import wording_of
from waypost.publishing.io.theme_assets import state_colours

TOKENS = {
    ComponentStatus.OPERATIONAL: "ok",
    ComponentStatus.DEGRADED_PERFORMANCE: "degraded",
    ComponentStatus.PARTIAL_OUTAGE: "partial",
    ComponentStatus.MAJOR_OUTAGE: "major",
    ComponentStatus.UNDER_MAINTENANCE: "maintenance",
}


class Seen(HTMLParser):
    """What a reader sees of a mail, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.tags, self.links, self.comments = "", [], [], 0
        self.text: list[str] = []
        self.is_shown = True
        self.feed(text)
        self.close()
        self.words = " ".join("".join(self.text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.is_shown = tag not in ("style", "title")
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        self.is_shown = True

    def handle_data(self, data: str) -> None:
        if self.is_shown:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments += 1


def frozen(said: Case) -> FrozenMail:
    return FrozenMail.from_bytes(CHANNEL.compose(*composition(said)))


@golden_bodies("email")
def test_a_notice_becomes_this_mail(case: Case) -> None:
    mail = frozen(case["notice"])
    assert mail.subject == case["body"]["subject"]
    assert mail.text == case["body"]["text"]
    assert set(json.loads(CHANNEL.compose(*composition(case["notice"])))) == {
        "subject",
        "text",
        "html",
        "leave",
    }
    assert mail == frozen(case["notice"]), "it is the same for everybody, however often it is made"


@golden_bodies("email")
def test_the_html_says_the_same_as_the_text(case: Case) -> None:
    mail = frozen(case["notice"])
    seen = Seen(mail.html)
    state, _, title = mail.text.split("\n")[0].partition(": ")
    assert seen.words.startswith(f"{state} {title}"), "the state goes first: lists of mails show it"
    for line in mail.text.split("\n\n")[1].split("\n"):
        assert line in seen.words
    words = iter(re.findall(r"[^\W_]+", seen.words))
    if case["name"] != "hostile markup":
        said = plain_text(composition(case["notice"])[0].body)
        assert all(word in words for word in re.findall(r"[^\W_]+", clean(said))), "in this order"
    link = mail.text.split("\n\n")[-2].partition(": ")[2]
    assert link in seen.links


@golden_bodies("email")
def test_no_text_brings_markup_of_its_own(case: Case) -> None:
    seen = Seen(frozen(case["notice"]).html)
    assert not {"script", "iframe", "form", "object", "table"} & set(seen.tags)
    assert seen.comments == 1, "only our own place for the link"
    for link in seen.links:
        assert link.startswith(
            ("https://help.lumen.example/", "https://example.org/", "https://spy.example/")
        )


def test_every_event_has_a_mail() -> None:
    assert CHANNEL.events == frozenset(NoticeEvent)


@pytest.mark.parametrize(
    "event", ["incident.opened", "incident.updated", "incident.resolved", "incident.postmortem"]
)
def test_the_subject_stays_over_a_thread(event: str) -> None:
    status = {"opened": "investigating", "updated": "monitoring"}.get(
        event.partition(".")[2], event.partition(".")[2]
    )
    assert (
        frozen({"event": event, "status": status}).subject == "Incident: Downloads fail for large galleries"
    )


@pytest.mark.parametrize("event", ["update.overdue", "escalation"])
def test_what_asks_something_of_its_reader_says_so_in_the_subject(event: str) -> None:
    said = {"event": event}
    assert frozen(said).subject == wording_of(composition(said)[0], page()).headline


def test_the_colours_are_those_of_the_page() -> None:
    tokens = (ROOT / "theme/base/tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"color-scheme: (light|dark);(.*?)}", tokens, re.DOTALL)
    found = {scheme: dict(re.findall(r"--wp-([a-z-]+): (#\w+)", text)) for scheme, text in blocks}
    for status, name in TOKENS.items():
        light, dark = found["light"], found["dark"]
        shown = (*state_colours(status), *state_colours(status, "dark"))
        assert shown == (light[name], light[f"{name}-wash"], dark[name], dark[f"{name}-wash"])
    plain = frozen({}).html
    known = {value for colours in found.values() for value in colours.values()} | {"#ffffff"}
    assert set(re.findall(r"#[0-9a-f]{6}\b", plain)) <= known


def test_a_very_long_text_is_cut_and_the_page_tells_the_rest() -> None:
    mail = frozen({"body": "Much was learned.\n\n", "times": 5000})
    assert len(mail.text) < MOST_BODY + 1000
    assert len(mail.html.encode()) < 102_000, "Gmail would cut it off"
    assert "\n\n…\n\nSee the status page: " in mail.text
    one = frozen({"body": "x" * 30_000, "title": "t" * 5000})
    assert len(one.text) < MOST_BODY + 6000
    assert len(one.subject) < 230
    assert one.subject.endswith("…")


def test_a_link_that_is_no_address_of_the_web_is_no_button() -> None:
    seen = Seen(frozen({"link": "javascript:alert(1)"}).html)
    assert seen.links == []


def test_what_nobody_can_see_is_left_out() -> None:
    mail = frozen({"title": "a\x00\u202eb\u2029c\x1b[0m\ud800", "body": "d\x07\r\ne\u2066"})
    assert mail.text.startswith("Investigating: ab c[0m\n")
    assert "\n\nd\ne\n\n" in mail.text
    assert "ab c[0m</h1>" in mail.html


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("See [this](/a/b/).", "See this (https://help.example.org/a/b/)."),
        ("See [this](https://example.org/?a=1&b=2 'Title').", "See this (https://example.org/?a=1&b=2)."),
        ("See [this](<https://example.org/>).", "See this (https://example.org/)."),
        ("[https://example.org](https://example.org)", "https://example.org"),
        (
            "[write](mailto:a@example.org) or [call](tel:+49301)",
            "write (mailto:a@example.org) or call (tel:+49301)",
        ),
        ("[no](javascript:x) [no](//evil.example/) [no](../up) [no](#part)", "no no no no"),
        ("![a picture](https://example.org/x.png)", "a picture"),
        ("[[a](https://b.example)", "[a (https://b.example)"),
        ("[" * 3000 + "](" * 3000, "[" * 3000 + "](" * 3000),
    ],
)
def test_markdown_is_read_as_text_with_its_links_written_out(markdown: str, text: str) -> None:
    assert readable(markdown, "https://help.example.org/") == text


def test_the_place_of_the_link_is_there_once() -> None:
    forged = str(LEAVE)
    mail = frozen({"title": forged, "body": forged})
    assert mail.html.count(forged) == 1
    assert mail.html.count(html.escape(forged)) == 3, "in both titles and in the body"
