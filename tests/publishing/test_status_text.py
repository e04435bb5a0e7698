from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest

from helpers.hostile_status import TEXTS, hostile_snapshot
from helpers.status_world import history, moment, site, take_snapshot
from waypost.publishing.pages.plain_text import TEXT_PATH, WIDTH, text_files
from waypost.status.rules.snapshot import Snapshot

FINE = ["00:00 http-1 operational"]


def text(snapshot: Snapshot) -> str:
    return text_files(snapshot)[TEXT_PATH].decode()


def test_all_of_the_present_is_told() -> None:
    place = site(
        {"Galleries": {"downloads": 1, "search": 0}, "mail": 0},
        [{"id": "stop", "says": ["10:00 investigating", "10:20 identified"], "title": "Downloads stop"}],
        [
            {"id": "disks", "window": "11-21 02:00-11-21 03:00", "components": ["search"]},
            {"id": "running", "window": "11:00-13:00", "components": ["mail"]},
        ],
        zone="Europe/Berlin",
    )
    page = take_snapshot(place, history(FINE, ["00:00-11:59 http-1"]), moment("12:00"))
    assert (
        text(page)
        == """\
Lumen status

Downloads stop
Planned work on Mail.
Checked 20 Nov, 12:59 · Times in Europe/Berlin

Major: Downloads stop
  Downloads
  20 Nov, 11:20 · Identified: It is identified.
  https://help.lumen.example/status/incidents/stop/

In progress: Title of running
  Fri 20 Nov, 12:00–14:00
  Mail
  https://help.lumen.example/status/maintenance/running/

Planned: Title of disks
  Sat 21 Nov, 03:00–04:00
  Search
  https://help.lumen.example/status/maintenance/disks/

Galleries
  Downloads  Partial outage
  Search     Operational

Mail       Under maintenance

https://help.lumen.example/status/
"""
    )


def test_nothing_measured_is_said() -> None:
    shown = text(take_snapshot(site(), history([], []), moment("12:00")))
    assert "We have no measurements right now" in shown
    assert "Nothing has been checked yet" in shown
    assert "Downloads  No data" in shown


def test_time_alone_changes_nothing() -> None:
    place = site(incidents=[{"id": "stop", "says": ["10:00 investigating"]}])
    rows = history(FINE, ["00:00-11:59 http-1"])
    before, after = (
        text(take_snapshot(place, rows, moment("12:00") + timedelta(seconds=s))) for s in (0, 60)
    )
    assert before == after


def test_it_speaks_the_language_of_the_site() -> None:
    shown = text(take_snapshot(site(), history(FINE), moment("12:00"), "de"))
    assert "Alles funktioniert" in shown
    assert "Zeitzone: UTC" in shown
    assert "Downloads  In Betrieb" in shown


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_terminal_would_obey_is_not_there(name: str) -> None:
    snapshot = hostile_snapshot({name: TEXTS[name]})
    active = hostile_snapshot({name: TEXTS[name]}, now=snapshot.incidents[0].started + timedelta(minutes=1))
    assert active.active
    for shown in (text(snapshot), text(active)):
        odd = {letter for letter in shown if unicodedata.category(letter).startswith("C")}
        assert odd <= {"\n", "\u200c", "\u200d"}
        assert max(map(len, shown.splitlines())) <= WIDTH
        # No line of a writer's can pass for one of ours: it stands behind a word of ours, or indented.
        assert not any(line.startswith("BEGIN") for line in shown.splitlines())


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d👩\u200d👧"])
def test_what_joins_and_parts_letters_stays(name: str) -> None:
    place = site(incidents=[{"id": "told", "title": name, "says": ["10:00 investigating"]}])
    assert name in text(take_snapshot(place, history(), moment("12:00")))
