from __future__ import annotations

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.status_world import history, history_of, moment, site, site_of, words
from waypost.adapters.languages import load_words
from waypost.core.automatic import automatic_incidents
from waypost.core.words import Words
from waypost.model.project import StatusSite
from waypost.model.status import MEASURED, Incident, StateChange, UpdateStatus

ENGLISH, GERMAN = load_words("en"), load_words("de")


def derive(case: Case, language: Words = ENGLISH) -> tuple[Incident, ...]:
    place: StatusSite = site_of(case)
    now = moment(case.get("now", "20:00"))
    return automatic_incidents(place.config.flat[0], history_of(case).changes, place, now, language)


def line(found: Incident) -> str:
    states = " ".join(found.components.values())
    said = ", ".join(f"{words(update.at.replace(microsecond=0))} {update.status}" for update in found.updates)
    over = f" -> {found.continued_as}" if found.continued_as else ""
    suffix = found.id.removeprefix("auto-downloads-20261120-")
    return f"{suffix} {found.impact} {states} {words(found.started)}: {said}{over}"


@golden("automatic/incidents.yml")
def test_incidents_derive_from_changes(case: Case) -> None:
    found = derive(case)
    assert [line(item) for item in found] == case["expect"]
    assert all(item.automatic and list(item.components) == ["downloads"] for item in found)


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
        "Our checks get answers from Downloads again, but slowly.",
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


def test_an_incident_stays_the_same_while_more_is_learned_of_it() -> None:
    rows = history(
        ["10:00>10:03 http-1 partial_outage", "10:10 http-1 major_outage", "11:00 http-1 operational"]
    )
    place = site()
    known = [
        automatic_incidents(place.config.flat[0], rows.changes[:count], place, moment("20:00"), ENGLISH)[0]
        for count in (1, 2, 3)
    ]
    assert len({(item.id, item.started, item.title) for item in known}) == 1
    for earlier, later in itertools.pairwise(known):
        assert later.updates[: len(earlier.updates)] == earlier.updates


rows = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.integers(0, 90),
        st.sampled_from(["http-1", "http-2"]),
        st.sampled_from(MEASURED),
    ),
    max_size=15,
)


@given(rows)
def test_incidents_of_a_component_never_overlap_and_their_updates_go_forward(
    steps: list[tuple[int, int, str, str]],
) -> None:
    at, changes = moment("00:00"), []
    for gap, late, check, status in steps:
        confirmed = at + timedelta(seconds=gap)
        began = max(at, confirmed - timedelta(seconds=late))
        changes.append(StateChange("downloads", check, began, status, confirmed))
        at = confirmed
    place = site({"downloads": 2})
    found = automatic_incidents(place.config.flat[0], changes, place, moment("20:00"), ENGLISH)
    for item in found:
        times = [update.at for update in item.updates]
        assert times == sorted(times)
        assert len({update.id for update in item.updates}) == len(item.updates)
        assert item.started <= times[0]
        assert (item.status is UpdateStatus.RESOLVED) == (item.resolved_at is not None)
    for earlier, later in itertools.pairwise(found):
        assert earlier.resolved_at is not None
        assert earlier.resolved_at <= later.started
