"""HTML, JSON, feeds, calendars and badges are read back from random pages, and say the same."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers.published_facts import READERS, WITHOUT_FACTS, expected, history_front, history_months
from helpers.sites import minimal_site
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.cache import PageCache
from waypost.base.files.file_tree import sync_tree
from waypost.formats.status import Update
from waypost.publishing.files import FILE_MAKERS, PublishedSite, status_files
from waypost.reading.project import load_project
from waypost.status.rules.snapshot import Snapshot

COMPONENTS = ("api", "downloads", "uploads", "payments")
PLACE = {"api": 0, "Galleries": {"downloads": 1, "uploads": 1}, "payments": 1}
MEASURED = ("downloads", "uploads", "payments")
STATES = ("operational", "degraded_performance", "partial_outage", "major_outage")

Case = Mapping[str, Any]

# What Markdown takes for text as it stands, and other formats do not.
TEXTS = st.text("abxyz éß&<\"',שب👩", max_size=12).map(lambda text: f"Now {text}.")

TIMELINES = (
    ("investigating",),
    ("investigating", "identified"),
    ("investigating", "monitoring", "resolved"),
    ("identified", "resolved", "postmortem"),
)
WORKS = (
    ("scheduled",),
    ("scheduled", "in_progress"),
    ("scheduled", "in_progress", "verifying"),
    ("scheduled", "in_progress", "completed"),
    ("scheduled", "cancelled"),
)


@st.composite
def incidents(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(1, 10))
    hit = draw(st.dictionaries(st.sampled_from(COMPONENTS), st.sampled_from(STATES[1:]), min_size=1))
    steps = draw(st.sampled_from(TIMELINES))
    says = [f"{start:02}:{10 * number:02} {step}" for number, step in enumerate(steps)]
    impact = draw(st.sampled_from(["none", "minor", "major", "critical"]))
    return {"components": hit, "says": says, "impact": impact, "title": draw(TEXTS)}


@st.composite
def works(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(8, 14))
    steps = draw(st.sampled_from(WORKS))
    moments = [f"{start - 3:02}:00", f"{start:02}:00", f"{start:02}:30"]
    says = [f"{at} {step}" for at, step in zip(moments, steps, strict=False)]
    hit = draw(st.lists(st.sampled_from(COMPONENTS), min_size=1, max_size=2, unique=True))
    return {"components": hit, "window": f"{start:02}:00-{start + 2:02}:00", "says": says}


MOMENTS = st.fixed_dictionaries(
    {
        "incidents": st.lists(incidents(), max_size=2),
        "works": st.lists(works(), max_size=2),
        "texts": st.lists(TEXTS, min_size=3, max_size=3),
        # What each check says from 9:40 on, and until when it is heard.
        "checks": st.lists(
            st.tuples(st.sampled_from(STATES), st.sampled_from(["12:00", "11:00"])), min_size=3, max_size=3
        ),
    }
)
"""A page with incidents, maintenance, and checks that fail, recover or fall silent."""


def snapshot_of(case: Case) -> Snapshot:
    written = [{**it, "id": f"trouble-{number}"} for number, it in enumerate(case["incidents"])]
    planned = [{**it, "id": f"work-{number}"} for number, it in enumerate(case["works"])]
    rows, watched = [], []
    for name, (later, until) in zip(MEASURED, case["checks"], strict=True):
        rows += [f"00:00 {name}/http-1 operational", f"09:30>09:40 {name}/http-1 {later}"]
        watched.append(f"00:00-{until} {name}/http-1")
    place = site(PLACE, written, planned)
    place = replace(
        place,
        incidents=tuple(replace(it, updates=worded(it.updates, case["texts"])) for it in place.incidents),
        maintenances=tuple(
            replace(it, updates=worded(it.updates, case["texts"])) for it in place.maintenances
        ),
    )
    return take_snapshot(place, history(rows, watched), moment("12:00"))


def worded(updates: tuple[Update, ...], texts: list[str]) -> tuple[Update, ...]:
    return tuple(replace(update, body=texts[number % 3]) for number, update in enumerate(updates))


Publishing = Callable[[Snapshot], dict[str, bytes]]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Publishing:
    """Return every file of a page."""
    project = load_project(minimal_site(tmp_path_factory.mktemp("site") / "site"))
    return lambda snapshot: status_files(snapshot, project, {})


def disagreements(folder: Path, truth: Mapping[str, Any]) -> Iterator[str]:
    for name, (_, read) in READERS.items():
        for fact, found in read(folder).items():
            if found != truth[fact]:
                yield f"{name} says of {fact}: {difference(found, truth[fact])}"


def difference(found: Any, truth: Any) -> str:
    """Name what differs, and nothing else: the facts of a page are long."""
    if isinstance(found, dict):
        keys = sorted(key for key in found.keys() | truth.keys() if found.get(key) != truth.get(key))
        return "; ".join(f"{key}: {found.get(key)!r}, not {truth.get(key)!r}" for key in keys)
    return f"{found!r}, not {truth!r}"


# One profile everywhere, so that a red build is red again at the next try.
@given(case=MOMENTS)
# To make a failure smaller would publish hundreds of pages; the message names what differs.
@settings(max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
def test_every_file_says_the_same(published: Publishing, case: Case) -> None:
    snapshot = snapshot_of(case)
    with tempfile.TemporaryDirectory() as folder:
        sync_tree(Path(folder), published(snapshot))
        assert list(disagreements(Path(folder), expected(snapshot))) == []


def busy(now: datetime) -> Snapshot:
    place = site(
        PLACE,
        [
            {
                "id": "told",
                "components": {"api": "partial_outage"},
                "says": ["10:00 investigating", "11:10 resolved"],
            },
            {"id": "later", "components": {"uploads": "major_outage"}, "says": ["11:05 identified"]},
        ],
        [
            {"id": "work", "components": ["payments"], "window": "11:10-12:00"},
            {"id": "off", "window": "14:00-15:00", "says": ["09:00 scheduled", "11:20 cancelled"]},
            # Only the later page knows of this.
            {"id": "new", "components": ["api"], "window": "16:00-17:00", "says": ["11:15 scheduled"]},
        ],
    )
    rows = [
        *(f"00:00 {name}/http-1 operational" for name in MEASURED),
        "11:00>11:03 downloads/http-1 major_outage",
    ]
    return take_snapshot(place, history(rows, [f"00:00-12:00 {name}/http-1" for name in MEASURED]), now)


Two = tuple[dict[str, bytes], dict[str, bytes]]


@pytest.fixture(scope="module")
def two_moments(published: Publishing) -> Two:
    """All files of a page at 10:30 and at 11:30."""
    return published(busy(moment("10:30"))), published(busy(moment("11:30")))


@pytest.mark.parametrize("name", READERS)
def test_a_file_of_an_hour_ago_is_found_out(two_moments: Two, tmp_path: Path, name: str) -> None:
    before, after = two_moments
    pattern, _ = READERS[name]
    old = {path: data for path, data in before.items() if re.fullmatch(pattern, path)}
    sync_tree(tmp_path, {**after, **old})
    found = list(disagreements(tmp_path, expected(busy(moment("11:30")))))
    assert found, "the reader finds nothing in its files"
    assert all(line.startswith(f"{name} says") for line in found), "and all others agree"


PATTERNS = [*(pattern for pattern, _ in READERS.values()), *WITHOUT_FACTS]


def unread(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not any(re.fullmatch(pattern, path) for pattern in PATTERNS)]


def test_each_path_has_one_maker(tmp_path: Path) -> None:
    project = load_project(minimal_site(tmp_path / "site"))
    place = PublishedSite(busy(moment("11:30")), project, {}, PageCache())
    made = {name: set(make(place)) for name, make in FILE_MAKERS.items()}
    # A page at an address of before gives way to any other file.
    assert all(made[name] for name in made.keys() - {"redirects", "kept by the build"})
    assert sum(map(len, made.values())) == len(set().union(*made.values()))


def test_every_published_file_is_read_back_or_named(two_moments: Two) -> None:
    assert unread(two_moments[1]) == [], "give a new kind of file a reader in helpers/published_facts.py"
    for pattern in PATTERNS:
        assert any(re.fullmatch(pattern, path) for path in two_moments[1]), pattern


@pytest.mark.parametrize(
    "path",
    [
        "status.csv",
        "feed.xml",
        "impact/major/index.html",
        "impact/major/calendar/feed.atom",
        "components/api/status.json",
        "history/2026-11/feed.atom",
        "history/2026-11.json",
        "history/2026/index.html",
        "api/v3/status.json",
        "regions/index.html",
    ],
)
def test_a_new_kind_of_file_has_no_reader(path: str) -> None:
    assert unread([path]) == [path]


def long_ago() -> Snapshot:
    """Return a page whose history fills several pages and months, at the edge of a month of its zone."""
    days = [*range(1, 31)] * 2
    stories = [
        {
            "id": f"old-{number}",
            "impact": ("minor", "critical")[number % 2],
            "says": [
                f"09-{day:02} 0{number // 30}:00 investigating",
                f"09-{day:02} 0{number // 30}:40 resolved",
            ],
        }
        for number, day in enumerate(days)
    ]
    # In Berlin it is October already.
    edge = {"id": "edge", "says": ["09-30 22:30 investigating", "09-30 23:10 resolved"]}
    off = {
        "id": "off",
        "window": "10-05 10:00-10-05 11:00",
        "says": ["10-01 00:00 scheduled", "10-02 00:00 cancelled"],
    }
    place = site(PLACE, [*stories, edge], [off], zone="Europe/Berlin")
    return take_snapshot(place, history((), ()), moment("12:00"))


def test_history_is_read_over_months_and_pages(published: Publishing, tmp_path: Path) -> None:
    snapshot = long_ago()
    sync_tree(tmp_path, published(snapshot))
    truth = expected(snapshot)
    assert [(month, len(lines)) for month, lines in truth["history"].items()] == [
        ("2026-10", 2),
        ("2026-09", 60),
    ]
    assert (tmp_path / "history/2026-09/2/index.html").exists()
    for read in [history_months, history_front]:
        assert {fact: truth[fact] for fact in read(tmp_path)} == read(tmp_path)
