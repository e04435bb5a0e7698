"""Every channel is complete: a key in subscribers.yml, a form, a guide, golden cases, tests and an example."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from waypost.formats.subscribers import CHANNEL_KINDS, NoticeEvent, Subscriber, SubscriberFile
from waypost.notify.channels import registry
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.rules.plan import FOR_CUSTOMERS

ROOT = Path(__file__).parent.parent
FOLDER = Path(registry.__file__).parent
EXAMPLE = yaml.safe_load((ROOT / "docs/examples/subscribers.yml").read_text(encoding="utf-8"))


def test_every_key_of_a_subscriber_that_names_a_channel_has_one() -> None:
    fields = {field.name for field in dataclasses.fields(Subscriber)}
    assert tuple(CHANNELS) == CHANNEL_KINDS
    assert fields - {"id", "rules"} == set(CHANNEL_KINDS)
    assert {folder.name for folder in FOLDER.iterdir() if (folder / "__init__.py").is_file()} == set(CHANNELS)


@pytest.mark.parametrize("kind", CHANNEL_KINDS)
def test_a_channel_is_complete(kind: str) -> None:
    assert CHANNELS[kind].kind == kind
    assert CHANNELS[kind].events >= FOR_CUSTOMERS, "whoever names no events is told all of these"
    cases = yaml.safe_load((FOLDER / kind / "cases.yml").read_text(encoding="utf-8"))
    assert len(cases) >= 5
    assert (ROOT / "tests/notify/channels" / f"test_{kind}.py").is_file()
    assert any(kind in subscriber for subscriber in EXAMPLE["subscribers"]), "docs/examples shows it"
    notifications = (ROOT / "docs/notifications.md").read_text(encoding="utf-8")
    assert f"[`{kind}`](channels/{kind}.md)" in notifications


@pytest.mark.parametrize("kind", CHANNEL_KINDS)
def test_a_guide_says_how_to_set_it_up_and_what_follows_a_failure(kind: str) -> None:
    text = (FOLDER / kind / "guide.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    (yml, *_) = [part.split("```")[0] for part in text.split("```yaml\n")[1:]] or [""]
    assert kind in yml, "it shows the key as it is written"
    assert "fail" in text


def test_every_event_that_can_be_chosen_is_explained() -> None:
    text = (ROOT / "docs/notifications.md").read_text(encoding="utf-8")
    named = {event for event in NoticeEvent if f"`{event.value}`" in text}
    assert named == set(NoticeEvent) - {NoticeEvent.ESCALATION, NoticeEvent.TEST}


def test_every_section_of_the_file_is_shown_by_the_example() -> None:
    assert set(EXAMPLE) == {field.name for field in dataclasses.fields(SubscriberFile)}
