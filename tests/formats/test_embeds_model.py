from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from waypost.formats.support import Embeds, Feedback

GOOD_ENDPOINTS = [
    "https://feedback.lumen.example/",
    "https://feedback.lumen.example:8443/votes?site=help",
    "/feedback",
    "/",
    "/api/votes?site=help",
]
BAD_ENDPOINTS = [
    ("http://feedback.lumen.example/", "not encrypted"),
    ("//feedback.lumen.example/", "another host to browsers"),
    ("/\\feedback.lumen.example/", "another host to browsers"),
    ("feedback", "neither a host nor a path from the root"),
    ("javascript:alert(1)", "a program"),
    ("data:text/plain,x", "no server"),
    ("https://", "no host"),
    ("https://me:secret@lumen.example/", "a secret in the page"),
    ("https://lumen.example:99999/", "no such port"),
    ("/feed back", "a space"),
    ("/feed\tback", "a tab, which browsers leave out"),
    ("/feed\nback", "a line's end, which browsers leave out"),
    ("https://lumen.example/\u202e", "an invisible mark"),
    ("/" + "x" * 2000, "too long"),
    ("", "nothing"),
]


@pytest.mark.parametrize("url", GOOD_ENDPOINTS)
def test_answers_go_by_https_or_to_the_same_host(url: str) -> None:
    assert TypeAdapter(Feedback).validate_python({"url": url}).url == url


@pytest.mark.parametrize(("url", "why"), BAD_ENDPOINTS, ids=[why for _, why in BAD_ENDPOINTS])
def test_answers_go_nowhere_else(url: str, why: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Feedback).validate_python({"url": url})


def test_every_embed_is_optional() -> None:
    assert TypeAdapter(Embeds).validate_python({}) == Embeds()


@pytest.mark.parametrize(
    "url", ["http://x.example/", "//x.example/", "/x", "javascript:alert(1)", "x", "https://a@x.example/"]
)
@pytest.mark.parametrize("embed", ["chat", "community", "call_back"])
def test_embeds_are_on_hosts_of_https(embed: str, url: str) -> None:
    key = "script" if embed == "chat" else "url"
    parts: dict[str, Any] = {embed: {key: "https://x.example/a?b=c", "label": "Press"}}
    assert TypeAdapter(Embeds).validate_python(parts) != Embeds()
    parts[embed][key] = url
    with pytest.raises(ValidationError):
        TypeAdapter(Embeds).validate_python(parts)
