from __future__ import annotations

from typing import Any

import pytest

from waypost.base.files.text_files import Source
from waypost.base.files.validation import expand_and_validate, expand_environment, validate
from waypost.base.files.yaml_source import YamlDocument, parse_yaml
from waypost.formats.article import ArticleFrontMatter
from waypost.formats.status_config import ComponentGroup, StatusConfig
from waypost.formats.support import SupportConfig
from waypost.problems import Problem

PAGE = 'page: {name: Status, url: "https://status.example.org"}\n'


def document(text: str) -> YamlDocument:
    found, problems = parse_yaml(Source("a.yml", text))
    assert found is not None, problems
    return found


def complaints(text: str, model: type[Any] = StatusConfig) -> list[str]:
    found, problems = validate(document(text), model)
    assert found is None
    return [f"{p.location.line}:{p.location.column} {p.code} {p.message}" for p in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${HOST}", "example.org"),
        ("https://${HOST}:${PORT}/", "https://example.org:8000/"),
        ("${GONE:-fallback}", "fallback"),
        ("${GONE:-}", ""),
        ("${HOST:-fallback}", "example.org"),
        ("${EMPTY:-fallback}", ""),  # set to nothing is set
        ("$HOST", "$HOST"),
        ("${host}", "${host}"),  # only capitals are variables
        ("${NESTED}", "${HOST}"),  # what a variable holds is not expanded again
        ("100 %", "100 %"),
    ],
)
def test_the_environment_fills_in_text(text: str, value: str) -> None:
    environment = {"HOST": "example.org", "PORT": "8000", "EMPTY": "", "NESTED": "${HOST}"}
    found = document(f"a: ['{text}', 5]\nb: {{c: '{text}'}}")
    assert expand_environment(found, environment) == []
    assert found.data == {"a": [value, 5], "b": {"c": value}}


def test_every_unset_variable_is_named_with_its_place() -> None:
    found = document("a: ${ONE}/${TWO}\nb: [x, '${ONE}']\n${KEY}: x")
    problems = expand_environment(found, {})
    assert [(p.location.line, p.location.column, p.code) for p in problems] == [
        (1, 4, "environment"),
        (1, 4, "environment"),
        (2, 8, "environment"),
    ]
    assert "ONE" in problems[0].message
    assert "TWO" in problems[1].message
    assert "${KEY}" in found.data  # keys are not expanded


def test_a_value_whose_variable_is_not_set_is_complained_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYPOST_TEST_UNSET", raising=False)
    text = 'page: {name: "", url: "${WAYPOST_TEST_UNSET}"}\ncomponents: [{id: a, name: A}]\n'
    _, problems = expand_and_validate(document(text), StatusConfig)
    assert [problem.code for problem in problems] == ["bad-value", "environment"][::-1]


def test_a_number_may_come_from_the_environment() -> None:
    found = document(PAGE + 'policy: {down_after: "${N:-5}"}\ncomponents: [{id: a, name: A}]')
    expand_environment(found, {})
    config, _ = validate(found, StatusConfig)
    assert config is not None
    assert config.policy.down_after == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A key near a known one is suggested, whatever encloses it.
        ("compnents: []", "compnents' Did you mean 'components'?"),
        ("components: [{id: a, name: A, descripton: x}]", "descripton' Did you mean 'description'?"),
        (
            "components: [{group: G, components: [{id: a, name: A, chekcs: []}]}]",
            "chekcs' Did you mean 'checks'?",
        ),
        ("components: [{group: G, componnets: []}]", "componnets' Did you mean 'components'?"),
        (
            'components: [{id: a, name: A, checks: [{http: "https://a.example/", expect: {bdy_json: {}}}]}]',
            "bdy_json' Did you mean 'body_json'?",
        ),
        # Nothing near: all keys are named.
        (
            "policy: {zzz: 1}",
            "zzz' Known keys: flapping, weights, down_after, up_after, retry_every, correlate, slo, "
            "least_coverage.",
        ),
    ],
)
def test_an_unknown_key_gets_a_suggestion(text: str, expected: str) -> None:
    found = [line for line in complaints(PAGE + text) if "unknown-key" in line]
    assert len(found) == 1
    assert found[0].endswith("Unknown key '" + expected.replace("' ", "'. ", 1))


def test_problems_inside_a_group_stand_where_the_mistake_is() -> None:
    text = (
        PAGE
        + """components:
  - group: Service
    components:
      - id: web
        checks:
          - http: nowhere
            timeout: soon
  - group: [a, list]
    components: []
"""
    )
    assert [line.rsplit(" ", 1)[0].split(" ")[:2] for line in complaints(text)] == [
        ["5:9", "missing-key"],
        ["7:19", "bad-value"],
        ["8:22", "bad-value"],
        ["9:12", "wrong-type"],
        ["10:17", "bad-value"],
    ]


def test_all_problems_are_reported_at_once_and_none_twice() -> None:
    text = (
        PAGE + "policy: {down_after: 0, up_after: x}\ncomponents: [{id: A b, name: 5}, {id: b}]\nextra: 1\n"
    )
    codes = [line.split(" ")[1] for line in complaints(text)]
    assert sorted(codes) == [
        "bad-value",
        "bad-value",
        "missing-key",
        "unknown-key",
        "wrong-type",
        "wrong-type",
    ]
    assert len(set(complaints(text))) == len(codes)


def test_an_optional_section_knows_its_keys() -> None:
    found = complaints("title: T\nticket: {category: a, priorty: low}", ArticleFrontMatter)
    assert found == ["2:23 unknown-key Unknown key 'priorty'. Did you mean 'priority'?"]


def test_hostile_shapes_give_problems_and_no_exception() -> None:
    shapes = ["5", "[]", "{a: {}}", "[[]]", "null", "true", "''", "{group: {group: {}}}", "[{group: }]"]
    for shape in shapes:
        for text in (f"page: {shape}\ncomponents: {shape}", f"{PAGE}components: [{shape}]", shape):
            assert complaints(text), text
            assert complaints(text, SupportConfig), text


def test_a_good_file_becomes_a_model() -> None:
    text = PAGE + "components: [{group: G, components: [{id: a, name: '  A   b '}]}, {id: c, name: C}]"
    config, problems = validate(document(text), StatusConfig)
    assert problems == list[Problem]()
    assert config is not None
    assert isinstance(config.components[0], ComponentGroup)
    assert [(component.id, component.name) for component in config.flat] == [("a", "A b"), ("c", "C")]
    assert config.page.url == "https://status.example.org/"
