from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.base.files import log_lines
from waypost.base.files.log_lines import MAX_LINE
from waypost.formats.support import VoteReason
from waypost.lint.review import VoteLog, read_vote
from waypost.lint.rules.review import Vote
from waypost.problems import ProblemsFound

GOOD: dict[str, Any] = {"page": "a/zip/", "helpful": False, "reason": "unclear", "language": "en"}
LINE = json.dumps(GOOD).encode() + b"\n"


def read(path: Path, data: bytes) -> tuple[list[Vote], VoteLog]:
    path.write_bytes(data)
    log = VoteLog(path)
    return list(log.votes()), log


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Vote("a/zip/", is_helpful=False, reason=VoteReason.UNCLEAR)),
        ({"helpful": True, "reason": None}, Vote("a/zip/", is_helpful=True)),
        ({"page": "/a/zip/"}, Vote("a/zip/", is_helpful=False, reason=VoteReason.UNCLEAR)),
        ({"text": "\x1b[2J", "more": [1]}, Vote("a/zip/", is_helpful=False, reason=VoteReason.UNCLEAR)),
        (
            {"at": "2026-11-20T10:00:00+00:00"},
            Vote(
                "a/zip/",
                is_helpful=False,
                reason=VoteReason.UNCLEAR,
                at=datetime(2026, 11, 20, 10, tzinfo=UTC),
            ),
        ),
    ],
)
def test_a_line_as_the_endpoint_receives_it_is_a_vote(changes: dict[str, Any], expected: Vote) -> None:
    assert read_vote(json.dumps({**GOOD, **changes}).encode()) == expected


BAD: dict[str, bytes] = {
    "no json": b"hello",
    "half": LINE[:30],
    "list": b"[1]",
    "number": b"1",
    "huge number": b"9" * 5000,
    "binary": bytes(range(256)),
    "not utf-8": b'{"page": "\xff", "helpful": true}',
    "deep": b"[" * 9000,
    "deep objects": b'{"a":' * 3000,
    **{
        name: json.dumps({**GOOD, **changes}).encode()
        for name, changes in {
            "helpful is a number": {"helpful": 1},
            "helpful is missing": {"helpful": None},
            "page is a list": {"page": ["a/"]},
            "page is missing": {"page": None},
            "a reason of its own": {"reason": "spite"},
            "a reason that is a list": {"reason": []},
            "a reason that is empty": {"reason": ""},
            "a time that is a number": {"at": 5},
            "a time without an offset": {"at": "2026-11-20T10:00:00"},
            "a time that cannot be": {"at": "2026-13-20T10:00:00+00:00"},
            "a year that cannot be meant": {"at": "9999-01-20T10:00:00+00:00"},
        }.items()
    },
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_counted_and_the_rest_is_read(name: str, tmp_path: Path) -> None:
    data = BAD[name].replace(b"\n", b" ")
    votes, log = read(tmp_path / "log", LINE + data + b"\n" + LINE)
    assert len(votes) == log.read == 2
    assert log.bad == 1


def test_blank_lines_and_a_missing_last_line_end_do_not_matter(tmp_path: Path) -> None:
    votes, log = read(tmp_path / "log", b"\n \r\n" + LINE.rstrip() + b"\r\n\n" + LINE.rstrip())
    assert (len(votes), log.bad, log.undated) == (2, 0, 2)
    assert read(tmp_path / "log", b"")[0] == []


def test_a_line_that_is_too_long_is_one_bad_line(tmp_path: Path) -> None:
    longest = LINE.rstrip()[:-1] + b', "x": "'
    longest += b"y" * (MAX_LINE - len(longest) - 2) + b'"}'
    assert len(longest) == MAX_LINE
    votes, log = read(tmp_path / "log", longest + b"\n" + LINE)
    assert (len(votes), log.bad) == (2, 0)
    too_long = longest[:-2] + b"y" * MAX_LINE * 5 + b'"}'
    votes, log = read(tmp_path / "log", LINE + too_long + b"\n" + LINE + too_long)
    assert (len(votes), log.bad) == (2, 2)


@pytest.mark.parametrize("offset", [-1, 0, 1, 7])
def test_of_a_large_file_the_end_is_read_from_a_whole_line(
    offset: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_lines, "MAX_LOG", 3 * len(LINE) + offset)
    votes, log = read(tmp_path / "log", LINE * 10)
    assert (len(votes), log.bad) == (3 if offset >= 0 else 2, 0)
    assert log.skipped_bytes == 7 * len(LINE) - offset


def test_one_line_of_many_megabytes_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_lines, "MAX_LOG", 1024 * 1024)
    votes, log = read(tmp_path / "log", b"x" * 5 * 1024 * 1024)
    assert votes == []
    assert log.bad <= 1


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(ProblemsFound, match="not a regular file"):
            list(VoteLog(tmp_path / name).votes())
    with pytest.raises(FileNotFoundError):
        list(VoteLog(tmp_path / "gone").votes())


@given(st.binary(max_size=300))
def test_no_bytes_stop_the_reading(line: bytes) -> None:
    vote = read_vote(line)
    assert vote is None or isinstance(vote, Vote)
