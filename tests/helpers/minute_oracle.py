"""Random histories, and what is true of each, counted minute by minute.

Nothing here knows of intervals as Waypost does: a history is painted into one byte a minute, and bytes are counted.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from helpers.status_world import component
from waypost.base.files.text_files import Source
from waypost.formats.status import (
    ComponentStatus,
    Coverage,
    Incident,
    Maintenance,
    StateChange,
    UplinkGap,
    with_present_ids,
)
from waypost.formats.status_config import (
    ComponentGroup,
    PageConfig,
    Policy,
    ReportedHistory,
    RetiredComponent,
    StatusConfig,
)
from waypost.formats.status_site import History, StatusSite
from waypost.reading.io.incident_files import parse_incident, parse_maintenance

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland")
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
DAY = 24 * 60
NO_DATA, GOOD, SLOW, PARTIAL, MAJOR, WORK = range(6)
NAMES = ("no_data", "operational", "degraded_performance", "partial_outage", "major_outage")
MACHINE, PEOPLE = 1, 2
"""Who watched a minute; 0 is nobody."""

Span = tuple[int, int]
Update = tuple[int, str, Mapping[str, int]]
"""A minute, what it says, and the states of components from then on."""


def moment(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


@dataclass(frozen=True)
class Part:
    """A component, what watched it, and the states that were measured from minutes on."""

    id: str
    is_checked: bool = True
    watched: tuple[Span, ...] = ()
    turns: tuple[tuple[int, int], ...] = ()
    formerly: str = ""
    """The id that the incidents know it by."""


@dataclass(frozen=True)
class Story:
    """A written incident."""

    started: int
    updates: tuple[Update, ...]


@dataclass(frozen=True)
class World:
    """A history; all times are minutes since 2025."""

    zone: str
    now: int
    first: int
    """Nothing is known of any minute before this one."""
    parts: tuple[Part, ...]
    stories: tuple[Story, ...] = ()
    works: tuple[tuple[str, Span], ...] = ()
    reported: tuple[Span, ...] = ()
    offline: tuple[Span, ...] = ()
    least: int = 60
    weights: Mapping[int, Fraction] = field(default_factory=dict)


# Making one


def random_world(seed: int) -> World:
    dice = Random(seed)  # noqa: S311  # a dice for tests
    zone = dice.choice(ZONES)
    length = dice.choice((1, 2, 5, 12, 40, 100)) * DAY
    # Clocks change in spring and autumn, at some hour of the days around which these histories end.
    turn = dice.choice(clock_changes(zone))
    now = turn + dice.randrange(-DAY, min(length, 8 * DAY))
    first = now - length
    parts = (
        random_part("api", first, now, dice),
        random_part("web", first, now, dice, formerly=dice.choice(("", "old-web"))),
        random_part("mail", dice.randrange(first, now), now, dice),
        Part("phone", is_checked=False),
    )
    ids = [part.formerly or part.id for part in parts]
    return World(
        zone,
        now,
        first,
        parts,
        stories=tuple(random_story([*ids, "fax"], first, now, dice) for _ in range(dice.randrange(5))),
        works=tuple(
            (dice.choice([part.id for part in parts]), span(first, now + DAY, dice, 600))
            for _ in range(dice.randrange(4))
        ),
        reported=tuple(span(first, now, dice, length) for _ in range(dice.choice((0, 0, 1, 2)))),
        offline=tuple(span(first, now, dice, 300) for _ in range(dice.choice((0, 0, 2)))),
        least=dice.choice((60, 60, 30, 12 * 60, 3 * DAY)),
        weights={
            SLOW: dice.choice((Fraction(0), Fraction(1, 10))),
            PARTIAL: Fraction(dice.choice((3, 5)), 10),
            MAJOR: Fraction(1),
        },
    )


def span(first: int, end: int, dice: Random, longest: int) -> Span:
    start = dice.randrange(first, end)
    return start, min(end, start + dice.randrange(1, max(2, longest)))


def random_part(name: str, first: int, now: int, dice: Random, formerly: str = "") -> Part:
    if dice.random() < 0.15:
        return Part(name, formerly=formerly)
    edges = sorted(dice.sample(range(first, now + 1), min(now - first + 1, 2 * dice.choice((1, 1, 2, 4)))))
    if dice.random() < 0.6:
        edges[-1] = now
    watched = tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=False) if start < end)
    if not watched:
        return Part(name, formerly=formerly)
    minutes = sorted({dice.randrange(first, now) for _ in range(dice.randrange(8))} - {watched[0][0]})
    turns = [(watched[0][0], GOOD)]
    for minute in minutes:
        if minute > watched[0][0]:
            turns.append((minute, dice.choice([GOOD, GOOD, SLOW, PARTIAL, MAJOR])))
    return Part(name, watched=watched, turns=tuple(turns), formerly=formerly)


def random_story(ids: Sequence[str], first: int, now: int, dice: Random) -> Story:
    count = dice.randrange(1, 7)
    minutes = sorted(dice.sample(range(first, now + 60), count))
    started = max(first, minutes[0] - dice.choice((0, 0, 7, 90)))
    updates: list[Update] = []
    is_over = False
    for place, minute in enumerate(minutes):
        named = {name: dice.randrange(GOOD, WORK) for name in dice.sample(ids, dice.choice((0, 1, 1, 2)))}
        if place and not is_over and dice.random() < 0.4:
            updates.append((minute, "resolved", {}))
            is_over = True
        elif place and not is_over and place == count - 1 and dice.random() < 0.1:
            updates.append((minute, "withdrawn", {}))
        else:
            updates.append((minute, dice.choice(("investigating", "identified", "monitoring")), named))
            is_over = False
    return Story(started, tuple(updates))


@cache
def clock_changes(zone: str) -> tuple[int, ...]:
    hours = range(420 * 24, 800 * 24)
    offsets = [(moment(hour * 60).astimezone(ZoneInfo(zone)).utcoffset(), hour * 60) for hour in hours]
    return tuple(minute for (left, _), (right, minute) in itertools.pairwise(offsets) if left != right)


# As Waypost reads it


def site_of(world: World) -> StatusSite:
    entries = [
        component(part.id, int(part.is_checked), formerly=(part.formerly,) if part.formerly else ())
        for part in world.parts
    ]
    retired = RetiredComponent(id="fax", name="Fax", until=date(2026, 1, 1))
    config = StatusConfig(
        page=PageConfig(name="Lumen", url="https://status.example/", time_zone=world.zone),
        policy=Policy(
            least_coverage=timedelta(minutes=world.least),
            weights={ComponentStatus(NAMES[state]): float(share) for state, share in world.weights.items()},
        ),
        components=(ComponentGroup(group="Both", components=tuple(entries[:2])), *entries[2:]),
        retired=(retired,),
        reported=tuple(
            ReportedHistory(**{"from": moment(start), "until": moment(end)}) for start, end in world.reported
        ),
    )
    incidents = [
        with_present_ids(read_story(f"story-{number}", story), config.present_ids)
        for number, story in enumerate(world.stories)
    ]
    works = [read_work(f"work-{number}", *work) for number, work in enumerate(world.works)]
    return StatusSite(config, tuple(incidents), tuple(works))


def read_story(name: str, story: Story) -> Incident:
    lines = [f"---\ntitle: {name}\nimpact: major\nstarted: {moment(story.started).isoformat()}\n---"]
    for minute, says, named in story.updates:
        states = ", ".join(f"{part}: {NAMES[state]}" for part, state in named.items())
        lines.append(f"## {says} · {moment(minute).isoformat()}{f' · {states}' if states else ''}\nWords.\n")
    incident, problems = parse_incident(Source(f"{name}.md", "\n".join(lines)), name)
    assert incident, problems
    return incident


def read_work(name: str, part: str, window: Span) -> Maintenance:
    start, end = (moment(minute).isoformat() for minute in window)
    head = f"title: {name}\ncomponents: [{part}]\nscheduled_for: {start}\nscheduled_until: {end}"
    text = f"---\n{head}\n---\n## scheduled · 2025-01-02T00:00:00Z\nWords.\n"
    work, problems = parse_maintenance(Source(f"{name}.md", text), name)
    assert work, problems
    return work


def rows_of(world: World) -> History:
    return History(
        tuple(
            StateChange(part.id, "http-1", moment(at), ComponentStatus(NAMES[state]), moment(at), "reason")
            for part in world.parts
            for at, state in part.turns
        ),
        tuple(
            Coverage(part.id, "http-1", moment(start), moment(end))
            for part in world.parts
            for start, end in part.watched
        ),
        tuple(UplinkGap(moment(start), moment(end)) for start, end in sorted(world.offline)),
    )


# What is true of it


@dataclass(frozen=True)
class Truth:
    """What is true of a window; all times in minutes, of several components added up."""

    window: int
    states: Mapping[tuple[int, int], int]
    """Minutes by state and by who watched."""
    down: Fraction
    least: Fraction
    parts: int = 1
    known: bool | None = None
    """Whether a mean has a percentage; None where it follows from the time that was watched."""

    def sum(self, *, watchers: Iterable[int] = (0, MACHINE, PEOPLE)) -> int:
        return sum(
            count
            for (state, who), count in self.states.items()
            if state not in (NO_DATA, WORK) and who in watchers
        )

    @property
    def work(self) -> int:
        return sum(count for (state, _), count in self.states.items() if state == WORK)

    @property
    def is_known(self) -> bool:
        watched = self.sum(watchers=(MACHINE, PEOPLE))
        enough = watched >= min(self.least, Fraction(self.window, 2)) and self.sum() > 0
        return enough if self.known is None else self.known

    def percent(self, *, with_work: bool = False) -> float | None:
        more = self.work if with_work else 0
        if not self.is_known:
            return None
        return int((1 - (self.down + more) / (self.sum() + more)) * 10_000) / 100

    @property
    def coverage(self) -> int:
        return max(1, round(Fraction(100 * self.sum(), self.window))) if self.sum() else 0

    @property
    def source(self) -> str | None:
        machine, whole = self.sum(watchers=(MACHINE,)), self.sum()
        if not whole:
            return None
        if machine * 100 >= whole * 99:
            return "measured"
        return "mixed" if machine else "written"

    def sentence(self, name: str) -> str:
        """Return the English sentence on the window of a name, such as 24h, 90d or 2026-11."""
        share = self.percent()
        if share is None:
            minutes = self.sum(watchers=(MACHINE, PEOPLE)) // self.parts
            return f"no percentage: {length(minutes)} measured" if minutes else NOTHING
        number = "100 %" if share == 100 else f"{share:.2f} %"
        is_whole = self.sum() * 100 >= self.window * 99
        extent = named(name, self.window // self.parts) if is_whole else length(self.sum() // self.parts)
        if self.source == "written":
            return f"{number} of {extent}, as written by people"
        if self.source == "mixed" and is_whole:
            return f"{number} of {extent}, partly as written by people"
        if self.source == "mixed":
            return f"{number} of the {extent} measured or written down"
        return f"{number} of {extent}" if is_whole else f"{number} of the {extent} measured"


NOTHING = "no percentage: nothing measured"


def length(minutes: int) -> str:
    for unit, size in (("days", DAY), ("hours", 60)):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def named(name: str, minutes: int) -> str:
    if name == "24h":
        return "24 hours"
    if name.endswith("d"):
        return f"{name[:-1]} days"
    # The days of a month, and those so far of one that is not over, today with its first hour.
    days = next(days for days in range(99) if minutes <= days * DAY + 60)
    return length(minutes if minutes < DAY else days * DAY)


def paint(track: bytearray, world: World, spans: Iterable[tuple[int, int, int]]) -> None:
    for start, end, colour in spans:
        left, right = max(0, start - world.first), min(len(track), end - world.first)
        if left < right:
            track[left:right] = bytes([colour]) * (right - left)


def masked(track: bytes, mask: bytes, *, where: bool) -> bytes:
    """Return a track with zero wherever another one is not zero, or wherever it is."""
    table = bytes([0 if where else 255]) + bytes([255 if where else 0]) * 255
    both = int.from_bytes(track, "big") & int.from_bytes(mask.translate(table), "big")
    return both.to_bytes(len(track), "big")


def joined(left: bytes, right: bytes, shift: int = 0) -> bytes:
    both = int.from_bytes(left, "big") | int.from_bytes(right, "big") << shift
    return both.to_bytes(len(left), "big")


def minutes_of(world: World, part: Part) -> bytes:
    """Return one byte for each minute: its state, and who watched it four bits above."""
    size = world.now - world.first
    state, who = bytearray(size), bytearray(size)
    if part.is_checked:
        paint(state, world, steps(part.turns, world.now))
        seen = bytearray(size)
        paint(seen, world, ((*watched, 1) for watched in part.watched))
        last = max((end for _, end in part.watched), default=0)
        # An answer stands for three intervals of a minute.
        paint(seen, world, [(last, world.now, 1)] if world.now - last <= 3 else ())
        paint(seen, world, ((*gap, 0) for gap in world.offline))
        measured = masked(bytes(state), bytes(seen), where=True)
        people = bytearray(size)
        paint(people, world, ((*stretch, 1) for stretch in world.reported))
        by_people = masked(bytes(people), measured, where=False)
        state = bytearray(joined(measured, by_people))
        who = bytearray(joined(measured.translate(bytes([0]) + bytes([MACHINE]) * 255), by_people, shift=1))
    else:
        paint(state, world, [(world.first, world.now, GOOD)])
        paint(who, world, [(world.first, world.now, PEOPLE)])
    paint(state, world, ((*window, WORK) for name, window in world.works if name == part.id))
    declared = sorted(declared_of(world, part), key=lambda item: item[2])
    paint(state, world, declared)
    return joined(bytes(state), bytes(who), shift=4)


def steps(turns: Sequence[tuple[int, int]], end: int) -> Iterator[tuple[int, int, int]]:
    for place, (at, state) in enumerate(turns):
        yield at, turns[place + 1][0] if place + 1 < len(turns) else end, state


def declared_of(world: World, part: Part) -> Iterator[tuple[int, int, int]]:
    """Give the trouble that people wrote down; where it overlaps, the worst is to be painted last."""
    for story in world.stories:
        said = [item for item in story.updates if item[0] <= world.now]
        if not said or said[-1][1] == "withdrawn":
            continue
        now, before, is_over, turns = GOOD, GOOD, False, []
        for place, (minute, says, named_states) in enumerate(said):
            if says == "resolved":
                before, now, is_over = now, GOOD, True
            elif is_over:
                now, is_over = before, False
            now = named_states.get(part.formerly or part.id, now) if says != "resolved" else now
            turns.append((story.started if not place else minute, now))
        yield from (item for item in steps(turns, world.now) if item[2] != GOOD)


@cache
def midnights(zone: str) -> Mapping[date, int]:
    """Return the first minute of each day, found by asking the clock every half hour."""
    found: dict[date, int] = {}
    for minute in range(0, 830 * DAY, 30):
        found.setdefault(moment(minute).astimezone(ZoneInfo(zone)).date(), minute)
    return found


def windows_of(world: World) -> dict[str, Span]:
    nights = midnights(world.zone)
    today = max(day for day, minute in nights.items() if minute <= world.now)
    found = {"1h": 60, "6h": 360, "24h": DAY, "3d": 3 * DAY}
    spans = {name: (world.now - minutes, world.now) for name, minutes in found.items()}
    for days in (7, 30, 45, 90):
        spans[f"{days}d"] = (nights[today - timedelta(days=days - 1)], world.now)
    firsts = sorted((day for day in nights if day.day == 1 and day <= today), reverse=True)[:12]
    end = world.now
    for first in firsts:
        spans[f"{first:%Y-%m}"] = (nights[first], end)
        end = nights[first]
    return spans


Windows = Mapping[str, Truth]


def truths_of(world: World, part: Part) -> Windows:
    """Return what is true of each window of a component, and of the months since it was first watched."""
    track, spans = minutes_of(world, part), windows_of(world)
    edges = sorted({min(max(edge - world.first, 0), len(track)) for span in spans.values() for edge in span})
    pieces = {
        (left, right): Counter({code: track.count(code, left, right) for code in set(track[left:right])})
        for left, right in itertools.pairwise(edges)
    }
    begun = next((world.first + at for at, code in enumerate(track) if code >> 4), world.now)
    if not part.is_checked:
        begun = spans["90d"][0]
    found: dict[str, Truth] = {}
    for name, (start, end) in spans.items():
        left, right = max(start - world.first, 0), end - world.first
        codes: Counter[int] = sum(
            (count for (begin, over), count in pieces.items() if left <= begin and over <= right), Counter()
        )
        states = Counter({(code & 15, code >> 4): count for code, count in codes.items()})
        if not part.is_checked:
            # People were there before the first minute too, and nothing was written down.
            states[GOOD, PEOPLE] += max(0, min(end, world.first) - start)
        if "-" not in name or end > begun:
            found[name] = Truth(end - start, states, down_of(world, states), Fraction(world.least))
    return found


def down_of(world: World, states: Mapping[tuple[int, int], int]) -> Fraction:
    return sum(
        (world.weights.get(state, Fraction(0)) * count for (state, _), count in states.items()), Fraction(0)
    )


def mean_of(parts: Sequence[Windows]) -> Windows:
    """Return what is true of several components together: those without a percentage are no data."""
    names = {name for part in parts for name in part}
    found = {}
    for name in sorted(names, reverse=True):
        members = [part[name] for part in parts if name in part]
        known = any(member.is_known for member in members)
        counted = [member for member in members if member.is_known or not known]
        found[name] = Truth(
            sum(member.window for member in members),
            sum((Counter(member.states) for member in counted), Counter())
            + Counter({(WORK, 0): sum(member.work for member in members if member not in counted)}),
            sum((member.down for member in counted), Fraction(0)),
            Fraction(0),
            len(members),
            known,
        )
    return found
