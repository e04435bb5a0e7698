"""Read searches that led to nothing, from the log of an endpoint or from tickets that a help desk exported.

Three forms, recognised by their content: JSON lines as browsers send them (docs/feedback-and-privacy.md),
and CSV exports of Zendesk tickets and of GitHub issues, whose text ends with what Waypost's ticket form wrote.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from waypost.base.files import log_lines
from waypost.base.files.text_files import decode
from waypost.problems import Level, Location, Problem, ProblemsFound
from waypost.search.rules.grouping import ReadNext, UnresolvedReason, UnresolvedSearch
from waypost.search.rules.ticket_tail import TicketLabels, category_in, questions_in

MOST_PROBLEMS = 20
"""Lines of a file that are complained of one by one."""

TEXT_COLUMNS = ("description", "ticket description", "body", "issue body", "first comment", "comment", "text")
"""Names of the column that holds the text of a ticket or an issue; the first that is there counts."""

ADVICE = (
    "Name a file of JSON lines from your endpoint, or a CSV export of tickets or issues that has a header and a "
    "column 'description' or 'body'."
)

_DELIMITERS = ",;\t"
_HEAD = 64 * 1024
"""Bytes by which the form of a file is recognised."""


@dataclass
class UnresolvedLog:
    """One file, once it was read."""

    path: Path
    searches: list[UnresolvedSearch] = field(default_factory=list)
    reads: list[ReadNext] = field(default_factory=list)
    """What was read after them, by the address of its page."""
    others: int = 0
    """Entries of another kind, such as votes, and tickets that hold no question."""
    problems: list[Problem] = field(default_factory=list)
    """Warnings for entries that could not be read, each at its place; of many, the last gives the number of others."""
    skipped_bytes: int = 0
    """The part of a large file that was left out, at its beginning."""
    bad: int = 0
    """Entries that could not be read."""

    def complain(self, line: int, message: str, shown: str = "") -> None:
        """Note an entry that cannot be read."""
        self.bad += 1
        if self.bad <= MOST_PROBLEMS:
            place = Location(self.path.as_posix(), line, 1)
            self.problems.append(Problem(place, "bad-value", message, Level.WARNING, shown))


def read_unresolved(path: Path, labels: TicketLabels) -> UnresolvedLog:
    """Read one file; `labels` are those of the questions in tickets.

    Raises ProblemsFound for a file of another form or of nothing that can be read, and OSError.
    """
    log = UnresolvedLog(path)
    size = log_lines.size_of_log(path, ADVICE)
    with path.open("rb") as stream:
        start = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
    if not start.strip() and size <= _HEAD:
        return log
    if _is_json(start):
        _read_lines(log, size)
    else:
        _read_table(log, size, labels)
    if log.bad and not log.searches and not log.others:
        raise ProblemsFound([_refusal(path, f"Nothing in this file can be read. {ADVICE}"), *log.problems])
    if log.bad > MOST_PROBLEMS:
        message = f"{log.bad - MOST_PROBLEMS} more entries of this file cannot be read."
        log.problems.append(Problem(Location(path.as_posix()), "bad-value", message, Level.WARNING))
    return log


def _refusal(path: Path, message: str, code: str = "bad-value") -> Problem:
    return Problem(Location(path.as_posix()), code, message)


def _is_json(start: bytes) -> bool:
    """Tell JSON lines from a table: a table has a header, and lines that begin with a brace have none."""
    lines = [line.lstrip() for line in start.splitlines() if line.strip()]
    if lines[:1] and lines[0].startswith(b"{"):
        return True
    header = lines[0].decode(errors="replace") if lines else ""
    return _text_column(header) is None and any(line.startswith(b"{") for line in lines)


def _read_lines(log: UnresolvedLog, size: int) -> None:
    log.skipped_bytes = max(0, size - log_lines.MAX_LOG)
    with log.path.open("rb") as stream:
        first = _lines_before(stream, log.skipped_bytes) + 1
        for number, line in enumerate(log_lines.newest_lines(stream, log.skipped_bytes), start=first):
            if line is None:
                log.complain(number, f"The line is longer than {log_lines.MAX_LINE // 1024} KiB. Delete it.")
            elif line.strip():
                _judge(log, number, line)


def _lines_before(stream: io.BufferedReader, skipped: int) -> int:
    """Count the lines that begin before the one with which reading starts."""
    if not skipped:
        return 0
    left = skipped - 1
    count = 0
    while part := stream.read(min(left, 1024 * 1024)):
        left -= len(part)
        count += part.count(b"\n")
    return count + 1


def _judge(log: UnresolvedLog, number: int, line: bytes) -> None:
    """Note the search on a line; keys beyond the documented ones are left alone."""
    shown = line.decode("utf-8-sig", errors="replace").strip()[:200]
    try:
        entry: Any = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        entry = None
    if not isinstance(entry, dict):
        log.complain(number, "This is not a JSON object on one line. Delete the line.", shown)
        return
    kind = entry.get("kind")
    if kind not in ("search", "read_next"):
        log.others += 1
        return
    question, reason, page = entry.get("question"), entry.get("reason"), entry.get("page")
    if not isinstance(question, str) or not question.strip():
        log.complain(number, "A search has a text as its `question`. Delete the line.", shown)
    elif kind == "read_next":
        if isinstance(page, str):
            log.reads.append(ReadNext(question, page.partition("#")[0]))
        else:
            log.complain(number, "What was read has an address as its `page`. Delete the line.", shown)
    elif not isinstance(reason, str) or reason not in tuple(UnresolvedReason):
        known = ", ".join(reason for reason in UnresolvedReason if reason is not UnresolvedReason.TICKET)
        log.complain(number, f"The `reason` of a search is one of: {known}. Delete the line.", shown)
    else:
        log.searches.append(UnresolvedSearch(question, UnresolvedReason(reason)))


def _read_table(log: UnresolvedLog, size: int, labels: TicketLabels) -> None:
    if size > log_lines.MAX_LOG:
        message = f"The table is larger than {log_lines.MAX_LOG // 1024 // 1024} MiB. Export a shorter time."
        raise ProblemsFound([_refusal(log.path, message, "file-too-large")])
    data = log.path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemsFound(decode(log.path.as_posix(), data)[1]) from None
    above, text = _without_separator_line(text)
    found = _text_column(text)
    if found is None:
        names = ", ".join(_header(text, max(_DELIMITERS, key=text.partition("\n")[0].count)))[:200]
        message = f"No column of this table holds the text of tickets. Columns: {names}. {ADVICE}"
        raise ProblemsFound([_refusal(log.path, message)])
    delimiter, column = found
    for number, row in _rows(log, text, delimiter):
        if not any(row):
            continue
        if len(row) <= column:
            log.complain(
                above + number, "The row ends before the column with the text. Export the table again."
            )
            continue
        questions = questions_in(row[column], labels)
        category = category_in(row[column], labels)
        log.searches += [
            UnresolvedSearch(question, UnresolvedReason.TICKET, category=category) for question in questions
        ]
        log.others += not questions


def _without_separator_line(text: str) -> tuple[int, str]:
    """Leave out the line with the separator for spreadsheets; return how many lines that were."""
    first, _, rest = text.partition("\n")
    return (1, rest) if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5 else (0, text)


def _text_column(text: str) -> tuple[str, int] | None:
    """Return the separator of a table and the number of the column with the text of tickets, or None."""
    for delimiter in _DELIMITERS:
        names = [" ".join(name.replace("_", " ").lower().split()) for name in _header(text, delimiter)]
        for wanted in TEXT_COLUMNS:
            if wanted in names:
                return delimiter, names.index(wanted)
    return None


def _header(text: str, delimiter: str) -> Sequence[str]:
    _, text = _without_separator_line(text[:_HEAD])
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _rows(log: UnresolvedLog, text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows below the header with the line that each starts on, counted from 1."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    is_header = True
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            # A quote that is never closed ends at the size that a field may have.
            log.complain(start, f"The row cannot be read: {error}. Export the table again.")
            row = []
        if row is None:
            return
        if not is_header:
            yield start, row
        is_header = False
        start = reader.line_num + 1
