"""docs/contact.md names every kind of channel and every key, and its examples are really read."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from waypost.formats.support import (
    ChannelKind,
    ContactChannel,
    Holiday,
    Office,
    PriorityQuestion,
    SupportConfig,
    Tier,
)

PAGE = (Path(__file__).parent.parent / "docs/contact.md").read_text(encoding="utf-8")
EXAMPLES: list[dict[str, Any]] = [
    # As Waypost reads YAML: text stays text.
    yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506  # it only builds text, lists and mappings
    for block in re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
]
REST = {
    "office": {
        "name": "Us",
        "city": "Berlin",
        "time_zone": "Europe/Berlin",
        "hours": {"monday": "09:00-18:00"},
    },
    "channels": [{"id": "email", "kind": "email", "name": "Mail", "address": "help@example.org"}],
    "ticket": {"provider": "zendesk", "url": "https://tickets.example.org/new"},
}


def read(example: dict[str, Any]) -> SupportConfig:
    return TypeAdapter(SupportConfig).validate_python({**REST, **example})


@pytest.mark.parametrize("kind", ChannelKind)
def test_every_kind_of_channel_has_its_example(kind: ChannelKind) -> None:
    shown = [channel for example in EXAMPLES if "channels" in example for channel in read(example).channels]
    assert [channel for channel in shown if channel.kind is kind]


@pytest.mark.parametrize("example", EXAMPLES, ids="-".join)
def test_every_example_is_valid(example: dict[str, Any]) -> None:
    support = read(example)
    assert support.office.city == "Berlin"


@pytest.mark.parametrize("model", [Office, Holiday, ContactChannel, Tier, PriorityQuestion])
def test_every_key_is_shown(model: type[Any]) -> None:
    keys = {field.name for field in dataclasses.fields(model)}
    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()
