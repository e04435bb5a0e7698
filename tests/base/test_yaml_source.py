from __future__ import annotations

from typing import Any

import pytest

from waypost.base.cut_text import CutText
from waypost.base.files import yaml_source
from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import MAX_DEPTH, YamlDocument, parse_yaml


def parse(text: str, first_line: int = 1) -> YamlDocument:
    document, problems = parse_yaml(Source("a.yml", text), text, first_line)
    assert problems == []
    assert document is not None
    return document


@pytest.mark.parametrize("loader", ["_Loader", "_FAST_LOADER"])
def test_a_text_before_a_comment_is_marked(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loader == "_Loader":
        monkeypatch.setattr(yaml_source, "_FAST_LOADER", None)
    text = "a: One # two\nb: 'One' # two\nc: C# or #c\nd:\n- x  # y\n- z\n# w\n"
    text += "e: {f: 1 # 2\n}\ng: over\n  two # lines\n"
    document, _ = parse_yaml(Source("a.yml", text), mark_cuts=True)
    assert document is not None
    values = [document.data[key] for key in "abcg"] + document.data["d"] + [document.data["e"]["f"]]
    assert values == ["One", "One", "C# or", "over two", "x", "z", 1]
    assert [isinstance(value, CutText) for value in values] == [True, False, True, True, True, False, False]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),  # Norway
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),  # YAML 1.2 knows lower case only
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("10:30", "10:30"),  # YAML 1.1 reads the number 630
        ("010", 10),  # YAML 1.1 reads 8
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("-12", -12),
        ("1.5", 1.5),
        ("1.5e3", 1500.0),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1" * 18, 111_111_111_111_111_111),
        ("1" * 19, "1" * 19),
        ("2026-11-20", "2026-11-20"),
        ("2026-11-20T10:02:00+01:00", "2026-11-20T10:02:00+01:00"),
        ("'12'", "12"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("=", "="),
    ],
)
def test_scalars_are_read_as_people_mean_them(text: str, value: Any) -> None:
    found = parse(f"key: {text}").data["key"]
    assert (found, type(found)) == (value, type(value))


def test_every_value_and_key_has_its_place() -> None:
    document = parse("a: 1\nb:\n  - x\n  - c: {d: 2}\n", first_line=5)
    assert document.data == {"a": 1, "b": ["x", {"c": {"d": 2}}]}
    at_value = document.problem_at(("b", 1, "c", "d"), "bad-value", "m")
    at_key = document.problem_at(("b", 1, "c", "d"), "bad-value", "m", at_key=True)
    fallback = document.problem_at(("b", 1, "gone", "deeper"), "bad-value", "m", at_key=True)
    places = [(p.location.line, p.location.column) for p in (at_value, at_key, fallback)]
    assert places == [(8, 12), (8, 9), (8, 5)]


def test_an_anchor_may_be_used_again() -> None:
    assert parse("a: &x [1]\nb: *x\n").data == {"a": [1], "b": [1]}


def test_an_empty_document_is_nothing() -> None:
    assert parse("# only a comment\n").data is None


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: &a [*a]", "too-complex", 1),
        ("b: 1\na: &a {x: *a, y: *a}", "too-complex", 2),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "too-complex", 1),
        ("a: " + "{x: " * 900 + "}" * 900, "too-complex", 1),
        ("a: 1\nb: 2\na: 3", "duplicate-key", 3),
        ("a: {b: 1, 'b': 2}", "duplicate-key", 1),
        ("1: a\n'1': b", "duplicate-key", 2),  # both are the text 1
        ("? [a]\n: b", "wrong-type", 1),
        ("a: !!binary aGk=", "wrong-type", 1),
        ("a: !!timestamp 2026-11-20", "wrong-type", 1),
        ("a: !mine x", "wrong-type", 1),
        ("a: *gone", "yaml-syntax", 1),
        ("a: 1\n--- \nb: 2", "yaml-syntax", 2),
        ("a: 'x", "yaml-syntax", 1),
        ("%YAML 9\n---\na: 1", "yaml-syntax", 1),
        ("a: \x80", "yaml-syntax", 1),
        ("@a: 1", "yaml-syntax", 1),
    ],
    ids=lambda value: str(value)[:24].replace("\n", " "),
)
def test_what_cannot_be_meant_is_refused(text: str, code: str, line: int) -> None:
    document, problems = parse_yaml(Source("a.yml", text))
    assert document is None
    assert [(problem.code, problem.location.line or 1) for problem in problems] == [(code, line)]


def test_more_values_than_anybody_writes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert yaml_source.MAX_NODES == 100_000
    monkeypatch.setattr(yaml_source, "MAX_NODES", 50)
    assert parse_yaml(Source("a.yml", "- x\n" * 49))[1] == []
    _, problems = parse_yaml(Source("a.yml", "- x\n" * 500))
    assert [(problem.code, problem.location.line) for problem in problems] == [("too-complex", 50)]


def test_all_duplicate_keys_are_named_at_once() -> None:
    _, problems = parse_yaml(Source("a.yml", "a: 1\na: 2\nb: {c: 1, c: 2}\n"))
    assert [problem.location.line for problem in problems] == [2, 3]
