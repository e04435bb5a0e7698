from __future__ import annotations

import json
import time
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.base.net.failures import DeadlineExceeded
from waypost.base.net.json_paths import MAX_DEPTH, explain_path
from waypost.base.net.network import deadline
from waypost.formats.expectations import Expect
from waypost.monitor.probes.comparison import judge_json

WRONG = "{} in the body is not what is expected"
MANY = "the body holds more than 100000 values"


def judged(path: str, wanted: Any, body: bytes) -> str:
    with deadline(timedelta(seconds=30)):
        return judge_json(Expect(body_json={path: wanted}).body_json, body)


@pytest.mark.parametrize(
    ("path", "wanted", "body", "good"),
    [
        ("$.ok", True, '{"ok": true}', True),
        ("$.ok", True, '{"ok": 1}', False),
        ("$.ok", 1, '{"ok": true}', False),
        ("$.ok", True, '{"ok": "true"}', False),
        ("$.ok", True, "{}", False),
        ("$.n", 1, '{"n": 1.0}', True),
        ("$.n", None, "{}", False),
        ("$.n", None, '{"n": null}', True),
        ("$.services[0].ok", True, '{"services": [{"ok": true}]}', True),
        ("$.services[-1].ok", True, '{"services": [{"ok": false}, {"ok": true}]}', True),
        ("$.services[9]", 1, '{"services": [1]}', False),
        ("$['a-b'].c", "x", '{"a-b": {"c": "x"}}', True),
        ("$", [1, 2], "[1, 2]", True),
        ("$", [1, True], "[1, 1]", False),
        ("$.a", {"equals": {"b": 1}}, '{"a": {"b": 1}}', True),
        ("$.a", {"equals": {"b": 1}}, '{"a": {"b": true}}', False),
        # Several values: each must be as expected, and one is needed at all.
        ("$.services[*].ok", True, '{"services": [{"ok": true}, {"ok": true}]}', True),
        ("$.services[*].ok", True, '{"services": [{"ok": true}, {"ok": false}]}', False),
        ("$.services[*].ok", True, '{"services": []}', False),
        ("$..ok", True, '{"a": [{"ok": true}], "ok": true}', True),
        ("$.services[?@.name == 'db'].lag", {"lt": 5}, '{"services": [{"name": "db", "lag": 4}]}', True),
        ("$.services[?@.name == 'db'].lag", {"lt": 5}, '{"services": [{"name": "db", "lag": 5}]}', False),
        ("$.services[?@.down]", {"exists": False}, '{"services": [{"up": 1}]}', True),
        ("$.services[?@.down]", {"exists": False}, '{"services": [{"down": 1}]}', False),
        ("$[?length(@.a) > 1].b", 1, '[{"a": "xx", "b": 1}, {"a": "x", "b": 2}]', True),
        # Every comparison.
        ("$.n", {"not": 0}, '{"n": 1}', True),
        ("$.n", {"not": 0}, '{"n": 0}', False),
        ("$.n", {"not": 0}, "{}", False),
        ("$.n", {"not": None}, '{"n": null}', False),
        ("$.n", {"gt": 1, "le": 2}, '{"n": 2}', True),
        ("$.n", {"gt": 1, "le": 2}, '{"n": 1}', False),
        ("$.n", {"gt": 1, "le": 2}, '{"n": 2.5}', False),
        ("$.n", {"ge": 1}, '{"n": 1}', True),
        ("$.n", {"ge": 1}, '{"n": 0.9}', False),
        ("$.n", {"lt": 1}, '{"n": 1}', False),
        ("$.n", {"lt": 1}, '{"n": "0"}', False),
        ("$.n", {"lt": 1}, '{"n": false}', False),
        ("$.n", {"lt": 1}, '{"n": null}', False),
        ("$.n", {"gt": 1}, '{"n": NaN}', False),
        ("$.n", {"gt": 1}, '{"n": Infinity}', False),
        ("$.n", {"gt": 1}, '{"n": 1e999}', False),
        ("$.v", {"matches": r"^2\."}, '{"v": "2.1"}', True),
        ("$.v", {"matches": r"^2\."}, '{"v": "12.1"}', False),
        ("$.v", {"matches": r"\d"}, '{"v": 2}', False),
        ("$.v", {"contains": "b"}, '{"v": "abc"}', True),
        ("$.v", {"contains": "b"}, '{"v": ["b"]}', True),
        ("$.v", {"contains": 1}, '{"v": [true]}', False),
        ("$.v", {"contains": "b"}, '{"v": {"b": 0}}', True),
        ("$.v", {"contains": "b"}, '{"v": 1}', False),
        ("$.v", {"contains": 1}, '{"v": "1"}', False),
        ("$.v", {"exists": True}, '{"v": null}', True),
        ("$.v", {"exists": True}, "{}", False),
        ("$.v", {"exists": False}, '{"v": null}', False),
        ("$.v", {"length": 2}, '{"v": [1, 2]}', True),
        ("$.v", {"length": {"ge": 1, "lt": 3}}, '{"v": "ab"}', True),
        ("$.v", {"length": {"ge": 1, "lt": 3}}, '{"v": {"a": 1, "b": 2, "c": 3}}', False),
        ("$.v", {"length": 1}, '{"v": 1}', False),
        ("$.v", {"equals": "a", "length": 2}, '{"v": "a"}', False),
    ],
)
def test_values_are_compared_as_written(path: str, wanted: Any, body: str, good: bool) -> None:
    assert judged(path, wanted, body.encode()) == ("" if good else WRONG.format(path))


@pytest.mark.parametrize("digits", [1, 300, 400, 3999, 4001, 10_000, 100_000])
def test_integers_of_any_size_are_read_and_compared(digits: int) -> None:
    body = b'{"n": ' + b"9" * digits + b"}"
    assert judged("$.n", {"gt": 8}, body) == ""
    assert judged("$.n", {"lt": 9}, body) == WRONG.format("$.n")
    assert judged("$.n", "9" * digits, body) == WRONG.format("$.n"), "a number is no text"


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xfe", b"[[["])
def test_a_body_that_is_no_sound_json_is_a_failure(body: bytes) -> None:
    assert judged("$.n", 1, body) == "the body is not JSON"


def test_a_body_that_nests_too_deeply_is_a_failure() -> None:
    for body in (b"[" * 50_000, b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2)):
        assert judged("$.n", 1, body) == "the body nests too deeply"
    assert judged("$", {"length": 1}, b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)) == ""


def test_a_body_of_too_many_values_is_not_read() -> None:
    assert judged("$", {"exists": True}, b"[" + b"{}," * 100_000 + b"{}]") == MANY
    assert judged("$[0]", 1, b"[" + b"1," * 99_000 + b"1]") == ""


def test_the_worst_body_that_is_read_does_not_fill_the_memory() -> None:
    body = b"[" + b",".join([b'{"a":[]}'] * 33_000) + b"]"
    judged("$[0]", 1, body)
    tracemalloc.start()
    judged("$..a", {"exists": True}, body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 1024 * 1024


@pytest.mark.parametrize(
    "path",
    ["$..*..*[?@..x]", "$..*..*..*", "$[?@ == 'x' || $..[?@.y]]", "$..[?count($..*) > 99999999]"],
)
def test_a_path_that_would_take_for_ever_ends_with_the_deadline(path: str) -> None:
    nested: Any = {"x": 1}
    for _ in range(25):
        nested = {"a": [nested, {"b": 1}], "c": list(range(600))}
    body = json.dumps([nested, *range(50_000)]).encode()
    assert body.count(b",") < 99_000
    started = time.monotonic()
    with deadline(timedelta(seconds=0.5)), pytest.raises(DeadlineExceeded):
        judge_json(Expect(body_json={path: 1}).body_json, body)
    assert time.monotonic() - started < 0.5 + 2


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b",".join([b"[" + b",".join([b"1"] * 300) + b"]"] * 300) + b"]",
        b"{"
        + b",".join(b'"%d":{%s}' % (n, b",".join(b'"%d":1' % m for m in range(300))) for n in range(300))
        + b"}",
    ],
    ids=["lists", "mappings"],
)
def test_lists_and_mappings_are_both_left_when_the_time_is_over(body: bytes) -> None:
    started = time.monotonic()
    with deadline(timedelta(seconds=0.3)), pytest.raises(DeadlineExceeded):
        judge_json(Expect(body_json={"$..[?count($..*) > 99999999]": 1}).body_json, body)
    assert time.monotonic() - started < 0.3 + 2


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("$.ok", ""),
        ("$..[?@.a > 1 && count(@.b) == 2]", ""),
        ("$.services.0.ok", "Write it as $.services[0].ok"),
        ("services.0.ok", "Write it as $.services[0].ok"),
        ("ok", "Write it as $.ok"),
        ("$.a.0", "Write it as $.a[0]"),
    ],
)
def test_what_is_no_path_is_explained_with_the_one_that_was_meant(path: str, why: str) -> None:
    assert explain_path(path) == why


@pytest.mark.parametrize(
    "path", ["$.a-b", "$[", "", "$.a[?search(@, 'x')]", "$.a[?match(@.b, @.c)]", "[" * 900]
)
def test_any_other_text_is_explained_with_an_example(path: str) -> None:
    assert explain_path(path).startswith("Write it as in $.services[0].ok or $['a-b']: ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_every_value_is_the_same_as_itself_and_survives_being_watched(value: Any) -> None:
    assert judged("$", {"equals": value}, json.dumps(value).encode()) == ""
