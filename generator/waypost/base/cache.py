"""A cache of publications: a process that stays makes only the parts whose inputs have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


class PageCache:
    """Things by name, each with the inputs it was made from; equal inputs give the same thing again.

    A thing must be a function of its inputs and of what `begin` was given, and of nothing else: no clock, no
    files. Inputs are compared with `==`, so whatever may differ between equal ones (the order of a mapping,
    the offset of a time) must not show in what is made, or be among the inputs in another form.
    """

    def __init__(self) -> None:
        self._common: object = None
        self._kept: dict[str, tuple[object, object]] = {}
        self._asked: dict[str, tuple[object, object]] = {}

    def begin(self, *common: object) -> None:
        """Start a publication; `common` is what all things depend on: where it is another, all are made anew."""
        if common != self._common:
            self._common, self._kept = common, {}
        self._asked = {}

    def made(self, name: str, inputs: object, make: Callable[[], T]) -> T:
        """Return what has been made from equal inputs under this name, or make it."""
        found = self._kept.get(name)
        if found is None or found[0] != inputs:
            found = (inputs, make())
        self._kept[name] = self._asked[name] = found
        return cast("T", found[1])

    def end(self) -> None:
        """End a publication: forget what nobody asked for."""
        self._kept = self._asked
