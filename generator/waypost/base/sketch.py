"""Percentiles from a handful of numbers: a sketch that keeps one per cent of error and can be merged.

After Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
guarantees", VLDB 2019: values are counted in buckets whose borders grow by a constant factor. The sketch
of two sets together is the sum of their sketches, so that hours add up to days without their raw values.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ACCURACY = 0.01
"""The largest relative error of a quantile."""

_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = math.log(_GAMMA)

LARGEST = 2.0**40
"""Larger values count as this one: in milliseconds it is 34 years."""

ZERO = -1
"""The bucket of values below one; the others begin at 0, which holds exactly one."""


@dataclass(frozen=True)
class Sketch:
    """How often each size of value was seen; values are 0 or at least 1, as whole milliseconds are."""

    counts: Mapping[int, int] = field(default_factory=dict)
    """How many values fell into each bucket; a bucket holds what is within one per cent of its middle."""

    @property
    def total(self) -> int:
        """How many values it holds."""
        return sum(self.counts.values())

    def quantile(self, share: float) -> float | None:
        """Return the value that `share` (0 to 1) of all values do not exceed; None where there is none."""
        # The lower of two neighbours, as in the paper: no value is made up between them.
        rank = math.floor(share * (self.total - 1))
        for index in sorted(self.counts):
            rank -= self.counts[index]
            if rank < 0:
                return middle(index)
        return None

    def to_bytes(self) -> bytes:
        """Write it as pairs of numbers: how far the next bucket is from the last one, and its count."""
        written = bytearray()
        last = ZERO
        for index in sorted(self.counts):
            _write(written, index - last)
            _write(written, self.counts[index])
            last = index
        return bytes(written)

    @classmethod
    def from_bytes(cls, data: bytes) -> Sketch:
        """Read what `to_bytes` wrote; raise ValueError for anything else."""
        numbers = _read(data)
        if len(numbers) % 2:
            raise ValueError("The sketch is cut off.")
        steps, found = numbers[::2], numbers[1::2]
        index = sum(steps) + ZERO
        if 0 in steps[1:] or 0 in found or index > _LAST:
            raise ValueError("The sketch is damaged.")
        places = itertools.accumulate(steps, initial=ZERO)
        next(places)
        return cls(dict(zip(places, found, strict=True)))

    @classmethod
    def merged(cls, written: Iterable[bytes]) -> Sketch:
        """Return the sketch of all values of some written ones together."""
        counts: dict[int, int] = {}
        for data in written:
            for index, count in cls.from_bytes(data).counts.items():
                counts[index] = counts.get(index, 0) + count
        return cls(counts)


def bucket(value: float) -> int:
    """Return the number of the bucket that holds a value."""
    if value < 1:
        return ZERO
    return math.ceil(math.log(min(value, LARGEST)) / _LOG_GAMMA - 1e-9)


def middle(index: int) -> float:
    """Return the value that stands for a bucket: within one per cent of all that it holds."""
    return 0.0 if index == ZERO else 2 * _GAMMA**index / (_GAMMA + 1)


_LAST = bucket(LARGEST)
"""The last bucket of all."""


def _write(data: bytearray, number: int) -> None:
    """Append a whole number, seven bits a byte, the lowest first (LEB128)."""
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)


def _read(data: bytes) -> list[int]:
    if not data or max(data) < 0x80:
        # Nearly all numbers fit a byte, and days are made from many thousand sketches.
        return list(data)
    numbers: list[int] = []
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:
            raise ValueError("The sketch is damaged.")
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
    if shift:
        raise ValueError("The sketch is cut off.")
    return numbers
