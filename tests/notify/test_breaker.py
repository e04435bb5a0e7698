from __future__ import annotations

from datetime import timedelta

import pytest

from waypost.notify.rules.deliveries import at_once, open_for


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, None), (4, None), (5, 30), (6, 60), (9, 480), (10, 600), (11, 600), (100_000, 600)],
)
def test_a_host_is_left_alone_from_the_fifth_failure_on_and_at_most_ten_minutes(
    failures: int, seconds: int | None
) -> None:
    assert open_for(failures) == (None if seconds is None else timedelta(seconds=seconds))


def test_a_host_that_kept_failing_is_tried_one_at_a_time() -> None:
    assert [at_once(failures, 4) for failures in (0, 4, 5, 50)] == [4, 4, 1, 1]
