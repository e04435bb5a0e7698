from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from waypost.base.intervals import joined, without

stretches = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8)


@given(stretches, stretches)
def test_stretches_are_joined_and_cut_as_sets_of_moments(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    def moments(parts: Sequence[tuple[int, int]]) -> set[int]:
        return {at for start, end in parts for at in range(start, end)}

    whole, gaps = joined(left), joined(right)
    assert moments(whole) == moments(left)
    assert moments(without(whole, gaps)) == moments(left) - moments(right)
    for parts in (whole, without(whole, gaps)):
        assert all(start < end for start, end in parts)
        assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(parts))
