"""Whatever stands in an incident that Waypost accepts, the rules answer, and at a place that is there."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.helpers.status_world import with_states

from helpers.sites import minimal_site
from waypost.formats.lint import Cadence, LintConfig
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status import (
    INCIDENT_STATUSES,
    MAINTENANCE_STATUSES,
    ComponentStatus,
    Impact,
    Incident,
    Maintenance,
    Update,
)
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.formats.status_site import StatusSite
from waypost.lint.lint import lint
from waypost.lint.rules.registry import RULES
from waypost.lint.rules.rule import Finding, LintSite

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PIECES = st.sampled_from(
    [
        *(
            "### Summary",
            "**Impact:**",
            "- ",
            "1. ",
            "| Owner | Due |\n| - | - |\n",
            "**Root cause**",
            "Action items",
        ),
        *(
            "### Action items\n",
            "### Maßnahmen\n",
            "Owner: x",
            "Due: 2026-12-01",
            "\n",
            "\n\n",
            "\t",
            "    ",
            "`",
            "```",
        ),
        *(
            "[a](/start/first/)",
            "](",
            "![",
            "http://[",
            "://a:b@c",
            "password=",
            "10.0.0.1",
            "fd00::",
            ":" * 9,
            "." * 9,
        ),
        *(
            "OPS-12",
            "a.internal",
            "workaround",
            "no",
            "because",
            "5 min",
            "please",
            "We are investigating",
            "漢",
            "😀",
        ),
        *(
            "Next update by 2026-11-20T10:30:00+01:00.",
            "Say what customers see",
            "\u202e",
            "**" * 5,
            "#" * 9,
            "AKIA",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=25).map(" ".join)
MOMENTS = st.integers(0, 370_000).map(lambda days: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(days=days))
NEAR = st.integers(-60 * 24 * 50, 60 * 24 * 50).map(lambda minutes: NOW + timedelta(minutes=minutes))
TIMES = st.one_of(NEAR, NEAR, MOMENTS)
SPANS = st.timedeltas(timedelta(milliseconds=1), timedelta(days=366))
TITLES = TEXTS.map(lambda text: " ".join(text.split()) or "x")


@st.composite
def timelines(draw: st.DrawFn, maintenance: bool = False) -> tuple[Update, ...]:
    statuses = MAINTENANCE_STATUSES if maintenance else INCIDENT_STATUSES
    moments = sorted(draw(st.lists(TIMES, min_size=1, max_size=5, unique=True)))
    return tuple(
        Update(str(index), draw(st.sampled_from(statuses)), at, draw(TEXTS), draw(st.none() | TIMES))
        for index, at in enumerate(moments)
    )


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    updates = draw(timelines())
    hit = {"web": ComponentStatus.MAJOR_OUTAGE}
    return Incident(
        "a", draw(TITLES), draw(st.sampled_from(Impact)), hit, updates[0].at, with_states(updates, hit)
    )


@st.composite
def maintenances(draw: st.DrawFn) -> Maintenance:
    start, end = sorted(draw(st.lists(TIMES, min_size=2, max_size=2, unique=True)))
    components = tuple(draw(st.lists(st.sampled_from(["web", "mail"]), min_size=1, max_size=3)))
    return Maintenance("b", draw(TITLES), components, start, end, draw(timelines(maintenance=True)))


def status_of(found: tuple[Incident, ...], works: tuple[Maintenance, ...]) -> StatusSite:
    page = PageConfig(name="Status", url="https://status.example.org/")
    parts = (Component(id="web", name="Web pages"), Component(id="mail", name="Mail"))
    return StatusSite(StatusConfig(page=page, components=parts), found, works)


def judged(site: LintSite) -> list[Finding]:
    return [finding for rule in RULES.values() for finding in rule.check(site)]


@given(st.lists(incidents(), max_size=3), st.lists(maintenances(), max_size=3), SPANS, SPANS, TIMES)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_finding_of_any_timeline_has_a_place_and_one_line(
    found: list[Incident], works: list[Maintenance], span: timedelta, other: timedelta, now: datetime
) -> None:
    config = LintConfig(
        updates_within=Cadence(critical=span, major=other), postmortem_within=other, announced_ahead=span
    )
    status = status_of(tuple(found), tuple(works))
    texts = {
        f"status/{kind}/{item.id}.md": (7, "\n".join(update.body for update in item.updates))
        for kind, items in (("incidents", found), ("maintenance", works))
        for item in items
    }
    site = LintSite(Project(HelpCenter(), status), config, {}, frozenset(), now, texts)
    longest = max((len(item.updates) for item in [*found, *works]), default=0)
    for finding in judged(site):
        assert finding.path in texts
        assert finding.message
        assert "\n" not in finding.message
        place = finding.place
        assert (
            bool(place.key) + (place.line >= 7) + (place.update is not None and 0 <= place.update < longest)
            == 1
        )


FRONT = "---\ntitle: Pages\nimpact: {}\ncomponents: {{web: partial_outage}}\n---\n"


@given(
    st.sampled_from(Impact),
    st.lists(st.tuples(st.sampled_from(INCIDENT_STATUSES), TEXTS), min_size=1, max_size=4),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_file_is_judged_or_refused_with_a_place_in_it(
    impact: Impact, texts: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = minimal_site(Path(folder, "site"))
        updates = [
            f"## {status} · 2026-11-20T1{n}:00:00+01:00\n{body}\n" for n, (status, body) in enumerate(texts)
        ]
        file = site.root / "status" / "incidents" / "a.md"
        file.write_bytes((FRONT.format(impact) + "\n".join(updates)).encode("utf-8", "replace"))
        lines = file.read_bytes().decode().count("\n") + 1
        for problem in lint(site, NOW):
            assert problem.location.path == "status/incidents/a.md"
            assert 0 <= problem.location.line <= lines + file.read_bytes().count(b"\r")
            assert "\n" not in problem.message


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "!",
            ".",
            ". ",
            "a.",
            "a-",
            "1 ",
            "1",
            "10.",
            "fd00:",
            ":",
            "://a:",
            "a@",
            "eyJ",
            "eyJ-eyJ.",
            "Bearer ",
            "password=",
        ),
        *(
            "OPS-1",
            "at a(",
            "  at /",
            "in /a",
            "`",
            "*",
            "**a",
            "[",
            "](",
            "no ",
            "from 1:00",
            "\t",
            "# ",
            "- ",
            "|",
            "\n",
            " \n",
        ),
    ],
)
def test_a_text_of_one_thing_does_not_hang(piece: str) -> None:
    body = (piece * 10_000)[:10_000]
    updates = tuple(
        Update(str(index), status, NOW - timedelta(hours=9 - index), body)
        for index, status in enumerate(INCIDENT_STATUSES)
    )
    hit = {"web": ComponentStatus.MAJOR_OUTAGE}
    incident = Incident("a", piece * 20, Impact.CRITICAL, hit, updates[0].at, with_states(updates, hit))
    texts = {"status/incidents/a.md": (1, body)}
    project = Project(HelpCenter(), status_of((incident,), ()))
    judged(LintSite(project, LintConfig(), {}, frozenset(), NOW, texts))
