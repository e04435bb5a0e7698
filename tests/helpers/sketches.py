"""Sketches of latencies, made from the values themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from waypost.base.sketch import Sketch, bucket


def sketch_of(values: Iterable[float]) -> Sketch:
    """Return the sketch of some values; what is below one counts as zero."""
    return Sketch(Counter(bucket(value) for value in values))
