"""waypost ask: the sentence that answers, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from waypost.base.files.resources import theme_folder
from waypost.cli import main

ROOT = theme_folder().parent
KNOWN = "how long does the download link work"
TEXT = "For 24 hours after we send it."
ANCHOR = "how-long-does-the-download-link-work"


def run(*arguments: str, stdin: str | bytes = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["ask", "--site", str(ROOT), *arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_sentence_comes_first_and_then_the_results() -> None:
    code, out, err = run(KNOWN, "--limit", "1")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"“{TEXT}”",
        f"How long does the download link work?, /downloads/download-questions/#{ANCHOR}",
        "",
        "1. How long does the download link work?",
        f"   /downloads/download-questions/#{ANCHOR}",
    ]


def test_programs_get_the_state_the_quote_and_the_results() -> None:
    code, out, _ = run(KNOWN, "--limit", "1", "--json")
    place = {"path": "downloads/download-questions.md", "anchor": ANCHOR}
    assert code == 0
    assert json.loads(out) == {
        "state": "answer",
        "quote": {"text": TEXT, **place},
        "results": [{"title": "How long does the download link work?", **place}],
    }


def test_nothing_is_an_answer_too() -> None:
    assert run("xyzzyq")[:2] == (1, "Nothing here answers that question.\n")
    code, out, _ = run("xyzzyq", "--json")
    assert (code, json.loads(out)) == (1, {"state": "nothing", "quote": None, "results": []})


def test_the_nearest_are_named_where_nothing_answers_for_sure() -> None:
    code, out, _ = run("is there a discount for students of photography in vienna")
    assert code == 0
    assert out.startswith("Nothing here answers exactly this. Nearest:\n1. ")
    assert "“" not in out


def lines(out: str) -> list[Any]:
    return [json.loads(line) for line in out.splitlines()]


def test_each_line_of_a_file_becomes_an_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    path.write_text(f"{KNOWN}\n\nxyzzyq\n", encoding="utf-8")
    code, out, _ = run("--questions", str(path))
    assert code == 0
    assert [row["state"] for row in lines(out)] == ["answer", "nothing"]
    assert run("--questions", "-", stdin=f"{KNOWN}\nxyzzyq")[1] == out


def test_it_fails_where_none_of_many_questions_finds_anything() -> None:
    assert run("--questions", "-", stdin="xyzzyq\nqqqqqq\n")[0] == 1
    assert run("--questions", "-", stdin="")[:2] == (1, "")


@pytest.mark.parametrize("arguments", [(), (KNOWN, "--questions", "-")])
def test_it_wants_a_question_or_a_file_of_them(arguments: tuple[str, ...]) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert "Expected a question, or --questions with a file of them." in err


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.bin"
    path.write_bytes(b"\xff\xfe\x00")
    code, _, err = run("--questions", str(path))
    assert code == 2
    assert "questions.bin" in err
