"""JSON paths (RFC 9535) into bodies from strangers, with an end in sight: their size, depth and time are capped."""

from __future__ import annotations

import json
import re
from collections.abc import ItemsView, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jsonpath_rfc9535 import JSONPathEnvironment
from jsonpath_rfc9535.exceptions import JSONPathError

from waypost.base.net.failures import Unanswered
from waypost.base.net.network import remaining

MAX_VALUES = 100_000
"""Values in a body that is read as JSON; each takes memory many times its size as text."""

MAX_DEPTH = 64
"""Lists and mappings within each other."""

MAX_DIGITS = 4000
"""Digits of an integer that is read as such; what has more is read as a decimal, which is as exact."""

_EVERY = 256
_OLD_STEP = re.compile(r"\.(\d+)(?=\.|$)")


class _Environment(JSONPathEnvironment):
    """Paths without match() and search(): their patterns would run without an end."""

    max_recursion_depth = MAX_DEPTH + 2

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        del self.function_extensions["match"], self.function_extensions["search"]


_ENVIRONMENT = _Environment()


@lru_cache(maxsize=2000)
def _compiled(path: str) -> Any:
    return _ENVIRONMENT.compile(path)


def explain_path(path: str) -> str:
    """Return why a text is no JSON path and how to write it, or an empty string."""
    fault = _fault_of(path)
    stepped = _OLD_STEP.sub(r"[\1]", path)
    for better in (stepped, f"$.{path}", f"$.{stepped}") if fault else ():
        if better != path and not _fault_of(better):
            return f"Write it as {better}"
    return f"Write it as in $.services[0].ok or $['a-b']: {fault}" if fault else ""


def _fault_of(path: str) -> str:
    try:
        _compiled(path)
    except (JSONPathError, RecursionError) as error:
        return str(error.args[0]) if error.args else "it cannot be read"
    return ""


def _integer(digits: str) -> int | Decimal:
    """Read an integer of any size; Python makes no int of very many digits, because that takes long."""
    return int(digits) if len(digits) <= MAX_DIGITS else Decimal(digits)


class _List(list[Any]):
    """A list that is only walked through while there is time."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        for number, item in enumerate(super().__iter__()):
            if number % _EVERY == 0:
                remaining()
            yield item


class _Items(ItemsView[Any, Any]):
    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for number, key in enumerate(dict.__iter__(self._mapping)):  # type: ignore[attr-defined]  # it is a dict
            if number % _EVERY == 0:
                remaining()
            yield key, self._mapping[key]  # type: ignore[attr-defined]  # the same


class _Dict(dict[Any, Any]):
    """A mapping that is only walked through while there is time."""

    __slots__ = ()

    def items(self) -> Any:
        return _Items(self)


def read_json(body: bytes, text: str | None = None) -> Any:
    """Parse a body of bounded cost; raise Unanswered with the words for what is wrong with it.

    `text` is the body in the charset that it names; without it, JSON says itself which of UTF it is.
    """
    if sum(map(body.count, (b",", b"{", b"["))) > MAX_VALUES:
        raise Unanswered(f"holds more than {MAX_VALUES} values")
    try:
        return json.loads(body if text is None else text.removeprefix("\ufeff"), parse_int=_integer)
    except RecursionError:
        raise Unanswered("nests too deeply") from None
    except ValueError as error:
        raise Unanswered("is not JSON") from error


def read_watched_json(body: bytes, text: str | None = None) -> Any:
    """Parse a body into lists and mappings that are only walked through while there is time; as `read_json` raises."""
    return _watched(read_json(body, text), 0)


def values_at(path: str, data: Any) -> list[Any]:
    """Return the values that a path leads to in a body as `read_watched_json` gives it.

    Raises Unanswered where the path cannot be followed to an end.
    """
    try:
        return [node.value for node in _compiled(path).finditer(data)]
    except (JSONPathError, RecursionError):
        raise Unanswered("nests too deeply") from None


def _watched(data: Any, depth: int) -> Any:
    """Copy parsed JSON into lists and mappings that know the deadline; too deep a body is refused."""
    if depth > MAX_DEPTH:
        raise Unanswered("nests too deeply")
    if isinstance(data, list):
        return _List([_watched(item, depth + 1) for item in data])
    if isinstance(data, dict):
        return _Dict({key: _watched(item, depth + 1) for key, item in data.items()})
    return data
