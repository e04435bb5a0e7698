"""Logs of unresolved searches: every form is read, none is trusted, and each line that is left out is named."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.ticket_links import RequestContent, describe
from waypost.base.files import log_lines
from waypost.base.files.languages import languages, load_words
from waypost.problems import Level, Problem, ProblemsFound
from waypost.search.io.unresolved_log import MOST_PROBLEMS, UnresolvedLog, read_unresolved
from waypost.search.rules.grouping import ReadNext, UnresolvedReason, UnresolvedSearch
from waypost.search.rules.ticket_tail import ticket_labels

LABELS = ticket_labels(map(load_words, languages()))


def search(question: str = "zip stops", reason: str = "no_answer", **more: object) -> str:
    return json.dumps({"kind": "search", "question": question, "reason": reason, "results": 0, **more})


def ticket(question: str, details: str = "It stops.") -> str:
    text, context = describe(
        RequestContent(details=details, question=question, page="https://x.example/"), load_words("en")
    )
    return "\n\n".join([text, *context])


def read(folder: Path, data: str | bytes, name: str = "log") -> UnresolvedLog:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_unresolved(path, LABELS)


def questions(log: UnresolvedLog) -> list[str]:
    return [found.question for found in log.searches]


def refusal(folder: Path, data: str | bytes) -> tuple[str, str, int]:
    with pytest.raises(ProblemsFound) as refused:
        read(folder, data)
    first = next(problem for problem in refused.value.problems if problem.level is Level.ERROR)
    return first.code, first.message, first.location.line


def test_searches_are_read_and_other_lines_left_alone(tmp_path: Path) -> None:
    vote = json.dumps({"page": "x/", "helpful": True, "question": "no", "reason": "unclear"})
    lines = [
        search(),
        "",
        vote,
        search("zip ends", "none_helped", language="de", at="x"),
        '{"kind": "other"}',
    ]
    log = read(tmp_path, "\n".join(lines))
    assert log.searches == [
        UnresolvedSearch("zip stops", UnresolvedReason.NO_ANSWER),
        UnresolvedSearch("zip ends", UnresolvedReason.NONE_HELPED),
    ]
    assert (log.others, log.problems, log.bad) == (2, [], 0)


def test_what_was_read_next_is_read(tmp_path: Path) -> None:
    line = {"kind": "read_next", "question": "zip stops", "language": "en", "page": "downloads/zip/#why"}
    log = read(tmp_path, "\n".join([search(), json.dumps(line), json.dumps({**line, "page": 3})]))
    assert log.reads == [ReadNext("zip stops", "downloads/zip/")]
    assert (questions(log), log.others) == (["zip stops"], 0)
    (problem,) = log.problems
    assert problem.message == "What was read has an address as its `page`. Delete the line."


def test_a_ticket_has_its_category(tmp_path: Path) -> None:
    text, context = describe(
        RequestContent(details="Category: no", category="Billing & money", question="zip"), load_words("de")
    )
    body = "\n\n".join([text, *context])
    for shown in (body, body.replace("&", "&amp;").replace("\n", "<br>")):
        (found,) = read(tmp_path, f'body\n"{shown}"\n').searches
        assert found == UnresolvedSearch("zip", UnresolvedReason.TICKET, category="Billing & money")


@pytest.mark.parametrize("reason", UnresolvedReason)
def test_every_reason_is_known(reason: UnresolvedReason, tmp_path: Path) -> None:
    assert read(tmp_path, search(reason=reason)).searches == [UnresolvedSearch("zip stops", reason)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends_make_no_difference(mark: bytes, end: str, tmp_path: Path) -> None:
    assert questions(read(tmp_path, mark + end.join([search("a"), search("b")]).encode())) == ["a", "b"]
    table = end.join(["id,Description", f'1,"{ticket("a").replace(chr(10), end)}"', f'2,"{ticket("b")}"'])
    assert questions(read(tmp_path, mark + table.encode())) == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"rubbish", "not a JSON object"),
        (b"[1]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"{", "not a JSON object"),
        (b"\xff\xfe{}", "not a JSON object"),
        (b"[" * 9000, "not a JSON object"),
        (b"9" * 9000, "not a JSON object"),
        (b'{"kind": "search"}', "`question`"),
        (b'{"kind": "search", "question": 1, "reason": "no_answer"}', "`question`"),
        (b'{"kind": "search", "question": " ", "reason": "no_answer"}', "`question`"),
        (b'{"kind": "search", "question": "a"}', "one of: no_answer"),
        (b'{"kind": "search", "question": "a", "reason": ["no_answer"]}', "one of: no_answer"),
        (b'{"kind": "search", "question": "a", "reason": "bored"}', "one of: no_answer"),
        (
            b'{"kind": "search", "question": "' + b"a" * 100_000 + b'", "reason": "no_answer"}',
            "longer than 16 KiB",
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: bytes, says: str, tmp_path: Path) -> None:
    log = read(tmp_path, search().encode() + b"\n" + line + b"\n" + search("b").encode())
    assert questions(log) == ["zip stops", "b"]
    (problem,) = log.problems
    assert (problem.location.path, problem.location.line) == ((tmp_path / "log").as_posix(), 2)
    assert (problem.level, problem.code) == (Level.WARNING, "bad-value")
    assert says in problem.message


def test_hostile_questions_come_through_as_text(tmp_path: Path) -> None:
    asked = ["\x00\x1b[2J", "</script>", "- a: b", "{{ x }}", "\ud800", "\u202e", "a\nb"]
    assert questions(read(tmp_path, "\n".join(search(text) for text in asked))) == asked


def test_a_log_begins_with_rubbish_and_is_read_all_the_same(tmp_path: Path) -> None:
    log = read(tmp_path, "connection reset\n" + search())
    assert (questions(log), [problem.location.line for problem in log.problems]) == (["zip stops"], [1])


def test_many_unreadable_lines_are_counted(tmp_path: Path) -> None:
    log = read(tmp_path, search() + "\n{" * (MOST_PROBLEMS + 5))
    assert len(log.problems) == MOST_PROBLEMS + 1
    assert log.problems[-1].message == "5 more entries of this file cannot be read."


@pytest.mark.parametrize("data", [b"", b"\n\n \n", b"\xef\xbb\xbf"])
def test_an_empty_log_holds_nothing(data: bytes, tmp_path: Path) -> None:
    log = read(tmp_path, data)
    assert (log.searches, log.others, log.problems) == ([], 0, [])


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"{\n{\n", "bad-value", "Nothing in this file can be read."),
        (b"lorem ipsum\ndolor\n", "bad-value", "Columns: lorem ipsum."),
        (b"id;subject\n1;zip\n", "bad-value", "Columns: id, subject."),
        (b"id,body\n1\n2\n", "bad-value", "Nothing in this file can be read."),
        (b"id,body\n1,\xff\n", "not-utf8", "UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not-utf8", "UTF-8"),
    ],
)
def test_a_file_of_nothing_but_rubbish_is_refused(data: bytes, code: str, says: str, tmp_path: Path) -> None:
    found, message, _ = refusal(tmp_path, data)
    assert found == code
    assert says in message


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "header", ["Description", "description", "BODY", "Ticket description", "issue_body", " body ", "Comment"]
)
def test_the_column_with_the_text_is_found_by_its_name(delimiter: str, header: str, tmp_path: Path) -> None:
    table = io.StringIO()
    writer = csv.writer(table, delimiter=delimiter)
    writer.writerows(
        [["Id", "Subject", header, "Tags"], [1, 'My "zip"; or, not', ticket("zip, or; not"), "a"]]
    )
    assert questions(read(tmp_path, table.getvalue())) == ["zip, or; not"]


def test_the_description_counts_where_a_comment_is_there_too(tmp_path: Path) -> None:
    table = f'comment,description\n"{ticket("later")}","{ticket("first")}"\n'
    assert questions(read(tmp_path, table)) == ["first"]


def test_the_line_for_spreadsheets_is_no_header(tmp_path: Path) -> None:
    log = read(tmp_path, f'sep=;\nid;body\n1;"{ticket("zip")}"\n2\n')
    assert questions(log) == ["zip"]
    assert [problem.location.line for problem in log.problems] == [8]


def test_a_ticket_without_a_question_counts_as_another_entry(tmp_path: Path) -> None:
    log = read(tmp_path, f'id,body\n1,"{ticket("")}"\n2,hello\n\n3,"{ticket("zip")}"\n')
    assert log.searches == [UnresolvedSearch("zip", UnresolvedReason.TICKET)]
    assert (log.others, log.problems) == (2, [])


def test_a_row_that_cannot_be_read_is_named_by_its_first_line(tmp_path: Path) -> None:
    log = read(tmp_path, f'id,body\n1,"{ticket("zip")}"\n2\n3,"' + "x\n" * 100_000)
    assert questions(log) == ["zip"]
    lines = [problem.location.line for problem in log.problems[:2]]
    assert lines == [7, 8], "the ticket has five lines"
    assert "field larger" in log.problems[1].message


def test_braces_in_a_ticket_make_no_log_of_a_table(tmp_path: Path) -> None:
    assert questions(read(tmp_path, f'id,body\n1,"{{\n{ticket("zip")}"\n{{,hello\n')) == ["zip"]


def test_markup_of_a_help_desk_is_read(tmp_path: Path) -> None:
    assert questions(read(tmp_path, 'body\n"It stops.<br><br>Searched for: a &amp; b<br>Page: x"\n')) == [
        "a & b"
    ]


def test_of_a_large_log_the_newest_lines_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = search() + "\n"
    monkeypatch.setattr(log_lines, "MAX_LOG", 3 * len(line) + 5)
    log = read(tmp_path, line * 10 + "{\n")
    assert log.skipped_bytes == 7 * len(line) + 2 - 5
    assert len(log.searches) == 3
    assert [problem.location.line for problem in log.problems] == [11]


def test_a_large_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_lines, "MAX_LOG", 10)
    assert refusal(tmp_path, "id,body\n1,hello\n")[0] == "file-too-large"


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ProblemsFound, match="not a regular file"):
        read_unresolved(tmp_path / "pipe", LABELS)
    with pytest.raises(FileNotFoundError):
        read_unresolved(tmp_path / "gone", LABELS)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"{", b'"', b"\n", b"body,id", b";", b"\xef\xbb\xbf", b"\x00", b"sep=,", b"a\r", b"}"]
        )
    )
)
def test_any_file_is_read_or_refused(parts: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        problems: Iterable[Problem]
        try:
            problems = read(Path(folder), b"".join(parts)).problems
        except ProblemsFound as found:
            problems = found.problems
        assert all(problem.location.path == f"{folder}/log" for problem in problems)
