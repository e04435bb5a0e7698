from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from waypost.formats.status import ComponentStatus, Impact, Incident, Maintenance, UpdateStatus
from waypost.reading.io.incident_files import load_incident, load_maintenance

FRONT = "---\ntitle: Mail is late\nimpact: minor\ncomponents: {mail: partial_outage}\n---\n"
WORK = """---
title: New disks
components: [web, mail]
scheduled_for: 2026-10-18T02:00:00+02:00
scheduled_until: 2026-10-18T03:00:00+02:00
articles: [a/b.md]
---
"""
FIRST = "## investigating · 2026-10-02T10:00:00+02:00\nMail is late.\n"


def incident(tmp_path: Path, body: str, front: str = FRONT) -> tuple[Incident | None, list[tuple[str, int]]]:
    file = tmp_path / "late.md"
    file.write_text(front + body, encoding="utf-8")
    found, problems = load_incident(tmp_path, file)
    return found, [(problem.code, problem.location.line) for problem in problems]


def good(tmp_path: Path, body: str, front: str = FRONT) -> Incident:
    found, problems = incident(tmp_path, body, front)
    assert problems == []
    assert found is not None
    return found


def test_an_incident_is_read_whole(tmp_path: Path) -> None:
    text = FRONT.replace("\n---\n", "\nstarted: 2026-10-02T09:55:00+02:00\narticles: [a.md]\n---\n")
    found = good(tmp_path, FIRST + "\n## resolved · 2026-10-02T08:40:30Z\nAll is *well*.\n\nThanks.\n", text)
    assert (found.id, found.title, found.impact) == ("late", "Mail is late", Impact.MINOR)
    assert found.components == {"mail": ComponentStatus.PARTIAL_OUTAGE}
    assert found.started == datetime.fromisoformat("2026-10-02T09:55:00+02:00")
    assert found.articles == ("a.md",)
    assert [update.id for update in found.updates] == [
        "20261002t080000z-investigating",
        "20261002t084030z-resolved",
    ]
    assert found.updates[1].body == "All is *well*.\n\nThanks."
    assert found.resolved_at == datetime.fromisoformat("2026-10-02T08:40:30+00:00")


def test_a_file_that_changes_is_read_anew_whatever_its_size_and_time_say(tmp_path: Path) -> None:
    file = tmp_path / "late.md"
    for word in ("late", "slow", "late"):
        file.write_text(FRONT + FIRST.replace("late", word), encoding="utf-8")
        os.utime(file, ns=(1, 1))
        found, _ = load_incident(tmp_path, file)
        assert found
        assert found.updates[0].body == f"Mail is {word}."


def test_files_of_one_text_are_incidents_of_their_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text(FRONT + FIRST, encoding="utf-8")
    found = [load_incident(tmp_path, tmp_path / f"{name}.md")[0] for name in ("one", "two")]
    assert [item.id for item in found if item] == ["one", "two"]


def test_a_mistake_is_told_each_time_that_it_is_read(tmp_path: Path) -> None:
    for _ in range(3):
        found, problems = incident(tmp_path, "## broken\n")
        assert found is None
        assert problems == [("update-heading", 6)]


def test_without_started_an_incident_begins_with_its_first_update(tmp_path: Path) -> None:
    found = good(tmp_path, FIRST)
    assert found.started == found.updates[0].at


@pytest.mark.parametrize("dash", ["·", "|", "-", "–"])  # the marks people type
def test_the_marks_between_status_and_time_that_people_type(tmp_path: Path, dash: str) -> None:
    found = good(tmp_path, f"##  investigating  {dash}  2026-10-02T10:00:00+02:00  \nText.\n")
    assert found.status is UpdateStatus.INVESTIGATING


def test_a_promise_is_taken_out_of_the_text(tmp_path: Path) -> None:
    found = good(tmp_path, FIRST + "\nnext update by 2026-10-02T11:00:00+02:00.\n")
    assert found.updates[0].next_update_by == datetime.fromisoformat("2026-10-02T11:00:00+02:00")
    assert found.updates[0].body == "Mail is late."


def test_headings_inside_code_and_of_other_levels_belong_to_the_text(tmp_path: Path) -> None:
    code = "```\n## not a heading\n~~~\n```\n### A part\n#hash\n~~~\n## neither\n~~~"
    found = good(tmp_path, FIRST + code)
    assert found.updates[0].body == f"Mail is late.\n{code}"


HEADING = "## resolved · 2026-10-02T11:00:00+02:00"


@pytest.mark.parametrize(
    "code",
    [
        f"````\n```\n{HEADING}\n```\n````",
        f"~~~~\n~~~\n{HEADING}\n~~~\n~~~~~",
        f"```\n```sh\n{HEADING}\n```",
        f"~~~ a`b\n```\n{HEADING}\n~~~",
        f"   ```\n{HEADING}\n   ```",
        f"```\n    ```\n{HEADING}\n```",
        f"```\n{HEADING}",
    ],
)
def test_a_sample_of_an_update_in_code_is_no_update(code: str, tmp_path: Path) -> None:
    found = good(tmp_path, FIRST + code)
    assert [update.body for update in found.updates] == [f"Mail is late.\n{code}"]


@pytest.mark.parametrize(
    "code", ["``` a ```", "    ```", "- ```\n  x", "> ```\n> x", "```\nx\n`````", "``", "<!--"]
)
def test_an_update_below_what_opens_no_code_is_one(code: str, tmp_path: Path) -> None:
    found = good(tmp_path, f"{FIRST}{code}\n{HEADING}\nOver.")
    assert [update.status for update in found.updates] == ["investigating", "resolved"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", [("update-heading", 6)]),
        ("Text first.\n" + FIRST, [("update-heading", 6)]),
        ("## investigating\nText.\n", [("update-heading", 6)]),
        ("## Investigating · 2026-10-02T10:00:00+02:00\nText.\n", [("update-heading", 6)]),
        ("## scheduled · 2026-10-02T10:00:00+02:00\nText.\n", [("update-heading", 6)]),
        ("## investigating · 2026-10-02 10:00\nText.\n", [("update-heading", 6)]),
        ("## investigating · 2026-10-02T10:00:00\nText.\n", [("bad-date", 6)]),
        ("## investigating · 2026-13-02T10:00:00Z\nText.\n", [("bad-date", 6)]),
        ("## investigating · 0001-01-01T00:00:00+14:00\nText.\n", [("bad-date", 6)]),
        ("## investigating · 9999-12-31T23:59:59-14:00\nText.\n", [("bad-date", 6)]),
        ("## investigating · 2026-10-02T10:00:00Z\n\n", [("bad-value", 6)]),
        (FIRST + "\nNext update by noon.", [("bad-date", 9)]),
        ("## resolved · 2026-10-02T10:00:00Z\nText.\n", [("incident-order", 6)]),
        ("## postmortem · 2026-10-02T10:00:00Z\nText.\n", [("incident-order", 6)]),
        (FIRST + FIRST, [("incident-order", 8)]),  # the same time twice
        (FIRST + "## identified · 2026-10-02T09:59:00+02:00\nText.\n", [("incident-order", 8)]),
        (FIRST + "## monitoring · 2026-10-02T08:00:00Z\nThe same moment.\n", [("incident-order", 8)]),
        (FIRST + "## postmortem · 2026-10-03T08:00:00Z\nText.\n", [("incident-order", 8)]),
        # Everything is reported at once, and an order that misses an update is not judged.
        ("## a\n## b\n" + FIRST + FIRST, [("update-heading", 6), ("update-heading", 7)]),
    ],
)
def test_a_timeline_that_cannot_be_is_refused_at_its_line(
    tmp_path: Path, body: str, expected: list[tuple[str, int]]
) -> None:
    assert incident(tmp_path, body) == (None, expected)


def test_after_its_end_an_incident_has_a_postmortem_or_is_reopened(tmp_path: Path) -> None:
    body = FIRST + "## resolved · 2026-10-02T12:00:00Z\nEnd.\n## postmortem · 2026-10-03T12:00:00Z\nWhy.\n"
    assert good(tmp_path, body).resolved_at == datetime.fromisoformat("2026-10-02T12:00:00+00:00")
    again = body + "## identified · 2026-10-04T12:00:00Z\nAgain.\n"
    assert good(tmp_path, again).resolved_at is None
    end = "## resolved · 2026-10-05T12:00:00Z\nEnd.\n"
    assert good(tmp_path, again + end).resolved_at == datetime.fromisoformat("2026-10-05T12:00:00+00:00")
    withdrawn = "## withdrawn · 2026-10-05T12:00:00Z\nA mistake.\n"
    assert good(tmp_path, again + withdrawn).is_withdrawn
    assert incident(tmp_path, again + withdrawn + end.replace("05T", "06T"))[1] == [("incident-order", 16)]
    assert incident(tmp_path, body + end)[1] == [("incident-order", 12)]
    assert incident(tmp_path, withdrawn)[1] == [("incident-order", 6)]


def test_a_file_name_that_is_no_address_is_refused(tmp_path: Path) -> None:
    for name in ("Late.md", "a b.md", "a--b.md", "a_b.md", "é.md", "-a.md"):
        (tmp_path / name).write_text(FRONT + FIRST, encoding="utf-8")
        found, problems = load_incident(tmp_path, tmp_path / name)
        assert found is None, name
        assert [problem.code for problem in problems] == ["bad-value"]


def maintenance(tmp_path: Path, text: str) -> tuple[Maintenance | None, list[str]]:
    file = tmp_path / "disks.md"
    file.write_text(text, encoding="utf-8")
    found, problems = load_maintenance(tmp_path, file)
    return found, [problem.code for problem in problems]


def test_a_maintenance_is_read_whole(tmp_path: Path) -> None:
    body = "## scheduled · 2026-10-10T10:00:00+02:00\nSlow.\n## completed · 2026-10-18T02:30:00+02:00\nIn.\n"
    found, problems = maintenance(tmp_path, WORK + body)
    assert problems == []
    assert found is not None
    assert (found.components, found.articles) == (("web", "mail"), ("a/b.md",))
    assert (found.scheduled_until - found.scheduled_for).total_seconds() == 3600
    assert found.ended_at == datetime.fromisoformat("2026-10-18T02:30:00+02:00")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (WORK.replace("T03:", "T02:") + "## scheduled · 2026-10-10T10:00:00Z\nX.", ["incident-order"]),
        (WORK + "## completed · 2026-10-10T10:00:00Z\nX.", ["incident-order"]),
        (WORK + "## resolved · 2026-10-10T10:00:00Z\nX.", ["update-heading"]),
        (WORK.replace("[web, mail]", "[]") + "## scheduled · 2026-10-10T10:00:00Z\nX.", ["bad-value"]),
        (WORK, ["update-heading"]),
    ],
)
def test_a_maintenance_that_cannot_be_is_refused(tmp_path: Path, text: str, codes: list[str]) -> None:
    assert maintenance(tmp_path, text) == (None, codes)


@pytest.mark.parametrize("body", ["- " * 2000 + "x", "word " * 4000], ids=["too deep", "too long"])
def test_an_update_that_no_page_can_hold_is_refused(tmp_path: Path, body: str) -> None:
    file = tmp_path / "status" / "incidents" / "late.md"
    file.parent.mkdir(parents=True)
    head = "---\ntitle: Late\nimpact: minor\ncomponents: {mail: partial_outage}\n---\n"
    file.write_text(f"{head}## investigating · 2026-11-20T10:00:00+01:00\n{body}\n")
    incident, problems = load_incident(tmp_path, file)
    assert incident is None
    assert [problem.code for problem in problems] == ["too-complex"]
