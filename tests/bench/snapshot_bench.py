"""Measure the picture of a large status page: 1,000 components, 90 days, from rows in memory.

Run it with `make bench-snapshot`. `--profile` shows where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from bench_page import write_section

from waypost.base.files.languages import load_words
from waypost.formats.checks import HttpCheck
from waypost.formats.status import MEASURED, ComponentStatus, Coverage, StateChange
from waypost.formats.status_config import Component, ComponentGroup, PageConfig, StatusConfig
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.snapshot import Snapshot, take_snapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = NOW - timedelta(days=90)
FEW = 5
CHANGES, STRETCHES = 10, 3


def page(components: int, regions: tuple[str, ...]) -> StatusSite:
    """Return a status page with so many components in groups of ten, a check each."""
    check = HttpCheck(http="http://127.0.0.1:9/", every=timedelta(minutes=1), regions=regions)
    members = [
        Component(id=f"component-{n}", name=f"Component {n}", checks=(check,)) for n in range(components)
    ]
    groups = tuple(
        ComponentGroup(group=f"Group {n // 10}", components=tuple(members[n : n + 10]))
        for n in range(0, components, 10)
    )
    config = PageConfig(name="Bench", url="https://status.example.org/", time_zone="Europe/Berlin")
    names = {region: region.upper() for region in regions}
    return StatusSite(StatusConfig(page=config, components=groups, regions=names))


def rows(components: int, regions: tuple[str, ...], count: int = CHANGES, seed: int = 6) -> History:
    """Return so many changes and three stretches of coverage for every check in every region."""
    dice = random.Random(seed)  # noqa: S311  # sample data
    changes: list[StateChange] = []
    coverage: list[Coverage] = []
    for name in (f"component-{n}" for n in range(components)):
        for region in regions or ("",):
            edges = sorted(dice.sample(range(1, 90 * 1440), count - 1))
            cuts = [0, *sorted(dice.sample(range(1, 90 * 1440), 2 * (STRETCHES - 1))), 90 * 1440]
            for begin, end in zip(cuts[::2], cuts[1::2], strict=True):
                span = (START + timedelta(minutes=begin), START + timedelta(minutes=end))
                coverage.append(Coverage(name, "http-1", *span, region))
            for number, minute in enumerate([0, *edges]):
                bad = dice.choice(MEASURED[1:])
                at = START + timedelta(minutes=minute)
                status = bad if number % 2 else ComponentStatus.OPERATIONAL
                changes.append(StateChange(name, "http-1", at, status, at, region=region))
    dice.shuffle(changes)
    return History(tuple(changes), tuple(coverage))


def measure(components: int, regions: tuple[str, ...], count: int, rounds: int) -> list[float]:
    """Return the seconds of processor time of each round."""
    place, observed, words = page(components, regions), rows(components, regions, count), load_words()
    found = []
    for _ in range(rounds):
        begin = time.process_time()
        take_snapshot(place, observed, NOW, words)
        found.append(time.process_time() - begin)
    return found


def profiled(components: int) -> Snapshot:
    """Take one picture and print where the time went."""
    place, observed, words = page(components, ()), rows(components, ()), load_words()
    with cProfile.Profile() as profile:
        seen = take_snapshot(place, observed, NOW, words)
    profile.print_stats("tottime")
    return seen


def main() -> None:
    """Measure, and write the table into docs/performance.md; `--profile` prints a profile instead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--components", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    if asked.profile:
        profiled(asked.components)
        return
    lines = []
    for regions, count in (((), FEW), ((), CHANGES), (("eu", "us", "ap"), CHANGES)):
        times = measure(asked.components, regions, count, asked.rounds)
        best, middle = f"{min(times):.2f} s", f"{statistics.median(times):.2f} s"
        lines.append([f"{asked.components:,}", str(len(regions) or 1), str(count), best, middle])
    made = f"{os.cpu_count()} cores, {asked.rounds} rounds, processor time"
    write_section(
        "snapshot",
        ["Components", "Regions of each check", "Changes of each", "At best", "Median"],
        lines,
        made,
    )


if __name__ == "__main__":
    main()
