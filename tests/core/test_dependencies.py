from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.status_world import component
from waypost.core.dependencies import Dependencies, circle
from waypost.model.status_config import Component
import itertools

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


def test_the_shortest_way_counts() -> None:
    needs = {"a": ["b", "c"], "b": ["c"], "c": []}
    assert Dependencies(made(needs)).above("a") == {"b": 1, "c": 1}


def test_clusters_put_those_first_that_others_need() -> None:
    clusters = Dependencies(made({"zips": NEEDS["zips"], **NEEDS})).clusters
    assert [[each.id for each in cluster] for cluster in clusters] == [
        ["sign-in", "storage", "downloads", "zips"],
        ["prints"],
    ]


def test_what_is_not_on_the_page_is_needed_by_nobody() -> None:
    assert Dependencies(made({"a": ["gone"]})).above("a") == {}


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (NEEDS, ()),
        ({"a": ["a"]}, ("a", "a")),
        ({"a": ["b"], "b": ["a"]}, ("a", "b", "a")),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, ("b", "c", "b")),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, ()),
        ({"a": ["gone"]}, ()),
        ({"a": ["b", "c"], "b": [], "c": ["d"], "d": ["a"]}, ("a", "c", "d", "a")),
    ],
)
def test_the_first_circle_is_found(needs: Mapping[str, Sequence[str]], expected: tuple[str, ...]) -> None:
    assert circle(made(needs)) == expected


def test_a_long_chain_is_no_trouble() -> None:
    chain = {f"c{number}": [f"c{number + 1}"] for number in range(3000)} | {"c3000": []}
    assert circle(made(chain)) == ()
    assert circle(made(chain | {"c3000": ["c2999"]})) == ("c2999", "c3000", "c2999")


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14))
def test_a_circle_is_found_wherever_something_needs_itself(edges: list[tuple[int, int]]) -> None:
    needs = {f"c{number}": [f"c{to}" for start, to in edges if start == number] for number in range(8)}
    needed = {name: set(targets) for name, targets in needs.items()}
    for _ in needed:
        needed = {
            name: targets.union(*(needed[each] for each in targets)) for name, targets in needed.items()
        }
    found = circle(made(needs))
    assert bool(found) == any(name in targets for name, targets in needed.items())
    assert all(to in needs[name] for name, to in itertools.pairwise(found))
    assert not found or found[0] == found[-1]


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.randoms(use_true_random=False)
)
def test_clusters_hold_every_component_once_after_what_it_needs(
    edges: list[tuple[int, int]], chance: random.Random
) -> None:
    needs = {f"c{number}": [f"c{to}" for f, to in edges if f == number and to < f] for number in range(8)}
    names = chance.sample(list(needs), len(needs))
    dependencies = Dependencies(made({name: needs[name] for name in names}))
    order = [each.id for cluster in dependencies.clusters for each in cluster]
    assert sorted(order) == sorted(needs)
    for cluster in dependencies.clusters:
        members = [each.id for each in cluster]
        for place, name in enumerate(members):
            assert dependencies.above(name).keys() <= set(members[:place])
