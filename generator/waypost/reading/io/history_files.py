"""History as text: the tables in status/history/, one a month and kind, read in any order and with doubles.

The format is made so that git can merge it line by line (see waypost.reading.rules.history_text). What a table
holds is told by its first line, so a file may have any name and lie in any folder below.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from waypost.base.files.text_files import Source, decode, read_bytes, walk
from waypost.formats.observations import Series
from waypost.formats.status import Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.problems import Problem
from waypost.reading.io.history_cache import HistoryCache
from waypost.reading.rules.history import DailyFigures, first_day, merged
from waypost.reading.rules.history_text import (
    CHANGES,
    COVERAGE,
    DAILY,
    DIGESTS,
    FORMER,
    UPLINK,
    BadCell,
    Digest,
    Row,
    RowKind,
    daily_line,
    digest_line,
    lines_by_day,
    read_row,
    table_text,
)

Stamp = tuple[int, ...]

FOLDER = "status/history"
"""The folder of a site for its history as text."""

CACHE = ".waypost/cache/history"
"""The folder of a site for the tables as they were read before."""

_KEPT = 4
"""How many times as many tables are kept as there are: other branches may have others."""

MAX_BYTES = 64 * 1024 * 1024
"""The largest table that is read; a month of watched time of 10,000 checks has 20 MB."""

_KINDS = {"\t".join(kind.columns): kind for kind in (CHANGES, COVERAGE, UPLINK, DAILY, DIGESTS, *FORMER)}
_BY_NAME = {kind.name: kind for kind in (DIGESTS, DAILY, UPLINK, COVERAGE, CHANGES)}
_EXPORTED = re.compile(r"digests\.tsv|\d{4}-\d{2}/(changes|coverage|uplink|daily)\.tsv")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


@dataclass(frozen=True)
class HistoryText:
    """Everything that some tables hold."""

    history: History = field(default_factory=History)
    daily: tuple[DailyFigures, ...] = ()
    """One of each line and day."""
    digests: Mapping[date, tuple[str, ...]] = field(default_factory=dict)
    """By day; several where tables of different databases were put together."""

    def with_more(self, other: HistoryText) -> HistoryText:
        """Put both together; where they differ the other one is believed, unless it knows of fewer answers."""
        daily = {(row.day, row.series): row for row in self.daily}
        for row in other.daily:
            kept = daily.get((row.day, row.series))
            if kept is None or row.answers >= kept.answers:
                daily[row.day, row.series] = row
        every = sorted({*self.digests, *other.digests})
        return HistoryText(
            merged(self.history, other.history),
            tuple(row for _, row in sorted(daily.items())),
            {day: tuple(sorted({*self.digests.get(day, ()), *other.digests.get(day, ())})) for day in every},
        )

    @property
    def chain(self) -> tuple[Digest, ...]:
        """The days that have exactly one digest, oldest first."""
        return tuple((day, found[0]) for day, found in sorted(self.digests.items()) if len(found) == 1)


def load_history(root: Path, known: Collection[str]) -> tuple[History, list[Problem]]:
    """Read the rows in status/history/ of the components that are known.

    Rows of components that are no longer watched stay in the files: history is not rewritten.
    """
    files, problems = walk(root, root / FOLDER, ".tsv")
    found = [_rows_of(root, file, _stamp(file)) for file in files]
    HistoryCache(root / CACHE).prune(_KEPT * len(files) + 1)
    whole = merged(*(history for history, _ in found))
    kept = replace(
        whole,
        changes=tuple(change for change in whole.changes if change.component in known),
        coverage=tuple(row for row in whole.coverage if row.component in known),
    )
    return kept, [*problems, *(problem for _, more in found for problem in more)]


# A daemon reads its site whenever something is saved, and tables of months that are over stay as they are.
@lru_cache(1024)
def _rows_of(root: Path, file: Path, stamp: Stamp) -> tuple[History, tuple[Problem, ...]]:
    del stamp
    data, faults = read_bytes(root, file, MAX_BYTES)
    if data is None:
        return History(), tuple(faults)
    cache = HistoryCache(root / CACHE)
    kept = cache.get(data)
    if kept is not None:
        return kept, ()
    rows: list[Row] = []
    problems = _read_data(root, file, data, rows)
    history = _assemble(rows).history
    if not problems:
        cache.put(data, history)
    return history, tuple(problems)


def _stamp(file: Path) -> Stamp:
    """Return a value that is another one as soon as a file was changed, replaced or given other rights."""
    try:
        stat = file.stat()
    except OSError:
        return ()
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_ctime_ns


def load_history_text(root: Path, folder: Path | None = None) -> tuple[HistoryText, list[Problem]]:
    """Read every table below a folder; status/history/ of the site at `root` unless another is named."""
    files, problems = walk(root, folder or root / FOLDER, ".tsv")
    text, found = load_tables(root, files)
    return text, [*problems, *found]


def load_tables(root: Path, files: Iterable[Path]) -> tuple[HistoryText, list[Problem]]:
    """Read some tables; `root` is the folder that they must be in, from which problems name them."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for file in files:
        problems += _read_file(root, file, rows)
    return _assemble(rows), problems


def _read_file(root: Path, file: Path, rows: list[Row]) -> list[Problem]:
    """Add the rows of a file; return what is wrong with it."""
    data, problems = read_bytes(root, file, MAX_BYTES)
    return problems if data is None else _read_data(root, file, data, rows)


def _read_data(root: Path, file: Path, data: bytes, rows: list[Row]) -> list[Problem]:
    """Add the rows of a file with these bytes; return what is wrong with it."""
    source, problems = decode(file.relative_to(root).as_posix(), data)
    return problems if source is None else _read_table(source, file.stem, rows)


def _read_table(source: Source, stem: str, rows: list[Row]) -> list[Problem]:
    """Add the rows of a table; return what is wrong with others."""
    header, *lines = source.text.split("\n")
    kind = _KINDS.get(header)
    if kind is None:
        return [source.problem("bad-value", _unknown_columns(stem), 1, 1)]
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=2):
        # A merge line by line may leave the header of the other side between the rows.
        if not line or line == header:
            continue
        try:
            rows.append(read_row(kind, _cells(kind, line)))
        except BadCell as fault:
            column = 1 + sum(len(cell) + 1 for cell in line.split("\t")[: kind.columns.index(fault.column)])
            message = f"This row cannot be read: {fault}."
            problems.append(source.problem("bad-value", message, number, min(column, len(line) + 1)))
    return problems


def _cells(kind: RowKind, line: str) -> dict[str, str]:
    """Return the cells of a row by the names of their columns."""
    cells = line.split("\t")
    wanted = len(kind.columns)
    if wanted - kind.optional <= len(cells) < wanted:
        cells += [""] * (wanted - len(cells))
    if len(cells) != wanted:
        if line.startswith(_CONFLICT):
            raise BadCell(
                kind.columns[0], "git left a conflict here, keep the rows of both sides and delete this line"
            )
        raise BadCell(kind.columns[0], f"expected {wanted} columns, found {len(cells)}")
    return dict(zip(kind.columns, cells, strict=True))


def _unknown_columns(stem: str) -> str:
    kinds = [_BY_NAME[stem]] if stem in _BY_NAME else list(_BY_NAME.values())
    columns = "; or: ".join(", ".join(kind.columns) for kind in kinds)
    return f"The first line must name the columns: {columns}, with tabs between."


def _assemble(rows: Iterable[Row]) -> HistoryText:
    changes: list[StateChange] = []
    coverage: list[Coverage] = []
    uplink: list[UplinkGap] = []
    daily: dict[tuple[date, Series], DailyFigures] = {}
    digests: defaultdict[date, set[str]] = defaultdict(set)
    for row in rows:
        if isinstance(row, Coverage):
            coverage.append(row)
        elif isinstance(row, StateChange):
            changes.append(row)
        elif isinstance(row, UplinkGap):
            uplink.append(row)
        elif isinstance(row, DailyFigures):
            kept = daily.get((row.day, row.series))
            # Of figures that were written twice, those that know most are believed.
            daily[row.day, row.series] = row if kept is None else max(kept, row, key=_knowledge)
        else:
            digests[row[0]].add(row[1])
    return HistoryText(
        merged(History(tuple(changes), tuple(coverage), tuple(uplink))),
        tuple(sorted(daily.values(), key=lambda row: (row.day, row.series))),
        {day: tuple(sorted(found)) for day, found in sorted(digests.items())},
    )


def _knowledge(row: DailyFigures) -> tuple[int, int, str]:
    return row.answers, sum(row.times), daily_line(row)


def exported_tables(root: Path) -> tuple[list[Path], list[Problem]]:
    """Return the tables that an export writes, as far as they are there: those of months, and the digests."""
    files, problems = walk(root, root / FOLDER, ".tsv")
    places = ((file, file.relative_to(root / FOLDER).as_posix()) for file in files)
    return [file for file, place in places if _EXPORTED.fullmatch(place)], problems


def history_files(text: HistoryText, last: date) -> dict[str, bytes]:
    """Return all tables of a history up to the day `last`, by their path below status/history/."""
    tables: defaultdict[tuple[str, RowKind], list[str]] = defaultdict(list)
    for day, kinds in lines_by_day(text.history, first_day(text.history) or last, last).items():
        for kind, lines in kinds.items():
            tables[f"{day:%Y-%m}/", kind] += lines
    for row in text.daily:
        tables[f"{row.day:%Y-%m}/", DAILY].append(daily_line(row))
    files = {
        f"{folder}{kind.name}.tsv": table_text(kind, lines).encode()
        for (folder, kind), lines in sorted(tables.items())
    }
    # The digests come last: an export that is cut short must not promise rows that were not written.
    digests = [digest_line((day, each)) for day, found in text.digests.items() for each in found]
    return {**files, f"{DIGESTS.name}.tsv": table_text(DIGESTS, digests).encode()} if digests else files
