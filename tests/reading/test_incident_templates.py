from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.status_world import history, moment, site
from waypost.base.files.languages import load_words
from waypost.formats.incident_templates import PLACEHOLDERS, STATES, IncidentTemplates, Template, UpdateKind
from waypost.formats.status import ComponentStatus, Incident
from waypost.reading.io.incident_templates import NAMES, load_templates
from waypost.status.rules.automatic import automatic_incidents
from waypost.status.rules.timeline import ComponentTimeline

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "docs" / "examples" / "templates"

TROUBLE = (
    "10:00>10:03 downloads/http-1 partial_outage",
    "10:00>10:05 uploads/http-1 major_outage",
    "10:20 downloads/http-1 degraded_performance",
    "10:30 downloads/http-1 operational",
    "10:42>10:45 uploads/http-1 operational",
)


def write(root: Path, files: dict[str, str]) -> IncidentTemplates:
    folder = root / "status" / "templates"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    templates, problems = load_templates(root)
    assert [problem.format() for problem in problems] == []
    return templates


def told(templates: IncidentTemplates, changes: tuple[str, ...] = TROUBLE, hand: str = "") -> Incident:
    written = [{"id": "hand", "title": "Zips stop", "says": [f"{hand} investigating"]}] if hand else []
    place = site(
        {"downloads": 1, "uploads": 1}, written, needs={"uploads": ["downloads"]}, zone="Europe/Berlin"
    )
    rows, now = history(changes), moment("20:00")
    lines = {each.id: ComponentTimeline(each, place, rows, now).changes for each in place.config.flat}
    place = type(place)(place.config, place.incidents, templates=templates)
    return automatic_incidents(place, lines, now, load_words("en"))[0]


def test_a_site_without_the_folder_has_no_templates(tmp_path: Path) -> None:
    assert load_templates(tmp_path) == (IncidentTemplates(), [])


def test_each_text_comes_from_its_file(tmp_path: Path) -> None:
    templates = write(
        tmp_path,
        {
            "opened.md": '---\ntitle: "{component} on {page}"\n---\n\nOpened: {component}, {status}.\n',
            "changed.md": "Changed: {component} is {status}.",
            "changed.operational.md": "Well: {component}; not yet {affected}.",
            "joined.md": "Joined: {component} of {components}.",
            "resolved.md": "Over: {components}, since {since}, for {duration}. {title}.",
        },
    )
    found = told(templates)
    assert found.title == "Downloads on Lumen status"
    assert [update.body for update in found.updates] == [
        "Opened: Downloads, Partial outage.",
        "Joined: Uploads of Downloads and Uploads.",
        "Changed: Downloads is Degraded performance.",
        "Well: Downloads; not yet Uploads.",
        "Over: Downloads and Uploads, since 20 Nov, 11:00, for 42 minutes. Downloads on Lumen status.",
    ]


def test_a_file_for_one_state_goes_before_the_general_one(tmp_path: Path) -> None:
    templates = write(
        tmp_path,
        {
            "opened.major_outage.md": "---\ntitle: Down\n---\nNever told here.\n",
            "opened.partial_outage.md": "---\ntitle: In part\n---\nIn part.\n",
            "resolved.md": "Some end.",
            "resolved.major_outage.md": "The end of the worst.",
        },
    )
    found = told(templates)
    assert (found.title, found.updates[0].body, found.updates[-1].body) == (
        "In part",
        "In part.",
        "The end of the worst.",
    )
    assert found.updates[1].body == "Also affected: Uploads.", "what has no file keeps its words"


BOTH = ("10:00>10:03 downloads/http-1 major_outage", "10:00>10:03 uploads/http-1 major_outage")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{component} fails.", "Downloads fails. Also affected: Uploads."),
        ("{components} fail.", "Downloads and Uploads fail."),
        ("Not well: {affected}.", "Not well: Downloads and Uploads."),
        (r"\{components} is text.", r"\{components} is text. Also affected: Uploads."),
    ],
)
def test_whoever_is_hit_is_named_even_if_the_template_forgets_them(body: str, expected: str) -> None:
    templates = IncidentTemplates({"opened": Template(body, "Outage")})
    assert told(templates, BOTH).updates[0].body == expected


def test_nothing_but_known_names_is_replaced() -> None:
    odd = r"{component} {unknown} {0} {component.id} {{component}} \{component} %s $component"
    found = told(IncidentTemplates({"opened": Template(odd, r"\{ {component} \}")}), BOTH[:1])
    assert (found.title, found.updates[0].body) == (
        "{ Downloads }",
        r"Downloads {unknown} {0} {component.id} {Downloads} \{component} %s $component",
    )


def test_values_are_not_read_as_templates() -> None:
    place = IncidentTemplates({"continued": Template("On at {title}, {component}.")})
    written = told(place, BOTH[:1], hand="10:20")
    assert written.updates[-1].body == "On at Zips stop, Downloads."
    words = load_words("en")
    hostile = site(incidents=[{"id": "hand", "title": "{status} {page}", "says": ["10:20 investigating"]}])
    hostile = type(hostile)(hostile.config, hostile.incidents, templates=place)
    (found,) = automatic_incidents(hostile, {"downloads": history(BOTH[:1]).changes}, moment("20:00"), words)
    assert found.updates[-1].body == "On at {status} {page}, Downloads."


def test_a_part_that_a_person_takes_over_has_the_same_template() -> None:
    templates = IncidentTemplates({"continued": Template("{component}: see {title}.")})
    place = site({"downloads": 1, "uploads": 1}, needs={"uploads": ["downloads"]})
    hand = site(
        incidents=[{"id": "hand", "components": {"uploads": "major_outage"}, "says": ["10:20 investigating"]}]
    )
    place = type(place)(place.config, hand.incidents, templates=templates)
    lines = {
        name: [row for row in history(BOTH).changes if row.component == name]
        for name in ("downloads", "uploads")
    }
    (found,) = automatic_incidents(place, lines, moment("20:00"), load_words("en"))
    assert found.updates[-1].body == "Uploads: see Title of hand."
    assert found.resolved_at is None


def test_what_cannot_be_used_is_left_out_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "status" / "templates"
    (folder / "more").mkdir(parents=True)
    (folder / "resolved.md").write_text("{nothing}", encoding="utf-8")
    (folder / "joined.md").write_text("x" * 10_001, encoding="utf-8")
    (folder / "merged.md").write_bytes(b"\xff")
    (folder / "changed.md").write_text("Fine: {component}.", encoding="utf-8")
    (folder / "more" / "changed.md").write_text("Nobody looks here.", encoding="utf-8")
    (folder / ".changed.md.swp").write_text("An editor's.", encoding="utf-8")
    templates, problems = load_templates(tmp_path)
    assert templates.texts == {"changed": Template("Fine: {component}.")}
    assert sorted(
        (problem.location.path.removeprefix("status/templates/"), problem.code) for problem in problems
    ) == [
        ("joined.md", "too-complex"),
        ("merged.md", "not-utf8"),
        ("more/changed.md", "bad-value"),
        ("resolved.md", "bad-value"),
    ]


def test_every_file_and_placeholder_is_documented_and_shown_in_an_example() -> None:
    text = (ROOT / "docs" / "incidents.md").read_text(encoding="utf-8")
    section = text.partition("### In your own words")[2].partition("\n## ")[0]
    assert {f"{name}.md" for name in NAMES} <= set(re.findall(r"`([a-z_.]+\.md)`", section))
    assert set(re.findall(r"^\| `\{([a-z]+)\}`", section, re.MULTILINE)) == set(PLACEHOLDERS)
    shown = {path.stem.partition(".")[0] for path in EXAMPLES.iterdir()}
    assert shown == {kind.value for kind in UpdateKind}
    assert all(path.stem in NAMES for path in EXAMPLES.iterdir())


def test_there_are_default_words_for_every_kind_and_state() -> None:
    # An outage opens, everything but an outage can only change, and so on: no state without words.
    texts = load_words("en").texts
    for kind, states in STATES.items():
        for state in states:
            names = {f"status.automatic.{kind}", f"status.automatic.{kind}.{state}"}
            assert names & texts.keys(), names
    assert ComponentStatus.DEGRADED_PERFORMANCE not in STATES[UpdateKind.OPENED]
