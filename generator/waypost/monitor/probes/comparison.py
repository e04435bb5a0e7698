"""Compare values of answers with what is expected of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from waypost.base.net.failures import Unanswered
from waypost.base.net.json_paths import read_watched_json, values_at
from waypost.base.patterns import is_found
from waypost.formats.expectations import ABSENT, Bounds, Comparison

_LIMITS: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
    ("gt", lambda value, limit: value > limit),
    ("ge", lambda value, limit: value >= limit),
    ("lt", lambda value, limit: value < limit),
    ("le", lambda value, limit: value <= limit),
    ("equals", lambda value, limit: value == limit),
)


def as_text(body: bytes) -> str:
    """Read bytes as text; what is not UTF-8 is marked and does not matter."""
    return body.decode("utf-8", "replace")


def holds(wanted: Comparison, found: Any) -> bool:
    """Return whether a value is as expected; ABSENT is one that is not there."""
    if found is ABSENT:
        return wanted.exists is False
    if wanted.exists is False:
        return False
    return all(test(wanted, found) for test in (_equal, _within_limits, _about_its_parts))


def _equal(wanted: Comparison, found: Any) -> bool:
    is_equal = wanted.equals is ABSENT or is_same(found, wanted.equals)
    return is_equal and (wanted.not_ is ABSENT or not is_same(found, wanted.not_))


def _within_limits(wanted: Comparison, found: Any) -> bool:
    limits = [
        (getattr(wanted, name), test) for name, test in _LIMITS[:4] if getattr(wanted, name) is not None
    ]
    if not limits:
        return True
    is_number = isinstance(found, int | float | Decimal) and not isinstance(found, bool)
    # An integer may be too large for a float, which is what would be asked whether it is finite.
    is_finite = is_number and (not isinstance(found, float) or math.isfinite(found))
    return is_finite and all(test(found, limit) for limit, test in limits)


def _about_its_parts(wanted: Comparison, found: Any) -> bool:
    if wanted.contains is not ABSENT and not _contains(found, wanted.contains):
        return False
    has_length = isinstance(found, str | list | dict)
    if wanted.length is not None and not (has_length and _in_bounds(wanted.length, len(found))):
        return False
    return wanted.matches is None or (isinstance(found, str) and is_found(wanted.matches, found))


def _contains(found: Any, part: Any) -> bool:
    if isinstance(found, str):
        return isinstance(part, str) and part in found
    if isinstance(found, list):
        return any(is_same(entry, part) for entry in found)
    return isinstance(found, dict) and isinstance(part, str) and part in found


def _in_bounds(bounds: Bounds, value: int) -> bool:
    return all(
        test(value, getattr(bounds, name)) for name, test in _LIMITS if getattr(bounds, name) is not None
    )


def is_same(found: Any, wanted: Any) -> bool:
    """Compare as JSON does: true is not 1, but 1 is 1.0."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(is_same, found, wanted))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(is_same(found[key], wanted[key]) for key in found)
    return bool(found == wanted)


def judge_header(wanted: Comparison, found: str | None) -> bool:
    """Return whether a header is as expected; its text counts as a number where it is compared with one."""
    if found is None:
        return holds(wanted, ABSENT)
    wants_number = any(isinstance(value, int | float) for value in (wanted.equals, wanted.not_))
    has_limits = any(getattr(wanted, name) is not None for name, _ in _LIMITS[:4])
    return holds(wanted, _number(found) if wants_number or has_limits else found)


def _number(text: str) -> Any:
    try:
        return float(text) if len(text) <= 40 else text
    except ValueError:
        return text


def judge_json(expected: Mapping[str, Comparison], body: bytes, text: str | None = None) -> str:
    """Return why a body is not as expected, or an empty string; `text` is the body in the charset that it names.

    A path that leads to several values is good when each of them is; one that leads nowhere is absent.
    """
    try:
        data = read_watched_json(body, text)
    except Unanswered as error:
        return f"the body {error}"
    for path, comparison in expected.items():
        if not _is_good(path, comparison, data):
            return f"{path} in the body is not what is expected"
    return ""


def _is_good(path: str, comparison: Comparison, data: Any) -> bool:
    try:
        found = values_at(path, data)
    except Unanswered:
        return False
    return all(holds(comparison, value) for value in found or [ABSENT])
