"""Read lists of subscribers from CSV files (RFC 4180): tens of thousands, with the line and column of each mistake."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from waypost.base.files.text_files import Source, decode, read_bytes
from waypost.base.files.validation import adapter_for, validate
from waypost.base.files.yaml_source import DataPath, Position, YamlDocument
from waypost.formats.subscriber_lists import COLUMNS, RULE_COLUMNS, entry_of
from waypost.formats.subscribers import Subscriber
from waypost.problems import Problem, did_you_mean

LARGEST = 16 * 1024 * 1024
"""Bytes of a list that are read: room for some two hundred thousand mail addresses."""

MOST_PROBLEMS = 100
"""Problems of one list that are named; the rest are counted."""


@dataclass(frozen=True)
class Row:
    """A line of a list."""

    source: Source
    line: int
    """The line that it begins in, from 1."""
    cells: Mapping[str, str]
    """Its cells by column."""
    columns: tuple[str, ...]
    """The columns in the order of the file."""

    def document(self) -> YamlDocument:
        """Return its entry with the place of each key: the cell that it stands in."""
        starts = _starts(self.source, self.line)
        places: dict[DataPath, Position] = {(): Position((self.line, 1))}
        for column, start in zip(self.columns, starts, strict=False):
            for path in _paths(column):
                places.setdefault(path, Position(start))
        return YamlDocument(self.source, entry_of(self.cells), places)


@dataclass(frozen=True)
class SubscriberList:
    """A list as far as it can be read."""

    rows: tuple[Row, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    """One for each row; none where any row is wrong."""
    problems: tuple[Problem, ...] = ()


def load_list(root: Path, path: Path) -> SubscriberList:
    """Read one list below `root`."""
    data, problems = read_bytes(root, path, LARGEST)
    if data is None:
        return SubscriberList(problems=tuple(problems))
    source, problems = decode(path.relative_to(root).as_posix(), data)
    if source is None:
        return SubscriberList(problems=tuple(problems))
    found = _parsed(source)
    return SubscriberList(found.rows, found.subscribers, (*problems, *found.problems))


def capped(problems: Iterator[Problem] | list[Problem], source: Source) -> list[Problem]:
    """Return the first problems of a list, and one that says so where there are more."""
    rest = iter(problems)
    named = list(islice(rest, MOST_PROBLEMS))
    if following := next(rest, None):
        count = 1 + sum(1 for _ in rest)
        place = following.location
        message = f"From here on the list has {count:,} more mistakes. Correct those above first."
        named.append(source.problem("bad-value", message, place.line, place.column))
    return named


# A process that stays reads all files again when one has changed.
@lru_cache(8)
def _parsed(source: Source) -> SubscriberList:
    rows, problems = _rows(source)
    if problems:
        return SubscriberList(problems=tuple(capped(problems, source)))
    try:
        entries = [entry_of(row.cells) for row in rows]
        return SubscriberList(tuple(rows), adapter_for(tuple[Subscriber, ...]).validate_python(entries))
    except ValidationError as error:
        wrong = dict.fromkeys(int(detail["loc"][0]) for detail in error.errors(include_url=False))
        found = (problem for index in wrong for problem in validate(rows[index].document(), Subscriber)[1])
        return SubscriberList(problems=tuple(capped(found, source)))


def _rows(source: Source) -> tuple[list[Row], list[Problem]]:
    """Return the lines of a list, or what is wrong with its form."""
    reader = csv.reader((f"{line}\n" for line in source.lines), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    columns: tuple[str, ...] = ()
    begin = 1
    try:
        for cells in reader:
            line, begin = begin, reader.line_num + 1
            texts = [cell.strip() for cell in cells]
            if not any(texts):
                continue
            if not columns:
                columns = tuple(texts)
                problems += _header_problems(source, columns, line)
                if problems:
                    break
            elif len(texts) == len(columns):
                rows.append(Row(source, line, dict(zip(columns, texts, strict=True)), columns))
            else:
                message = f"There are {len(texts)} cells here and {len(columns)} columns in the first line."
                hint = "Put text that holds a comma in double quotes."
                problems.append(source.problem("csv-syntax", f"{message} {hint}", line, 1))
    except csv.Error as error:
        message = f"Not valid CSV: {error}. Write quotes only around a whole cell, and close them."
        problems.append(source.problem("csv-syntax", message, begin, 1))
    if not columns and not problems:
        message = "The file is empty. Name the columns in its first line, such as `id,email`."
        problems.append(source.problem("csv-syntax", message))
    return rows, problems


def _header_problems(source: Source, columns: tuple[str, ...], line: int) -> Iterator[Problem]:
    if len(columns) == 1 and re.search("[;\t]", columns[0]):
        message = "The cells of a list are separated by commas. Save it as CSV with commas."
        yield source.problem("csv-syntax", message, line, 1)
        return
    starts = dict(enumerate(_starts(source, line)))
    for place, column in enumerate(columns):
        if column not in COLUMNS:
            hint = did_you_mean(column, COLUMNS) or f" Known columns: {', '.join(COLUMNS)}."
            message = f"Unknown column '{column}'.{hint}"
            yield source.problem("unknown-key", message, *starts[place])
        elif column in columns[:place]:
            message = f"The column '{column}' stands here twice. Keep one of them."
            yield source.problem("duplicate-key", message, *starts[place])
    if "id" not in columns:
        message = "The column 'id' is missing. Each subscriber needs a name for logs and commands."
        yield source.problem("missing-key", message, line, 1)


def _starts(source: Source, line: int) -> Iterator[tuple[int, int]]:
    """Yield the line and column, from 1, at which each cell of the row that begins in a line starts."""
    begins, quoted = True, False
    for number in range(line, len(source.lines) + 1):
        text = source.lines[number - 1]
        for column, character in enumerate(text, 1):
            if begins:
                yield number, column
                begins = False
            if character == '"':
                quoted = not quoted
            elif character == "," and not quoted:
                begins = True
        if not quoted:
            if begins:
                yield number, len(text) + 1
            return


def _paths(column: str) -> Iterator[DataPath]:
    """Yield the places in an entry that stand in a column."""
    kind, _, key = column.partition(".")
    if column in RULE_COLUMNS:
        yield ("rules",)
        yield ("rules", 0)
        yield ("rules", 0, column)
    else:
        yield (kind,)
        if key:
            yield (kind, key)
