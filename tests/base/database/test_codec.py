from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.base.database.values import LARGEST, LONGEST_REASON, from_ms, to_ms
from waypost.formats.checks import Flapping, Rules
from waypost.formats.observations import Series, SeriesState
from waypost.formats.status import MEASURED, ComponentStatus, Observation
from waypost.monitor.rules.states import advance
from waypost.monitor.store.codec import STATUS_NUMBERS, dump_state, load_state, storable

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
LINE = Series("web", "http-1", "eu")
RULES = Rules(3, 2, timedelta(minutes=1), Flapping())
UNSTEADY = Rules(1, 1, timedelta(minutes=1), Flapping(changes=2, hold=timedelta(minutes=5)))


def observation(
    minutes: float, status: ComponentStatus, reason: str = "", latency: float = 0.25
) -> Observation:
    at = START + timedelta(minutes=minutes)
    return Observation(*LINE[:2], at, status, timedelta(seconds=latency), reason, LINE.region)


ANSWERS = st.lists(st.tuples(st.sampled_from(MEASURED), st.text(max_size=20)), max_size=40)


@given(ANSWERS, st.sampled_from([RULES, UNSTEADY]))
def test_a_state_survives_and_goes_on_as_if_it_had_not_been_stored(
    answers: list[tuple[ComponentStatus, str]], rules: Rules
) -> None:
    kept = SeriesState()
    stored = dump_state(kept)
    for minute, (status, reason) in enumerate(answers):
        answer = storable(observation(minute, status, reason), LINE)
        kept, change = advance(kept, answer, rules)
        found, same = advance(load_state(stored, LINE), answer, rules)
        assert (found, same) == (kept, change)
        stored = dump_state(found)
    assert load_state(stored, LINE) == kept


def test_a_hold_survives_a_restart_and_a_state_of_before_holds_were_kept_has_none() -> None:
    good, bad = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
    state = SeriesState()
    for minute, status in enumerate((good, bad, good, bad, good)):
        state, _ = advance(state, observation(minute, status), UNSTEADY)
    assert (state.status, state.held_since) == (
        ComponentStatus.DEGRADED_PERFORMANCE,
        START + timedelta(minutes=4),
    )
    # Nobody asked for an hour in the middle of it.
    _, change = advance(load_state(dump_state(state), LINE), observation(64, good), UNSTEADY)
    assert change is not None
    assert (change.status, change.at) == (good, START + timedelta(minutes=4))
    document = json.loads(dump_state(state))
    del document["held_since"]
    assert load_state(json.dumps(document), LINE) == replace(state, held_since=None)


def test_a_steady_line_takes_little_room() -> None:
    state = SeriesState()
    for minute in range(100_000, 100_500):
        state, _ = advance(state, observation(minute, ComponentStatus.OPERATIONAL), RULES)
    assert len(dump_state(state)) < 450
    assert len(json.loads(dump_state(state))["seen"]) == 6, "what stands in several places is written once"


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30))])
def test_times_come_back_in_utc_to_the_millisecond(zone: timezone) -> None:
    moment = datetime(2026, 10, 25, 2, 30, 0, 123_456, zone)
    assert from_ms(to_ms(moment)) == moment.replace(microsecond=123_000)
    assert from_ms(to_ms(moment)).tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_ms(datetime(2026, 11, 20))  # noqa: DTZ001  # it is what is refused


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("a\x00b", "ab"),
        ("half \ud83d", "half ?"),
        ("x" * 5000, "x" * LONGEST_REASON),
        ("Größe 🚀", "Größe 🚀"),
    ],
)
def test_a_reason_is_made_fit_for_every_database(reason: str, kept: str) -> None:
    assert storable(observation(0, ComponentStatus.MAJOR_OUTAGE, reason), LINE).reason == kept


@pytest.mark.parametrize(("seconds", "kept"), [(-5, 0), (0.0004, 0), (1e9, LARGEST), (1.2345, 1234)])
def test_a_latency_fits_its_column(seconds: float, kept: int) -> None:
    found = storable(observation(0, ComponentStatus.OPERATIONAL, latency=seconds), LINE).latency
    assert found == timedelta(milliseconds=kept)


def test_every_status_has_a_number_of_its_own() -> None:
    assert sorted(STATUS_NUMBERS.values()) == list(range(len(ComponentStatus)))
    assert [STATUS_NUMBERS[status] for status in MEASURED] == [0, 1, 2, 3], (
        "the columns of roll-ups rely on it"
    )
