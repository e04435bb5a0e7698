"""cState sites as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.imports import notes_about, pictured, write_files
from waypost.formats.status import Incident
from waypost.importing.registry import IMPORTERS
from waypost.importing.rules.times import moment_of
from waypost.importing.status_history import StatusImport, import_status
from waypost.reading.site import Site

CONFIG = """\
title: Acme
baseURL: https://status.acme.example
params:
  categories: [{name: Hidden, untitled: yes}, {name: Shown}]
  systems: [{name: API, category: Hidden}, {name: Web, category: Shown}]
"""
BODY = '*Investigating* - The API is down. {{< track "2024-05-01 09:10:00" >}}\n'


def imported(folder: Path, front: str, body: str = BODY, name: str = "2024-05-01-api.md") -> StatusImport:
    text = f"---\ntitle: The API is down\n{front}---\n{body}"
    write_files(folder / "old", {"config.yml": CONFIG, f"content/issues/{name}": text})
    (folder / "site").mkdir()
    return import_status(Site(folder / "site"), IMPORTERS["cstate"], str(folder / "old"))


def incident(folder: Path) -> Incident:
    [found] = pictured(Site(folder / "site")).incidents
    return found


def timeline(folder: Path) -> list[tuple[str, str, str]]:
    return [(it.status.value, it.at.isoformat(), it.body) for it in incident(folder).updates]


FRONT = "date: 2024-05-01 09:00:00\nseverity: down\naffected: [API]\n"


@pytest.mark.parametrize(
    "written",
    [
        "true",
        "True",
        "TRUE",
        "yes",
        "Yes",
        "y",
        "on",
        '"true"',
        "'yes'",
        "1",
        '"1"',
        "done",
        "2024-05-01 10:00:00",
    ],
)
def test_an_issue_is_over_however_yes_is_written(written: str, tmp_path: Path) -> None:
    imported(tmp_path, f"{FRONT}resolved: {written}\n")
    assert incident(tmp_path).status == "resolved"


@pytest.mark.parametrize("written", ["false", "False", "no", "No", "n", "off", '"false"', "'no'", "0", '"0"'])
def test_an_issue_goes_on_however_no_is_written(written: str, tmp_path: Path) -> None:
    imported(tmp_path, f"{FRONT}resolved: {written}\n")
    assert incident(tmp_path).resolved_at is None


@pytest.mark.parametrize("line", ["", "resolved:\n", 'resolved: ""\n', "resolved: null\n", "resolved: ~\n"])
def test_an_end_without_resolved_is_an_end(line: str, tmp_path: Path) -> None:
    imported(tmp_path, f"{FRONT}{line}resolvedWhen: 2024-05-01 10:00:00\n")
    assert timeline(tmp_path)[-1] == ("resolved", "2024-05-01T10:00:00+00:00", "Resolved.")


@pytest.mark.parametrize("line", ["", "resolved:\n"])
def test_an_issue_that_says_nothing_of_its_end_is_open(line: str, tmp_path: Path) -> None:
    imported(tmp_path, f"{FRONT}{line}resolvedWhen:\n")
    assert incident(tmp_path).resolved_at is None


@pytest.mark.parametrize("written", ["false", "no", '"false"'])
def test_an_end_that_is_denied_is_taken_and_noted(written: str, tmp_path: Path) -> None:
    report = imported(tmp_path, f"{FRONT}resolved: {written}\nresolvedWhen: 2024-05-01 10:00:00\n")
    assert incident(tmp_path).resolved_at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    note = "It gives an end, and says that it is not resolved. The end was taken."
    assert note in notes_about(report, "api.md")


@pytest.mark.parametrize(("resolved", "is_over"), [("false", False), ("", False), ("true", True)])
def test_an_end_before_the_beginning_is_left_from_another_issue(
    resolved: str, is_over: bool, tmp_path: Path
) -> None:
    report = imported(tmp_path, f"{FRONT}resolved: {resolved}\nresolvedWhen: 2022-05-01 10:00:00\n")
    assert (incident(tmp_path).resolved_at is not None) == is_over
    assert "Its end lies before its beginning, so it was not taken." in notes_about(report, "api.md")


def test_paragraphs_with_times_are_updates_of_their_own(tmp_path: Path) -> None:
    """The newest has a word before it, the others have none."""
    body = (
        '<!-- **Monitoring** - Not yet. {{< track "2024-05-01 09:55" >}} -->\n\n'
        '**Resolved**: It is done. {{< track "2024-05-01 10:00" >}}\n\n'
        'It takes longer.\n\nTwo hours more. {{< track "2024-05-01 09:30" >}}\n\n'
        'We clean up,\nat {{< htrack "2024-05-01 09:15" >}}. {{< track "2024-05-01 09:10" >}}\n'
    )
    imported(tmp_path, f"{FRONT}resolved: true\nresolvedWhen: 2024-05-01 10:00\n", body)
    assert [(status, at[11:16], text) for status, at, text in timeline(tmp_path)] == [
        ("investigating", "09:10", "We clean up,\nat 2024-05-01 09:15."),
        ("investigating", "09:30", "It takes longer.\n\nTwo hours more."),
        ("resolved", "10:00", "It is done."),
    ]


@pytest.mark.parametrize("written", ["true", "yes", '"true"', "on"])
@pytest.mark.parametrize("resolved", ["", "resolved: false\n", "resolved: yes\n"])
def test_a_post_that_informs_is_never_open(written: str, resolved: str, tmp_path: Path) -> None:
    report = imported(tmp_path, f"{FRONT}{resolved}informational: {written}\n", "We have a new logo.\n")
    found = incident(tmp_path)
    assert (found.resolved_at, found.impact.value, dict(found.components)) == (
        datetime(2024, 5, 1, 9, 1, tzinfo=UTC),
        "none",
        {"api": "operational"},
    )
    assert report.problems == ()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-12-04T8:00:00-00:00", "2023-12-04T08:00:00+00:00"),
        ("2023-12-04T011:00:00-00:00", "2023-12-04T11:00:00+00:00"),
        ("2023-12-4 8:05", "2023-12-04T08:05:00+01:00"),
        ("2023-7-4 8:5:9", "2023-07-04T08:05:09+02:00"),
        ("2023-12-04", "2023-12-04T00:00:00+01:00"),
        ("2023-12-04T08:00Z", "2023-12-04T08:00:00+00:00"),
        ("2023-12-04t08:00:00z", "2023-12-04T08:00:00+00:00"),
        ("2023-12-04 08:00:00 UTC", "2023-12-04T08:00:00+00:00"),
        ("2023-12-04 08:00:00 +0530", "2023-12-04T08:00:00+05:30"),
        ("2023-12-04 08:00:00 -0500 EST", "2023-12-04T08:00:00-05:00"),
        ("2023-12-04T08:00:00+1", "2023-12-04T08:00:00+01:00"),
        ("2023-12-04T08:00:00.123456789Z", "2023-12-04T08:00:00.123000+00:00"),
        ("  2023-12-04 08:00  ", "2023-12-04T08:00:00+01:00"),
        ("2023-12-04 24:00", None),
        ("2023-02-29 10:00", None),
        ("2023-13-01", None),
        ("2023-12-04T08:00:00+99:00", None),
        ("0000-00-00 00:00:00", None),
        ("1969-12-04", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("4 Dec 2023", None),
        ("soon", None),
        ("", None),
    ],
)
def test_times_are_read_as_people_write_them(written: str, expected: str | None) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    found = moment_of(written, ZoneInfo("Europe/Berlin"))
    assert (found.isoformat() if found else None) == expected


def test_an_hour_of_one_digit_keeps_its_issue(tmp_path: Path) -> None:
    imported(tmp_path, "date: 2023-12-04T8:00:00-00:00\nseverity: down\naffected: [API]\n", "It is down.\n")
    assert incident(tmp_path).started == datetime(2023, 12, 4, 8, tzinfo=UTC)


def test_dots_in_the_name_of_a_file_stay_in_its_address(tmp_path: Path) -> None:
    imported(tmp_path, FRONT, name="2024-05-01-infra.ci-v2.1.md")
    found = incident(tmp_path)
    assert found.redirect_from == ("issues/2024-05-01-infra.ci-v2.1/",)
    assert found.updates[0].body == "The API is down."


@pytest.mark.parametrize(
    "affected", ["", "affected:\n", "affected: []\n", 'affected: ""\n', "affected: [null]\n"]
)
def test_an_issue_may_name_no_system(affected: str, tmp_path: Path) -> None:
    report = imported(tmp_path, f"date: 2024-05-01 09:00:00\nseverity: down\n{affected}resolved: yes\n")
    found = incident(tmp_path)
    assert (dict(found.components), found.status) == ({}, "resolved")
    assert "It names no component. Add those that were hit, if you know them." in notes_about(
        report, "api.md"
    )


CONTRADICTION = "The time of an update contradicts the dates of its issue, which were taken."


@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        (("2024-05-01 09:05", "2024-05-01 09:50"), ["09:05:00", "09:50:00", ""]),
        (("2023-05-01 09:05", "2024-05-01 09:50"), ["09:00:00", "09:50:00", CONTRADICTION]),
        (("2024-05-01 08:55", "2024-05-01 09:50"), ["09:00:00", "09:50:00", CONTRADICTION]),
        (("2024-05-01 09:05", "2025-05-01 09:50"), ["09:05:00", "10:00:00", CONTRADICTION]),
        (("2022-05-01 09:05", "2022-05-01 09:50"), ["09:00:00", "10:00:00", CONTRADICTION]),
    ],
)
def test_times_of_updates_that_contradict_their_issue(
    tracks: tuple[str, str], expected: list[str], tmp_path: Path
) -> None:
    body = "\n".join(
        f'*{word}* - Text. {{{{< track "{at}" >}}}}\n'
        for word, at in zip(("Resolved", "Investigating"), reversed(tracks), strict=True)
    )
    report = imported(tmp_path, f"{FRONT}resolved: yes\nresolvedWhen: 2024-05-01 10:00\n", body)
    assert [(status, at[11:19]) for status, at, _ in timeline(tmp_path)] == [
        ("investigating", expected[0]),
        ("resolved", expected[1]),
    ]
    assert [it for it in notes_about(report, "api.md") if it == CONTRADICTION] == [
        it for it in expected[2:] if it
    ]


def test_what_was_written_after_the_end_does_not_open_the_issue_again(tmp_path: Path) -> None:
    body = (
        '*Update* - Here is why. {{< track "2024-05-03 09:00" >}}\n\n'
        '*Resolved* - It works. {{< track "2024-05-01 10:00" >}}\n\n'
        '*Investigating* - It is down. {{< track "2024-05-01 09:00" >}}\n'
    )
    imported(tmp_path, f"{FRONT}resolved: true\nresolvedWhen: 2024-05-01 10:00\n", body)
    found = incident(tmp_path)
    assert found.status == "resolved"
    assert found.resolved_at is not None
    assert found.resolved_at.date() == datetime(2024, 5, 1, tzinfo=UTC).date()


@pytest.mark.parametrize("rule", ["---", "***", "- - -", "-----", "___"])
def test_a_rule_between_updates_makes_no_heading(rule: str, tmp_path: Path) -> None:
    body = (
        f'*Monitoring* - It works again.\nWe watch it. {{{{< track "2024-05-01 09:30" >}}}}\n{rule}  \n\n'
        f'*Investigating* - It is down.\n\n{rule}\n\nMore to come. {{{{< track "2024-05-01 09:00" >}}}}\n{rule}\n'
    )
    imported(tmp_path, FRONT, body)
    assert [text for _, _, text in timeline(tmp_path)] == [
        f"It is down.\n\n{rule}\n\nMore to come.",
        "It works again.\nWe watch it.",
    ]


def test_comments_are_not_shown(tmp_path: Path) -> None:
    body = "<!-- [Final message]\nDone by Jo on host db7 -->\n\nThe API is down.\n<!-- secret -->\n"
    imported(tmp_path, FRONT, body)
    assert timeline(tmp_path)[0][2] == "The API is down."


def test_groups_without_a_title_are_none(tmp_path: Path) -> None:
    imported(tmp_path, FRONT)
    found = [(item.group, item.name) for item in pictured(Site(tmp_path / "site")).components]
    assert found == [("", "API"), ("Shown", "Web")]
