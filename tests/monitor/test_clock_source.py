from __future__ import annotations

from pathlib import Path

import pytest

from waypost.monitor.clock_source import ClockSource, clock_source


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ((), ClockSource("")),
        (("systemd/timesync/synchronized",), ClockSource("systemd-timesyncd", True)),
        (("systemd/timesync/other",), ClockSource("systemd-timesyncd", False)),
        (("chrony/chronyd.pid",), ClockSource("chrony")),
        (("ntpd.pid",), ClockSource("ntpd")),
    ],
)
def test_the_service_that_keeps_the_clock_is_known_by_its_files(
    tmp_path: Path, files: tuple[str, ...], found: ClockSource
) -> None:
    for file in files:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert clock_source(tmp_path) == found
