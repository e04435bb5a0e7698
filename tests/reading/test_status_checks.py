"""What is right as a whole; each mistake has its case in bad_config/."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.base.files.text_files import Source
from waypost.base.files.validation import validate
from waypost.base.files.yaml_source import parse_yaml
from waypost.formats.status_config import StatusConfig
from waypost.reading.io.status_files import check_status_config

PAGE = 'page: {name: S, url: "https://help.example.org/status/"}\n'


def complaints(text: str) -> list[str]:
    document, problems = parse_yaml(Source("status.yml", PAGE + text))
    assert document is not None
    config, found = validate(document, StatusConfig)
    assert [*problems, *found] == []
    assert config is not None
    return [problem.message for problem in check_status_config(document, config)]


def components(depends: dict[str, list[str]]) -> str:
    lines = [
        f"  - {{id: {name}, name: {name}, depends_on: [{', '.join(needed)}]}}\n"
        for name, needed in depends.items()
    ]
    return f"components:\n{''.join(lines)}"


@pytest.mark.parametrize(
    "text",
    [
        components({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}),
        components({f"c{number}": [f"c{number + 1}"] for number in range(300)} | {"c300": []}),
        "regions: {eu: E, us: U}\ncomponents: [{id: a, name: A, combine: 2, checks: "
        '[{tcp: "a:1", regions: [us, eu]}, {tcp: "b:1", policy: {retry_every: 60s}}]}]',
        "policy: {retry_every: 1s, flapping: {within: 5m, hold: 5m}}\ncomponents: [{id: a, name: A, combine: all}]",
    ],
    ids=["a diamond", "a long chain", "regions and a quorum", "policies"],
)
def test_what_is_right_is_not_complained_of(text: str) -> None:
    assert complaints(text) == []


NAMES = "abcdef"


@settings(max_examples=60)
@given(st.fixed_dictionaries({name: st.sets(st.sampled_from(NAMES), max_size=3) for name in NAMES}))
def test_there_is_a_circle_exactly_where_the_order_has_no_end(graph: dict[str, set[str]]) -> None:
    others = {name: sorted(needed - {name}) for name, needed in graph.items()}
    left = dict(others)
    while ready := [name for name, needed in left.items() if not set(needed) & set(left)]:
        for name in ready:
            del left[name]
    found = complaints(components(others))
    assert bool(found) is bool(left)
    assert all(message.startswith("The components depend on each other in a circle: ") for message in found)
    for message in found:
        way = message.split(": ")[1].split(". ")[0].split(" -> ")
        assert way[0] == way[-1]
        assert all(after in others[before] for before, after in itertools.pairwise(way))
