from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime

from helpers.cases import Case, golden
from helpers.status_world import history, history_of, moment, site, site_of, words
from waypost.base.files.languages import load_words
from waypost.base.i18n import Words
from waypost.formats.status import Incident, StateChange
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.automatic import automatic_incidents
from waypost.status.rules.timeline import ComponentTimeline

ENGLISH, GERMAN = load_words("en"), load_words("de")


def lines_of(place: StatusSite, rows: History, now: datetime) -> dict[str, Sequence[StateChange]]:
    return {each.id: ComponentTimeline(each, place, rows, now).changes for each in place.config.flat}


def derive(case: Case, language: Words = ENGLISH) -> tuple[Incident, ...]:
    checks = 2 if any("http-2" in row for row in case["changes"]) else 1
    place, now = site_of({"components": {"downloads": checks}, **case}), moment(case.get("now", "20:00"))
    return automatic_incidents(place, lines_of(place, history_of(case), now), now, language)


def line(found: Incident) -> str:
    states = " ".join(
        status if name == "downloads" else f"{name}={status}" for name, status in found.components.items()
    )
    text = ", ".join(f"{words(update.at.replace(microsecond=0))} {update.status}" for update in found.updates)
    over = f" -> {found.continued_as.removeprefix('auto-')}" if found.continued_as else ""
    name, _, time = found.id.removeprefix("auto-").rpartition("-20261120-")
    suffix = time if name == "downloads" else f"{name}-{time}" if name else found.id
    return f"{suffix} {found.impact} {states} {words(found.started)}: {text}{over}"


@golden("automatic/*.yml")
def test_incidents_derive_from_changes(case: Case) -> None:
    found = derive(case)
    assert [line(item) for item in found] == case["expect"]
    assert all(item.automatic for item in found)
    assert all(len({update.id for update in item.updates}) == len(item.updates) for item in found)
    if "ends" in case:
        assert [words(item.resolved_at) for item in found if item.resolved_at] == case["ends"]
    if "says" in case:
        assert [[item.title, *(update.body for update in item.updates)] for item in found] == case["says"]


SEEN = (
    "10:00>10:03 http-1 partial_outage",
    "10:10 http-1 major_outage",
    "10:20 http-1 degraded_performance",
    "10:30 http-1 operational",
)


def test_the_words_name_the_component_and_what_was_seen() -> None:
    (found,) = derive({"changes": SEEN})
    assert found.title == "Downloads: partial outage"
    assert [update.body for update in found.updates] == [
        "Our checks of Downloads fail in part. We are finding out why.",
        "Our checks of Downloads fail. We are finding out why.",
        "Our checks get answers from Downloads again, but slowly or not steadily yet.",
        "Our checks of Downloads succeed again. If it still fails for you, please tell us.",
    ]


def test_the_words_are_those_of_the_site() -> None:
    (english,), (german,) = derive({"changes": SEEN}), derive({"changes": SEEN}, GERMAN)
    assert german.title == "Downloads: Teilausfall"
    assert german.updates[0].body.startswith("Downloads: Unsere Prüfungen schlagen zum Teil fehl.")
    assert len({update.body for update in (*english.updates, *german.updates)}) == 2 * len(SEEN)
    assert (german.id, [update.id for update in german.updates]) == (
        english.id,
        [update.id for update in english.updates],
    )


def test_a_take_over_points_to_what_a_person_wrote() -> None:
    hand = {"id": "hand", "title": "Zip downloads stop", "says": ["10:20 investigating"]}
    (german,) = derive({"changes": ["10:00>10:03 http-1 major_outage"], "incidents": [hand]}, GERMAN)
    assert (german.title, german.updates[-1].body) == (
        "Downloads: Ausfall",
        "Ein Mensch hat übernommen. Bitte lesen Sie hier weiter: Zip downloads stop.",
    )
    (found,) = derive({"changes": ["10:00>10:03 http-1 major_outage"], "incidents": [hand]})
    assert found.title == "Downloads: outage"
    assert found.updates[-1].body == "A person has taken over. Please read on at: Zip downloads stop."
    assert found.resolved_at == moment("10:20")


def test_rows_of_one_moment_count_alike_in_any_order() -> None:
    rows = history(
        ["10:00>10:03 http-1 major_outage", "10:00>10:03 http-1 operational", "10:20 http-1 partial_outage"]
    )
    found = [
        automatic_incidents(site(), {"downloads": mixed}, moment("20:00"), ENGLISH)
        for mixed in itertools.permutations(rows.changes)
    ]
    assert all(each == found[0] for each in found)


def test_an_incident_stays_the_same_while_more_is_learned_of_it() -> None:
    rows = history(
        ["10:00>10:03 http-1 partial_outage", "10:10 http-1 major_outage", "11:00 http-1 operational"]
    )
    place = site()
    known = [
        automatic_incidents(place, {"downloads": rows.changes[:count]}, moment("20:00"), ENGLISH)[0]
        for count in (1, 2, 3)
    ]
    assert len({(item.id, item.started, item.title) for item in known}) == 1
    for earlier, later in itertools.pairwise(known):
        assert later.updates[: len(earlier.updates)] == earlier.updates
