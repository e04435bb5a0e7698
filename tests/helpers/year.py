"""A scripted year: what truly happened to every check, what its answers were, and what people wrote."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.helpers.status_world import with_states

from helpers.cases import CASES, read_yaml
from helpers.recorder import GRAIN, Recorder
from waypost.formats.checks import Flapping, HttpCheck
from waypost.formats.observations import Series
from waypost.formats.status import (
    ComponentStatus,
    Impact,
    Incident,
    Maintenance,
    Observation,
    Update,
    UpdateStatus,
    UplinkGap,
)
from waypost.formats.status_config import Component, ComponentGroup, PageConfig, Policy, StatusConfig
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.check_series import SILENCE

DATA = read_yaml(CASES / "year" / "year.yml")
START = datetime.fromisoformat(DATA["start"])
HOUR, SLOT = timedelta(hours=1), timedelta(days=12)
END = datetime.fromisoformat(DATA["moments"][-1])
RETRY, LATENCY = timedelta(minutes=5), timedelta(milliseconds=500)
GOOD, SLOW, PARTIAL, MAJOR = list(ComponentStatus)[:4]
POLICY = Policy(
    flapping=Flapping(changes=4, within=timedelta(days=1), hold=3 * HOUR),
    retry_every=RETRY,
    slo=99.5,
    correlate="off",
)

Spell = tuple[datetime, datetime, ComponentStatus]
"""A time in some state; the end is not part of it."""


@dataclass
class Script:
    """One check in one region: its ticks, the truth, and the answers that are not the truth."""

    series: Series
    every: timedelta
    phase: timedelta
    truth: list[Spell] = field(default_factory=list)
    answers: list[Spell] = field(default_factory=list)
    """What it answers, where that is not well; all that is true is answered, and more."""
    unwatched: list[tuple[datetime, datetime]] = field(default_factory=list)
    silent: list[tuple[datetime, datetime]] = field(default_factory=list)
    on_ticks_only: list[tuple[datetime, datetime]] = field(default_factory=list)
    _slots: dict[int, list[Spell]] = field(default_factory=dict)

    def tick(self, moment: datetime) -> datetime:
        """Return the first tick that is not before a moment."""
        begun = START + self.phase
        return begun + max(0, -((begun - moment) // self.every)) * self.every

    def happens(self, start: datetime, end: datetime, status: ComponentStatus) -> None:
        """Let something truly happen between two ticks."""
        self.truth.append((start, end, status))
        self.answers.append((start, end, status))

    def falls_silent(self, start: datetime, end: datetime) -> None:
        """Let nobody ask for a while; what is longer than three intervals is no data."""
        self.silent.append((start, end))
        watched = self.tick(start) - self.every + LATENCY + GRAIN
        if self.tick(end) - watched > self.every * SILENCE:
            self.unwatched.append((watched, self.tick(end)))

    def answer(self, at: datetime) -> ComponentStatus:
        """Return what the check says when it is run."""
        if any(start <= at < end for start, end in self.on_ticks_only) and self.tick(at) != at:
            return GOOD
        return next((status for start, end, status in self._near(at) if start <= at < end), GOOD)

    def _near(self, at: datetime) -> list[Spell]:
        if not self._slots:
            for spell in self.answers:
                for slot in range((spell[0] - START) // SLOT, (spell[1] - START) // SLOT + 1):
                    self._slots.setdefault(slot, []).append(spell)
        return self._slots.get((at - START) // SLOT, [])

    def run(self, recorder: Recorder, site: StatusSite) -> None:
        """Run the check for a year, as the runner does."""
        component = next(item for item in site.config.flat if item.id == self.series.component)
        rules = site.config.rules(component, dict(component.named_checks)[self.series.check])
        at = self.tick(START)
        while at < END:
            until = next((end for start, end in self.silent if start <= at < end), None)
            if until is not None:
                at = self.tick(until)
                continue
            status = self.answer(at)
            observation = Observation(*self.series[:2], at, status, LATENCY, "", self.series.region)
            state = recorder.record(observation, self.every, rules)
            in_doubt = status is not state.status
            at = at + RETRY if in_doubt else self.tick(at + GRAIN)


@dataclass
class Year:
    """Everything that happened."""

    site: StatusSite
    scripts: Mapping[str, list[Script]]
    uplink: tuple[UplinkGap, ...]

    def observed(self) -> History:
        """Return the rows that a year of polling leaves."""
        recorder = Recorder()
        for scripts in self.scripts.values():
            for script in scripts:
                script.run(recorder, self.site)
        found = recorder.history()
        return History(found.changes, found.coverage, self.uplink)


def make_year(zone: str) -> Year:
    """Deal out a year of trouble; the same every time."""
    dice = random.Random(DATA["seed"])  # noqa: S311  # a script, not a secret
    members: list[Component] = []
    scripts: dict[str, list[Script]] = {}
    for kind in DATA["kinds"]:
        for _ in range(kind["count"]):
            component, lines = _component(f"c{len(members)}", kind, dice)
            members.append(component)
            scripts[component.id] = lines
    uplink = _gaps(scripts)
    incidents: list[Incident] = []
    works: list[Maintenance] = []
    for number, component in enumerate(members):
        for slot in range((END - START) // SLOT):
            at = START + slot * SLOT
            if slot in DATA["poller_gaps"]:
                _over_a_gap(scripts[component.id], at, number)
            elif slot not in DATA["uplink_gaps"]:
                _Deal(component, scripts[component.id], dice, incidents, works).slot(at, number, slot)
    groups = tuple(
        ComponentGroup(group=f"Group {n // 10}", components=tuple(members[n : n + 10]))
        for n in range(0, len(members), 10)
    )
    page = PageConfig(name="A year", url="https://status.example.org/", time_zone=zone)
    names = {"eu": "Frankfurt", "us": "Virginia", "ap": "Singapore"}
    config = StatusConfig(page=page, policy=POLICY, components=groups, regions=names)
    return Year(StatusSite(config, tuple(incidents), tuple(works)), scripts, uplink)


def _component(name: str, kind: Mapping[str, Any], dice: random.Random) -> tuple[Component, list[Script]]:
    checks, lines = [], []
    for number in range(1, kind["checks"] + 1):
        every = dice.choice(DATA["every"]) * HOUR
        regions = tuple(kind.get("regions", ()))
        checks.append(HttpCheck(http="http://127.0.0.1:9/", every=every, regions=regions))
        for region in regions or ("",):
            phase = timedelta(seconds=dice.randrange(int(every.total_seconds())))
            lines.append(Script(Series(name, f"http-{number}", region), every, phase))
    combine = kind.get("combine", "any")
    return Component(id=name, name=name.upper(), checks=tuple(checks), combine=combine), lines


def _gaps(scripts: Mapping[str, list[Script]]) -> tuple[UplinkGap, ...]:
    everything = [script for lines in scripts.values() for script in lines]
    for slot, hours in DATA["poller_gaps"].items():
        start = START + slot * SLOT + 4 * 24 * HOUR + 10 * HOUR
        for script in everything:
            script.falls_silent(start, start + hours * HOUR)
    gaps = []
    for slot, (region, hours) in DATA["uplink_gaps"].items():
        start = START + slot * SLOT + 4 * 24 * HOUR + 10 * HOUR
        gaps.append(UplinkGap(start, start + hours * HOUR, region))
        for script in everything:
            if script.series.region == region:
                script.falls_silent(start, start + hours * HOUR)
                script.unwatched.append((start, start + hours * HOUR))
    return tuple(gaps)


def _over_a_gap(lines: list[Script], at: datetime, number: int) -> None:
    """Let a third of the components be down before, while and after nobody polls."""
    if number % 3 == 0:
        for script in lines:
            script.happens(script.tick(at + 3 * 24 * HOUR), script.tick(at + 9 * 24 * HOUR), MAJOR)


@dataclass
class _Deal:
    """What happens to one component in one slot."""

    component: Component
    lines: list[Script]
    dice: random.Random
    incidents: list[Incident]
    works: list[Maintenance]

    def slot(self, at: datetime, number: int, slot: int) -> None:
        nights = [datetime.fromisoformat(f"{night}+00:00") for night in DATA["clocks"]]
        night = next((night for night in nights if at <= night < at + SLOT), None)
        if number < 5 and night is not None and self.lines:
            self.outage(night, 19 * HOUR, MAJOR)
            return
        begin = at + self.dice.uniform(0.5, 5) * 24 * HOUR
        begin = begin.replace(microsecond=0)
        if number in (1, 2, 3) and slot % 2 == 1 and self.lines:
            # Long enough before the next slot, and busy up to the moments that are looked at.
            begin = at + SLOT - 30 * HOUR
            self.outage(begin, self.dice.randint(3, 15) * HOUR, self.dice.choice([PARTIAL, MAJOR]))
            return
        names = ["calm", "fails", "slow", "worsens", "eases", "blip", "blips", "flaps", "comes_and_goes"]
        names += ["work", "overrun", "declared"]
        getattr(self, self.dice.choice(names) if self.lines else "declared")(begin)

    def honest(self) -> Iterator[Script]:
        """Return the lines that take part; the liar says what it likes."""
        for script in self.lines:
            if script.series.region == DATA["liar"]:
                begin = script.tick(START + self.dice.randrange(29) * SLOT)
                self.lie(script, begin)
            elif len(self.lines) == 1 or script.series.region or self.dice.random() < 0.8:
                yield script

    def lie(self, script: Script, begin: datetime) -> None:
        slot = (begin - START) // SLOT
        start = script.tick(START + slot * SLOT + self.dice.randrange(1, 9) * 24 * HOUR)
        end = script.tick(start + self.dice.randrange(1, 40) * HOUR)
        taken = any(s - 6 * HOUR < end and start < e + 6 * HOUR for s, e, _ in script.answers)
        if not taken and slot not in DATA["uplink_gaps"] and slot not in DATA["poller_gaps"]:
            script.happens(start, end, self.dice.choice([SLOW, PARTIAL, MAJOR]))

    def outage(self, begin: datetime, length: timedelta, *levels: ComponentStatus) -> None:
        """Let the checks go through these states, each of them a length long."""
        for script in self.honest():
            start = script.tick(begin + self.dice.randrange(4) * HOUR * (len(self.lines) > 1))
            for level in levels:
                end = script.tick(start + length)
                script.happens(start, end, level)
                start = end

    def some(self) -> timedelta:
        return self.dice.randint(3, 40) * HOUR

    def calm(self, begin: datetime) -> None:
        """Nothing happens."""

    def fails(self, begin: datetime) -> None:
        self.outage(begin, self.some(), self.dice.choice([PARTIAL, MAJOR]))

    def slow(self, begin: datetime) -> None:
        self.outage(begin, self.some(), SLOW)

    def worsens(self, begin: datetime) -> None:
        self.outage(begin, self.some(), SLOW, PARTIAL, MAJOR)

    def eases(self, begin: datetime) -> None:
        self.outage(begin, self.some(), MAJOR, SLOW)

    def blip(self, begin: datetime) -> None:
        """One bad answer, which is nothing."""
        for script in self.lines:
            at = script.tick(begin)
            script.answers.append((at, at + RETRY, MAJOR))

    def blips(self, begin: datetime) -> None:
        """Two bad answers, which are nothing either."""
        for script in self.lines:
            at = script.tick(begin)
            script.answers.append((at, at + 2 * RETRY, MAJOR))

    def flaps(self, begin: datetime) -> None:
        """Up and down four times: from the third recovery on, good answers must last."""
        for script in self.honest():
            edges = [script.tick(begin) + n * script.every for n in range(8)]
            for start, end in zip(edges[::2], edges[1::2], strict=True):
                script.answers.append((start, end, MAJOR))
                script.truth.append((start, end, MAJOR))
            if script.every <= POLICY.flapping.hold:
                # Good answers for less than the hold are not quite believed any more.
                script.truth.append((edges[5], edges[6], SLOW))

    def comes_and_goes(self, begin: datetime) -> None:
        """Every run fails, and works again when it is repeated."""
        for script in self.honest():
            start = script.tick(begin)
            end = start + self.dice.randint(7, 20) * script.every
            script.happens(start, end, MAJOR)
            script.on_ticks_only.append((start, end))

    def work(self, begin: datetime) -> None:
        """Announced work with an outage inside."""
        begin = begin.replace(minute=0, second=0)
        for script in self.honest():
            start = script.tick(begin + 4 * HOUR)
            script.happens(start, script.tick(start + HOUR), MAJOR)
        self._announce(begin, begin + 16 * HOUR)

    def overrun(self, begin: datetime) -> None:
        """Announced work that leaves an outage behind."""
        begin = begin.replace(minute=0, second=0)
        self.outage(begin + 2 * HOUR, 30 * HOUR, MAJOR)
        self._announce(begin, begin + 12 * HOUR)

    def declared(self, begin: datetime) -> None:
        """One or two incidents that people wrote, one over the other."""
        for part in range(self.dice.randint(1, 2)):
            start, end = begin + part * 5 * HOUR, begin + part * 5 * HOUR + self.some()
            level, name = self.dice.choice([SLOW, PARTIAL, MAJOR]), f"i{len(self.incidents)}"
            hit = {self.component.id: level}
            updates = tuple(
                Update(f"{name}-{word}", word, at, "Words.")
                for word, at in ((UpdateStatus.INVESTIGATING, start), (UpdateStatus.RESOLVED, end))
            )
            self.incidents.append(Incident(name, name, Impact.MINOR, hit, start, with_states(updates, hit)))

    def _announce(self, start: datetime, end: datetime) -> None:
        updates = (Update("said", UpdateStatus.SCHEDULED, start - 20 * HOUR, "Words."),)
        name = f"m{len(self.works)}"
        self.works.append(Maintenance(name, name, (self.component.id,), start, end, updates))
