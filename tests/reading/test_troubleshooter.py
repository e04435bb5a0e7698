"""Troubleshooters: what is read, what is found wrong, and where scenarios end."""

from __future__ import annotations

import time

import pytest

from helpers.cases import Case, golden
from waypost.formats.troubleshooter import Outcome, Scenario
from waypost.problems import CODES, Level
from waypost.reading.rules.troubleshooter import nearest, parse_troubleshooter
from waypost.reading.rules.troubleshooter_graph import (
    MAX_STEPS,
    article_path,
    check_steps,
    question_numbers,
    try_scenario,
)

TREE = """\
## Does it work?
- [Yes, it does](#fine)
- [No](#is-it-on)
## Is it on?
- [Never](#write)
- [Read about it](../other/some%20page.md#part)
## Fine
Outcome: fixed
## Write
Outcome: ticket
"""


@golden("troubleshooter/parse.yml")
def test_what_is_read(case: Case) -> None:
    tree, findings = parse_troubleshooter(case["text"])
    assert findings == []
    assert tree.introduction == case.get("introduction", "")
    read = [
        [step.id, step.title, step.body, step.outcome, list(step.components), answers_of(step.answers)]
        for step in tree.steps
    ]
    assert read == case["steps"], case["why"]


def answers_of(answers: tuple[object, ...]) -> dict[str, str]:
    return {answer.text: answer.target for answer in answers}  # type: ignore[attr-defined]


@golden("troubleshooter/findings.yml")
def test_what_is_found_wrong(case: Case) -> None:
    tree, findings = parse_troubleshooter(case["text"])
    findings = sorted(findings + check_steps(tree, {"web", "mail"}))
    lines = [
        f"{finding.line}:{finding.column} {finding.code} "
        f"{'warning ' if finding.level is Level.WARNING else ''}{finding.message}"
        for finding in findings
    ]
    assert len(lines) == len(case["findings"]), lines
    for line, expected in zip(lines, case["findings"], strict=True):
        assert line.startswith(expected), case["why"]
    assert {finding.code for finding in findings} <= set(CODES)


@golden("troubleshooter/scenarios.yml")
def test_where_a_scenario_ends(case: Case) -> None:
    tree, _ = parse_troubleshooter(TREE)
    scenario = case["scenario"]
    outcome = Outcome(scenario["outcome"]) if "outcome" in scenario else None
    walk = Scenario(
        name=scenario["name"],
        answers=tuple(scenario["answers"]),
        ends_at=scenario["ends_at"],
        outcome=outcome,
    )
    assert list(try_scenario(tree, walk, "downloads/tree.md")) == case["wrong"], case["why"]


def test_places_count_from_the_first_line_of_the_file() -> None:
    tree, findings = parse_troubleshooter("## Does it work?\n\n - [Yes](#fine)\n\n## {#x}\n", first_line=9)
    assert [step.line for step in tree.steps] == [9, 13]
    assert [(answer.line, answer.column) for answer in tree.start.answers] == [(11, 4)]
    assert [finding.line for finding in findings] == [13]


def test_components_are_not_judged_where_they_are_not_known() -> None:
    tree, _ = parse_troubleshooter("## A\nComponent: nobody\n- [No](#write)\n## Write\nOutcome: ticket\n")
    assert check_steps(tree, None) == []
    assert [finding.code for finding in check_steps(tree, ())] == ["unknown-component"]


def test_progress_counts_the_shortest_way() -> None:
    text = "## A\n- [x](#b)\n- [y](#c)\n## B\n- [x](#c)\n## C\n- [x](#d)\n## D\nOutcome: ticket\n## E\n"
    tree, _ = parse_troubleshooter(text)
    assert question_numbers(tree) == {"a": 1, "b": 2, "c": 2, "d": 3}
    text = "## A\n- [x](#b)\n- [y](#c)\n## B\n- [x](#e)\n## C\n- [x](#d)\n## D\n- [x](#e)\n## E\n"
    assert question_numbers(parse_troubleshooter(text)[0])["e"] == 3, "not by way of c and d"


def test_a_circle_is_not_called_too_long_as_well() -> None:
    chain = "".join(f"## S{number}\n- [On](#s{number + 1})\n" for number in range(9))
    tree, _ = parse_troubleshooter(f"{chain}## S9\n- [Round](#s0)\n- [No](#end)\n## End\nOutcome: ticket\n")
    assert [finding.code for finding in check_steps(tree, None)] == ["step-cycle"]


def test_a_file_with_far_too_many_steps_is_refused_in_one_sentence() -> None:
    chain = "".join(f"## S{number}\n- [On](#s{number + 1})\n" for number in range(MAX_STEPS + 1))
    tree, _ = parse_troubleshooter(chain)
    findings = check_steps(tree, None)
    assert [(finding.line, finding.code, finding.level) for finding in findings] == [
        (1, "too-complex", Level.ERROR)
    ]
    assert check_steps(parse_troubleshooter("Nothing.")[0], None) == []


def test_the_longest_file_that_is_allowed_can_be_judged() -> None:
    chain = "".join(f"## S{number}\n- [On](#s{number + 1})\n" for number in range(MAX_STEPS - 1))
    tree, _ = parse_troubleshooter(chain + f"## S{MAX_STEPS - 1}\nOutcome: ticket\n")
    (finding,) = check_steps(tree, None)
    assert (finding.code, finding.level) == ("too-complex", Level.WARNING)


@pytest.mark.parametrize(
    "text",
    [
        "## " + " " * 200_000 + "{#",
        "## a\n- " + "[" * 200_000,
        "## a\n- [" + "a[" * 100_000 + "](#b)",
        "## a\n- [" + "\\" * 200_000,
        "## a\nOutcome: " + " " * 200_000 + "x",
        "## " + "#" * 200_000 + "x",
        "## a\n" + "- [x](" + "(" * 200_000,
        "## a\n" + "`" * 200_000,
    ],
    ids=["heading", "brackets", "nested", "backslashes", "setting", "hashes", "target", "fence"],
)
def test_hostile_text_is_read_in_reasonable_time(text: str) -> None:
    start = time.monotonic()
    tree, _ = parse_troubleshooter(text)
    check_steps(tree, set())
    assert time.monotonic() - start < 20, "a hard bound: a bad pattern would take hours"


@pytest.mark.parametrize(
    ("target", "path", "found"),
    [
        ("b.md", "a/x.md", "a/b.md"),
        ("../b/c.md#d", "a/x.md", "b/c.md"),
        ("./b.md", "x.md", "b.md"),
        ("../../b.md", "a/x.md", "../b.md"),
        ("a%20b.md", "a/x.md", "a/a b.md"),
    ],
)
def test_links_are_followed_from_their_file(target: str, path: str, found: str) -> None:
    assert article_path(target, path) == found


def test_the_nearest_word_keeps_its_capitals() -> None:
    assert nearest("yes it does", ["Yes, it does", "No"]) == "Yes, it does"
    assert nearest("zzz", ["Yes", "No"]) == ""
