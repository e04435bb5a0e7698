"""Whatever happened before: a split or a merge changes no state of any component at any time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.sites import minimal_site
from waypost.authoring.incident_corrections import Split, plan_merge, plan_split
from waypost.authoring.incidents import NewIncident, new_update, plan_open, plan_update
from waypost.authoring.io.planned_files import write_planned
from waypost.authoring.rules.incident_states import troubled
from waypost.base.intervals import micros
from waypost.formats.status import MEASURED, ComponentStatus, Incident, UpdateStatus, worst
from waypost.reading.site import Site
from waypost.reading.status import load_status
from waypost.status.rules.incidents import declared_steps

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
COMPONENTS = ("web", "mail")
NO_DATA = ComponentStatus.NO_DATA

state = st.sampled_from(MEASURED)
changes = st.dictionaries(st.sampled_from(COMPONENTS), state, max_size=2)
histories = st.tuples(st.integers(0, 9), st.lists(changes, min_size=1, max_size=6))


def written(site: Site, title: str, history: tuple[int, list[dict[str, ComponentStatus]]]) -> str:
    """Write an incident with an update every ten minutes, and return its name."""
    early, (first, *later) = history
    started = START - early * MINUTE if early else None
    planned = plan_open(site, NewIncident(title, first, started=started), "x", START)
    write_planned(planned.files)
    for number, named in enumerate(later, start=1):
        update = new_update(
            UpdateStatus.IDENTIFIED, "x", START + 10 * number * MINUTE, changes=tuple(named.items())
        )
        write_planned(plan_update(site, planned.file.stem, update).files)
    return planned.file.stem


def states(incidents: Iterable[Incident]) -> list[tuple[ComponentStatus, ...]]:
    """Return the state that incidents declare of each component, for every minute of two hours."""
    steps = [[declared_steps(incident, name) for incident in incidents] for name in COMPONENTS]
    minutes = [micros(START + number * MINUTE) for number in range(-10, 110)]

    def at(moment: int, found: list[tuple[int, ComponentStatus]]) -> ComponentStatus:
        return next((status for since, status in reversed(found) if since <= moment), NO_DATA)

    return [tuple(worst(at(moment, each) for each in found) for found in steps) for moment in minutes]


@settings(max_examples=40, deadline=None)
@given(histories, st.sampled_from(COMPONENTS))
def test_a_split_changes_no_state(
    history: tuple[int, list[dict[str, ComponentStatus]]], leaving: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = minimal_site(Path(folder) / "site")
        name = written(site, "Old", history)
        before = load_status(site).incidents
        old = next(item for item in before if item.id == name)
        assume(troubled(old).keys() == {*COMPONENTS})
        write_planned(
            plan_split(site, name, Split("New", [leaving]), "x", START + 65 * MINUTE + MINUTE / 2).files
        )
        after = load_status(site).incidents
        assert len(after) == len(before) + 1
        assert states(after) == states(before)
        new = next(item for item in after if item.title == "New")
        assert dict(new.components) == {leaving: troubled(old)[leaving]}


@settings(max_examples=40, deadline=None)
@given(histories, histories)
def test_a_merge_changes_no_state(
    ending: tuple[int, list[dict[str, ComponentStatus]]],
    going_on: tuple[int, list[dict[str, ComponentStatus]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = minimal_site(Path(folder) / "site")
        names = [written(site, title, each) for title, each in (("Ending", ending), ("Going on", going_on))]
        before = load_status(site).incidents
        write_planned(plan_merge(site, *names, "x", START + 65 * MINUTE + MINUTE / 2).files)
        after = load_status(site).incidents
        assert states(after) == states(before)
        [still_open] = [item for item in after if item.resolved_at is None]
        assert still_open.title == "Going on"
