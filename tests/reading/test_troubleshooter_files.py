"""Troubleshooters and scenarios as files: several at once, broken neighbours, and what is not read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from waypost.problems import Level
from waypost.reading.io.content_files import load_help_center

TREE = """\
---
title: Find out why it fails
kind: troubleshooter
---
## Does the page open?

- [Yes](#it-works)
- [No](#write-to-us)

## It works

Outcome: fixed

## Write to us

Outcome: ticket
"""
SCENARIOS = 'scenarios:\n  - {name: All is well, answers: ["Yes"], ends_at: it-works, outcome: fixed}\n'


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    write(folder, "index.md", "---\ntitle: Home\nkind: home\n---\n")
    write(folder, "start/index.md", "---\ntitle: Start\nkind: category\n---\n")
    write(folder, "start/tree.md", TREE)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def problems(folder: Path, components: frozenset[str] | None = frozenset()) -> list[str]:
    _, found = load_help_center(folder.parent, components, datetime.now(UTC))
    return [f"{problem.location} {problem.code}" for problem in found if "support.yml" not in problem.message]


def test_a_troubleshooter_with_scenarios_is_fine(content: Path) -> None:
    write(content, "start/tree.scenarios.yml", SCENARIOS)
    assert problems(content) == []


def test_the_mistakes_of_all_files_come_at_once(content: Path) -> None:
    write(content, "start/other.md", TREE.replace("#it-works", "#it-wroks"))
    write(content, "start/third.md", TREE.replace("Outcome: fixed", "Outcome: fxed"))
    write(content, "start/tree.scenarios.yml", SCENARIOS.replace('"Yes"', '"Oh"'))
    assert problems(content) == [
        "content/start/other.md:7:3 unknown-step",
        "content/start/third.md:12:10 bad-value",
        "content/start/tree.scenarios.yml:2:35 scenario",
    ]


def test_scenarios_of_a_broken_troubleshooter_are_not_tried(content: Path) -> None:
    write(content, "start/tree.md", TREE.replace("#it-works", "#it-wroks"))
    write(content, "start/tree.scenarios.yml", SCENARIOS)
    assert problems(content) == ["content/start/tree.md:7:3 unknown-step"]


def test_scenarios_of_a_file_that_cannot_be_read_are_not_called_lost(content: Path) -> None:
    write(content, "start/tree.md", TREE.replace("title:", "titel:"))
    write(content, "start/tree.scenarios.yml", SCENARIOS)
    assert {line.split(" ")[1] for line in problems(content)} == {"missing-key", "unknown-key"}


def test_a_broken_scenario_file_is_named_with_its_place(content: Path) -> None:
    write(content, "start/tree.scenarios.yml", "scenarios: [\n")
    assert problems(content) == ["content/start/tree.scenarios.yml:2:1 yaml-syntax"]
    (content / "start/tree.scenarios.yml").write_bytes(b"\xff")
    assert problems(content) == ["content/start/tree.scenarios.yml:1:1 not-utf8"]


def test_a_long_way_is_a_warning_and_scenarios_are_tried_all_the_same(content: Path) -> None:
    steps = "".join(f"## Q{number}\n- [On](#q{number + 1})\n" for number in range(1, 9))
    head = TREE.partition("##")[0]
    write(content, "start/tree.md", f"{head}{steps}## Q9\nOutcome: ticket\n")
    write(content, "start/tree.scenarios.yml", SCENARIOS)
    _, found = load_help_center(content.parent, frozenset(), datetime.now(UTC))
    assert [(problem.code, problem.level) for problem in found if problem.location.line] == [
        ("too-complex", Level.WARNING),
        ("scenario", Level.ERROR),
    ]


def test_answers_may_lead_to_any_page_of_the_help_center(content: Path) -> None:
    answers = "- [Home](../index.md)\n- [Topic](index.md)\n- [Spaces](<a%20b.md>)\n- [No](#write-to-us)"
    write(content, "start/a b.md", "---\ntitle: A\n---\nText.\n")
    write(content, "start/tree.md", TREE.replace("- [No](#write-to-us)", answers))
    assert problems(content) == []
    (content / "start/a b.md").unlink()
    assert problems(content) == ["content/start/tree.md:10:3 unknown-article"]


def test_components_are_not_judged_while_the_status_file_is_broken(content: Path) -> None:
    write(content, "start/tree.md", TREE.replace("- [Yes]", "Component: nobody\n\n- [Yes]", 1))
    assert problems(content, None) == []
    assert problems(content) == ["content/start/tree.md:7:12 unknown-component"]


def test_a_page_of_a_step_does_not_take_the_place_of_an_article(content: Path) -> None:
    write(content, "start/tree/it-works.md", "---\ntitle: A\n---\nText.\n")
    assert "content/start/tree.md:10:1 duplicate-id" in problems(content)
