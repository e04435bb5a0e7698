from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.status_world import with_states

from helpers.cases import Case, golden
from helpers.status_world import moment
from waypost.base.cache import PageCache
from waypost.formats.status import ComponentStatus, Impact, Incident, Update, UpdateStatus
from waypost.status.rules import similar
from waypost.status.rules.similar import CANDIDATES, LIMIT, similar_incidents

BEGIN = moment("00:00")


def incident(number: int, case: Case) -> Incident:
    at = BEGIN + timedelta(hours=number)
    texts = case.get("says", ["It is so."])
    updates = tuple(
        Update(f"u{place}", UpdateStatus.INVESTIGATING, at + timedelta(minutes=place), text)
        for place, text in enumerate(texts)
    )
    hit = dict.fromkeys(case["components"], ComponentStatus.PARTIAL_OUTAGE)
    return Incident(
        case["id"],
        case["title"],
        Impact.MINOR,
        hit,
        at,
        with_states(updates, hit),
        continued_as=case.get("continued_as"),
    )


def alike(incidents: list[Incident], of: str) -> list[str]:
    return [item.id for item in similar_incidents(incidents)[of]]


@golden("similar/*.yml")
def test_incidents_like_one(case: Case) -> None:
    incidents = [incident(number, item) for number, item in enumerate(case["incidents"])]
    assert alike(incidents, case["of"]) == case["alike"]
    assert alike(incidents[::-1], case["of"]) == case["alike"], "the order in which they come plays no part"


def test_only_the_latest_of_a_long_history_are_looked_at() -> None:
    first = {"id": "first", "title": "Thumbnails vanish suddenly", "components": ["web"]}
    others = [
        {"id": f"other-{number}", "title": f"Something {number}", "components": ["web"]}
        for number in range(CANDIDATES)
    ]
    last = {**first, "id": "last"}
    found = [incident(number, case) for number, case in enumerate([first, *others[1:], last])]
    assert alike(found, "last") == ["first"]
    found = [incident(number, case) for number, case in enumerate([first, *others, last])]
    assert alike(found, "last") == []


CASES = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from(["Downloads stop", "Downloads stop early", "Search fails", "שלום", ""]),
            "components": st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True),
        }
    ),
    max_size=12,
)


@given(CASES)
def test_relatives_are_earlier_share_a_component_and_are_few(cases: list[Case]) -> None:
    incidents = [incident(number, {**case, "id": str(number)}) for number, case in enumerate(cases)]
    found = similar_incidents(incidents)
    assert set(found) == {item.id for item in incidents}
    by_id = {item.id: item for item in incidents}
    for name, others in found.items():
        assert len(others) <= LIMIT
        assert all(other.started < by_id[name].started for other in others)
        assert all(set(other.components) & set(by_id[name].components) for other in others)
        assert len({other.id for other in others}) == len(others)


def test_with_a_memory_a_new_incident_is_the_only_one_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"title": "Downloads stop half way", "components": ["downloads"]}
    incidents = [incident(number, {**texts, "id": f"i{number}"}) for number in range(6)]
    compared: list[str] = []
    best = similar._best

    def spy(published: similar._Told, earlier: Sequence[similar._Told]) -> tuple[Incident, ...]:
        compared.append(published.incident.id)
        return best(published, earlier)

    monkeypatch.setattr(similar, "_best", spy)
    memory = PageCache()
    for count, wanted in ((5, ["i0", "i1", "i2", "i3", "i4"]), (5, []), (6, ["i5"])):
        compared.clear()
        memory.begin()
        found = similar_incidents(incidents[:count], memory)
        memory.end()
        assert compared == wanted
        assert found == similar_incidents(incidents[:count])
    changed = [*incidents[:4], dataclasses.replace(incidents[4], title="Mails are late"), incidents[5]]
    memory.begin()
    assert similar_incidents(changed, memory) == similar_incidents(changed)
