from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.sketches import sketch_of
from waypost.base.sketch import ACCURACY, LARGEST, ZERO, Sketch, bucket, middle

LATENCIES = st.lists(st.integers(0, 10**7) | st.integers(0, 2000), max_size=200)
SHARES = st.floats(0, 1)


def exact(values: list[int], share: float) -> int:
    return sorted(values)[math.floor(share * (len(values) - 1))]


@given(LATENCIES.filter(bool), SHARES)
def test_a_quantile_is_within_one_per_cent(values: list[int], share: float) -> None:
    found = sketch_of(values).quantile(share)
    assert found is not None
    true = exact(values, share)
    assert abs(found - true) <= true * ACCURACY * 1.000001


@given(LATENCIES, LATENCIES, LATENCIES)
def test_merging_gives_the_sketch_of_everything(a: list[int], b: list[int], c: list[int]) -> None:
    together = sketch_of(a + b + c)
    first, second, third = (sketch_of(values).to_bytes() for values in (a, b, c))
    assert Sketch.merged([first, second, third]) == together
    assert Sketch.merged([third, Sketch.merged([first, second]).to_bytes()]) == together
    assert together.total == len(a + b + c)


@given(LATENCIES)
def test_what_was_written_is_read_again(values: list[int]) -> None:
    sketch = sketch_of(values)
    assert Sketch.from_bytes(sketch.to_bytes()) == sketch


@given(st.binary(max_size=40))
def test_any_bytes_are_a_sketch_or_refused(data: bytes) -> None:
    try:
        sketch = Sketch.from_bytes(data)
    except ValueError:
        return
    assert Sketch.from_bytes(sketch.to_bytes()) == sketch
    assert all(index >= ZERO and count > 0 for index, count in sketch.counts.items())


@pytest.mark.parametrize(
    "data", [b"\x01", b"\x00\x00", b"\x01\x01\x00\x01", b"\x80", b"\xff" * 11 + b"\x01\x01"]
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="The sketch is"):
        Sketch.from_bytes(data)


def test_nothing_has_no_quantile() -> None:
    assert Sketch().quantile(0.5) is None
    assert Sketch.from_bytes(b"") == Sketch()


@pytest.mark.parametrize("value", [0, 0.4, 0.999])
def test_below_one_is_zero(value: float) -> None:
    assert bucket(value) == ZERO
    assert middle(ZERO) == 0


def test_the_border_of_a_bucket_belongs_to_it() -> None:
    assert bucket(1) == 0
    assert bucket(1.0001) == 1
    assert bucket(LARGEST * 8) == bucket(LARGEST)


def test_an_hour_and_a_day_are_small() -> None:
    chance = random.Random(1)  # noqa: S311  # the same numbers each time
    hours = [sketch_of(chance.lognormvariate(5, 0.5) for _ in range(60)) for _ in range(24)]
    assert sum(len(hour.to_bytes()) for hour in hours) / 24 < 120
    assert len(Sketch.merged(hour.to_bytes() for hour in hours).to_bytes()) < 400
