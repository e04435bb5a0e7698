from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from helpers.status_world import component
from waypost.formats.status_config import Component
from waypost.status.rules.explanations import Dependencies

NEEDS: Mapping[str, Sequence[str]] = {
    "sign-in": [],
    "downloads": ["sign-in"],
    "zips": ["downloads", "storage"],
    "storage": [],
    "prints": [],
}


def made(needs: Mapping[str, Sequence[str]]) -> list[Component]:
    return [component(name, 1, needed) for name, needed in needs.items()]


def test_what_is_needed_is_named_with_its_distance_the_nearest_first() -> None:
    found = Dependencies(made(NEEDS)).above("zips")
    assert list(found.items()) == [("downloads", 1), ("storage", 1), ("sign-in", 2)]
    assert dict(Dependencies(made(NEEDS)).above("sign-in")) == {}


def test_what_needs_a_component_is_what_has_it_above() -> None:
    dependencies = Dependencies(made(NEEDS))
    assert list(dependencies.below("sign-in").items()) == [("downloads", 1), ("zips", 2)]
    assert {(name, needed) for name in NEEDS for needed in dependencies.above(name)} == {
        (name, needed) for needed in NEEDS for name in dependencies.below(needed)
    }


def test_a_scope_joins_what_needs_nothing() -> None:
    clusters = Dependencies(made(NEEDS)).clusters({"prints": 1, "storage": 1})
    assert [{each.id for each in cluster} for cluster in clusters] == [set(NEEDS)]


def test_the_shortest_way_counts() -> None:
    needs = {"a": ["b", "c"], "b": ["c"], "c": []}
    assert Dependencies(made(needs)).above("a") == {"b": 1, "c": 1}


def test_clusters_put_those_first_that_others_need() -> None:
    clusters = Dependencies(made({"zips": NEEDS["zips"], **NEEDS})).clusters({})
    assert [[each.id for each in cluster] for cluster in clusters] == [
        ["sign-in", "storage", "downloads", "zips"],
        ["prints"],
    ]


def test_what_is_not_on_the_page_is_needed_by_nobody() -> None:
    assert Dependencies(made({"a": ["gone"]})).above("a") == {}


def test_a_long_chain_is_no_trouble() -> None:
    chain = {f"c{number}": [f"c{number + 1}"] for number in range(300)} | {"c300": []}
    dependencies = Dependencies(made(chain))
    assert dependencies.above("c0") == {f"c{number}": number for number in range(1, 301)}
    assert [each.id for each in dependencies.clusters({})[0]] == [f"c{300 - number}" for number in range(301)]


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.randoms(use_true_random=False)
)
def test_clusters_hold_every_component_once_after_what_it_needs(
    edges: list[tuple[int, int]], chance: random.Random
) -> None:
    needs = {f"c{number}": [f"c{to}" for f, to in edges if f == number and to < f] for number in range(8)}
    names = chance.sample(list(needs), len(needs))
    dependencies = Dependencies(made({name: needs[name] for name in names}))
    clusters = dependencies.clusters({})
    order = [each.id for cluster in clusters for each in cluster]
    assert sorted(order) == sorted(needs)
    for cluster in clusters:
        members = [each.id for each in cluster]
        for place, name in enumerate(members):
            assert dependencies.above(name).keys() <= set(members[:place])
