"""A cache of publications: only the parts whose inputs have changed are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar, cast

from waypost.base.files.digests import digest
from waypost.base.files.kept_files import KeptFiles

T = TypeVar("T")


class _Made(NamedTuple):
    """A thing that was made."""

    inputs: object
    thing: object
    parts: Mapping[str, _Made]
    """What was asked for while it was made."""


class PageCache:
    """Things by name, each with the inputs it was made from; equal inputs give the same thing again.

    A thing must be a function of its inputs and of what `begin` was given, and of nothing else: no clock, no
    files. Inputs are compared with `==`, so whatever may differ between equal ones (the order of a mapping,
    the offset of a time) must not show in what is made, or be among the inputs in another form. Inputs of files
    are also compared by their `repr`, with those of other processes: it must name all that shows.
    """

    def __init__(self, published: KeptFiles | None = None) -> None:
        self._published = published
        self._common: object = None
        self._describe: Callable[[], str] = str
        self._digest = ""
        """Of what all things depend on; empty until it is needed."""
        self._kept: dict[str, _Made] = {}
        self._asked: dict[str, _Made] = {}

    def begin(self, *common: object, describe: Callable[[], str] = str) -> None:
        """Start a publication; `common` is what all things depend on: where it is another, all are made anew.

        `describe` gives it as a text, which is the same in other processes.
        """
        if common != self._common:
            self._common, self._kept, self._digest = common, {}, ""
        self._asked, self._describe = {}, describe

    def made(self, name: str, inputs: object, make: Callable[[], T]) -> T:
        """Return what has been made from equal inputs under this name, or make it."""
        found = self._kept.get(name)
        if found is None or found.inputs != inputs:
            asked, self._asked = self._asked, {}
            try:
                found = _Made(inputs, make(), self._asked)
            finally:
                self._asked = asked | self._asked
        else:
            self._asked.update(found.parts)
        self._kept[name] = self._asked[name] = found
        return cast("T", found.thing)

    def files(self, name: str, inputs: object, make: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
        """Return files likewise; those that another process made from the same inputs are taken as they stand."""
        return self.made(name, inputs, lambda: self._files(name, inputs, make))

    def _files(self, name: str, inputs: object, make: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
        if self._published is None:
            return make()
        self._digest = self._digest or digest(self._describe())
        sources = digest(self._digest, repr(inputs))[:32]
        found = self._published.get(name, sources)
        if found is None:
            found = make()
            self._published.put(name, sources, found)
        return found

    def end(self) -> None:
        """End a publication: forget what nobody asked for."""
        self._kept = self._asked
        if self._published:
            self._published.save(self._kept.keys())
