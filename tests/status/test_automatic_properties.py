"""What holds of automatic incidents whatever the checks find and people write."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.status_world import with_states

from helpers.status_world import moment, site
from waypost.base.files.languages import load_words
from waypost.formats.status import (
    MEASURED,
    ComponentStatus,
    Impact,
    Incident,
    Maintenance,
    StateChange,
    Update,
    UpdateStatus,
)
from waypost.formats.status_config import Policy
from waypost.formats.status_site import StatusSite
from waypost.status.rules.automatic import automatic_incidents
from waypost.status.rules.explanations import SETTLING
from waypost.status.rules.maintenance import maintenance_window

WORDS = load_words("en")
NEEDS = {"downloads": ["sign-in"], "uploads": ["sign-in"], "zips": ["downloads", "storage"]}
NAMES = ("zips", "downloads", "sign-in", "uploads", "storage", "prints")
ABOVE = {"downloads": {"sign-in"}, "uploads": {"sign-in"}, "zips": {"downloads", "sign-in", "storage"}}
GROUPS = {
    "Files": {"zips": 1, "downloads": 1},
    "sign-in": 1,
    "Rest": {"uploads": 1, "storage": 1, "prints": 1},
}
SITE = site(GROUPS, needs=NEEDS)
WINDOW = SITE.config.confirmation_time(SITE.config.flat[0])
START = moment("00:00")
OUTAGES = MEASURED[2:]
EXAMPLES = 60

# Few moments, so that much happens at once; and halves of a second, which ids do not show.
moments = st.one_of(st.integers(0, 90), st.integers(0, 180).map(lambda half: half / 2)).map(
    lambda minutes: START + timedelta(minutes=minutes)
) | st.integers(0, 40).map(lambda half: START + timedelta(minutes=30, seconds=half / 2))


@dataclass(frozen=True)
class World:
    """A site with what was written, and its rows in order."""

    site: StatusSite
    rows: tuple[StateChange, ...]

    @property
    def lines(self) -> Mapping[str, Sequence[StateChange]]:
        return {name: [row for row in self.rows if row.component == name] for name in NAMES}

    def published(self, now: datetime) -> tuple[Incident, ...]:
        return automatic_incidents(self.site, self.lines, now, WORDS)

    @property
    def edges(self) -> list[datetime]:
        """Every moment at which something happens, and some between."""
        spoken = [
            update.at for item in (*self.site.incidents, *self.site.maintenances) for update in item.updates
        ]
        clocks = [edge for work in self.site.maintenances for edge in maintenance_window(work)]
        settled = [at + SETTLING for at in spoken]
        gathered = [row.at + WINDOW for row in self.rows]
        known = sorted({*(row.confirmed_at for row in self.rows), *spoken, *clocks, *settled, *gathered})
        return sorted({*known, START + timedelta(minutes=33), END})


END = START + timedelta(hours=6)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    rows: list[StateChange] = []
    for name in NAMES:
        published = sorted(draw(st.sets(moments, max_size=4)))
        before = START - timedelta(hours=1)
        for at in published:
            began = max(before, at - timedelta(minutes=draw(st.integers(0, 12)) / 2))
            rows.append(StateChange(name, "http-1", began, draw(st.sampled_from(MEASURED)), at))
            before = began
    incidents = [_incident(draw, f"hand-{number}") for number in range(draw(st.integers(0, 3)))]
    works = [_work(draw, f"work-{number}") for number in range(draw(st.integers(0, 3)))]
    policy = Policy(correlate=draw(st.sampled_from(["page", "group", "off"])))
    place = replace(
        SITE,
        config=replace(SITE.config, policy=policy),
        incidents=tuple(incidents),
        maintenances=tuple(works),
    )
    return World(place, tuple(rows))


names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)


def _updates(
    draw: st.DrawFn, first: UpdateStatus, later: Sequence[UpdateStatus], last: UpdateStatus
) -> list[Update]:
    times = sorted(draw(st.sets(moments, min_size=1, max_size=4)))
    ends = len(times) > 1 and draw(st.booleans())
    states = [first, *(draw(st.sampled_from(later)) for _ in times[1:])]
    if ends:
        states[-1] = last
    return [
        Update(f"{number}", state, at, ".")
        for number, (state, at) in enumerate(zip(states, times, strict=True))
    ]


def _incident(draw: st.DrawFn, name: str) -> Incident:
    text = _updates(draw, UpdateStatus.INVESTIGATING, [UpdateStatus.IDENTIFIED], UpdateStatus.RESOLVED)
    states = {key: draw(st.sampled_from(MEASURED[1:])) for key in draw(names)}
    started = text[0].at - timedelta(minutes=draw(st.integers(0, 20)))
    return Incident(name, f"Title of {name}", Impact.MAJOR, states, started, with_states(text, states))


def _work(draw: st.DrawFn, name: str) -> Maintenance:
    later = [UpdateStatus.SCHEDULED, UpdateStatus.IN_PROGRESS, UpdateStatus.VERIFYING]
    text = _updates(draw, UpdateStatus.SCHEDULED, later, UpdateStatus.COMPLETED)
    start = draw(moments)
    end = start + timedelta(minutes=draw(st.integers(1, 40)))
    return Maintenance(name, name, tuple(draw(names)), start, end, tuple(text))


def as_known(place: StatusSite, at: datetime) -> StatusSite:
    """Return a site without what nobody has written yet."""
    incidents = [
        replace(item, updates=tuple(update for update in item.updates if update.at <= at))
        for item in place.incidents
        if item.updates[0].at <= at
    ]
    works = [
        replace(item, updates=tuple(update for update in item.updates if update.at <= at))
        for item in place.maintenances
        if item.updates[0].at <= at
    ]
    return replace(place, incidents=tuple(incidents), maintenances=tuple(works))


def until(found: Sequence[Incident], at: datetime) -> dict[str, tuple[datetime, list[Update]]]:
    """Return what was told of each incident until a moment."""
    published = {
        item.id: (item.started, [update for update in item.updates if update.at <= at]) for item in found
    }
    return {key: value for key, value in published.items() if value[1]}


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_every_story_is_in_order(world: World) -> None:
    found = world.published(END)
    assert len({item.id for item in found}) == len(found)
    for item in found:
        times = [update.at for update in item.updates]
        assert all(earlier < later for earlier, later in itertools.pairwise(times))
        assert len({update.id for update in item.updates}) == len(item.updates)
        assert item.started <= times[0]
        assert [update.status for update in item.updates[:-1]] == [UpdateStatus.INVESTIGATING] * (
            len(times) - 1
        )
        assert all(update.body and update.body[-1] == "." for update in item.updates)
        assert (item.continued_as is None) or item.resolved_at == times[-1]
        assert item.resolved_at is None or item.started <= item.resolved_at <= times[-1]
        assert item.continued_as in {None, *(other.id for other in (*found, *world.site.incidents))} - {
            item.id
        }
        assert set(item.components) <= {row.component for row in world.rows if row.status in OUTAGES}
        assert set(item.components.values()) <= set(OUTAGES)


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_files_does_not_matter(world: World, chance: random.Random) -> None:
    def mixed(items: Sequence[object]) -> tuple[object, ...]:
        return tuple(chance.sample(items, len(items)))

    place = replace(
        world.site, incidents=mixed(world.site.incidents), maintenances=mixed(world.site.maintenances)
    )
    assert World(place, mixed(world.rows)).published(END) == world.published(END)


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_what_was_told_once_stays(world: World) -> None:
    last = world.published(END)
    for at in world.edges:
        before = world.published(at)
        assert until(before, END) == until(last, at)
        assert automatic_incidents(as_known(world.site, at), world.lines, at, WORDS) == before


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_every_outage_is_told_once_unless_people_speak_of_it(world: World) -> None:
    for at in world.edges:
        shown = [item for item in world.published(at) if item.resolved_at is None]
        down = {name for name in NAMES if is_down(world, name, at)}
        for name in (each for each in down if states(world, each, at)[-1] in OUTAGES):
            count = sum(name in item.components for item in shown)
            assert count <= 1
            assert count == 1 or is_spoken_of(world, name, at), f"{name} at {at}"
        for item in shown:
            assert down & item.components.keys(), f"{item.id} at {at} tells of nothing that fails"


def is_down(world: World, name: str, at: datetime) -> bool:
    """Tell whether a component had an outage that is not over, by its rows alone."""
    trouble = itertools.takewhile(
        lambda status: status is not ComponentStatus.OPERATIONAL, reversed(states(world, name, at))
    )
    return any(status in OUTAGES for status in trouble)


def states(world: World, name: str, at: datetime) -> list[ComponentStatus]:
    return [row.status for row in world.rows if row.component == name and row.confirmed_at <= at]


def is_spoken_of(world: World, name: str, at: datetime) -> bool:
    """Tell whether people wrote of a component or what it needs, or work on it."""
    place = as_known(world.site, at)
    about = {name, *ABOVE.get(name, ())}
    written = (i for i in place.incidents if about & i.components.keys())
    works = (maintenance_window(work) for work in place.maintenances if name in work.components)
    return any(i.resolved_at is None or at < i.resolved_at + SETTLING for i in written) or any(
        start <= at < end for start, end in works
    )


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_components_that_need_nothing_have_nothing_to_do_with_each_other(world: World) -> None:
    config = site(GROUPS, policy=Policy(correlate="off")).config
    world = World(replace(world.site, config=config), world.rows)
    alone = [
        incident
        for name in NAMES
        for incident in World(world.site, tuple(r for r in world.rows if r.component == name)).published(END)
    ]
    assert sorted(world.published(END), key=lambda item: item.id) == sorted(alone, key=lambda item: item.id)
    assert all(len(item.components) == 1 for item in alone)
    for name in NAMES:
        own = sorted((item for item in alone if name in item.components), key=lambda item: item.updates[0].at)
        for earlier, later in itertools.pairwise(own):
            assert earlier.resolved_at is not None
            assert earlier.resolved_at <= later.started


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_what_fails_at_once_never_is_two_open_incidents(world: World) -> None:
    config = site(GROUPS).config
    found = World(replace(world.site, config=config), world.rows).published(END)
    for earlier, later in itertools.permutations(found, 2):
        opened = later.updates[0].at
        is_open = earlier.updates[0].at < opened and (
            earlier.resolved_at is None or opened < earlier.updates[-1].at
        )
        assert not is_open or abs(later.started - earlier.started) > WINDOW


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_the_updates_of_an_incident_lead_to_what_is_known_of_it(world: World) -> None:
    for at in world.edges:
        for item in world.published(at):
            states: dict[str, ComponentStatus] = {}
            for update in item.updates:
                states.update(update.changes)
            assert states.keys() <= item.components.keys()
            # What is gathered for the next update is not in one yet, but not for long.
            waits = item.components.keys() - states.keys()
            assert not waits or (item.resolved_at is None and at < item.started + WINDOW)
