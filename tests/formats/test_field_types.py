from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from helpers.cases import Case, golden
from waypost.formats import field_types, status, support
from waypost.problems import CODES


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(
        next(getattr(home, name) for home in (field_types, support, status) if hasattr(home, name))
    )


@golden("types/values.yml")
def test_each_type_reads_one_form_and_refuses_the_rest(case: Case) -> None:
    if "reads" in case:
        assert str(adapter(case["type"]).validate_python(case["value"])) == case["reads"]
        return
    with pytest.raises(ValidationError) as refusal:
        adapter(case["type"]).validate_python(case["value"])
    (error,) = refusal.value.errors()
    assert error["type"] == case["refused"]
    if error["type"] in CODES:
        assert error["msg"].endswith((".", "?"))


@pytest.mark.parametrize(("name", "limit"), [("Line", 160), ("Slug", 64)])
def test_texts_have_a_limit(name: str, limit: int) -> None:
    assert adapter(name).validate_python("a" * limit) == "a" * limit
    with pytest.raises(ValidationError, match="at most"):
        adapter(name).validate_python("a" * (limit + 1))


@given(st.text(max_size=60))
def test_whatever_is_written_a_line_is_clean_or_refused(text: str) -> None:
    try:
        line = adapter("Line").validate_python(text)
    except ValidationError:
        return
    assert line == line.strip() != ""
    assert adapter("Line").validate_python(line) == line
    assert not any(mark in line for mark in ("\n", "\t", "\x00", "\u202e", "{{", "{%"))


@given(
    st.text(max_size=30),
    st.sampled_from(["Duration", "Moment", "Day", "WebUrl", "TimeZone", "AnswerHours"]),
)
def test_whatever_is_written_the_answer_is_a_value_or_a_refusal(text: str, name: str) -> None:
    found: set[str] = set()
    try:
        adapter(name).validate_python(text)
    except ValidationError as refusal:
        found = {error["type"] for error in refusal.errors()}
    assert found <= {*CODES, "string_unicode", "string_too_long"}


@given(st.integers(1, 366 * 24 * 60))
def test_durations_are_read_exactly(minutes: int) -> None:
    assert adapter("Duration").validate_python(f"{minutes}m") == timedelta(minutes=minutes)
