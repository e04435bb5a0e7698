"""Write what a bench found into a page of the documentation, between the two marks of the bench."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PERFORMANCE = DOCS / "performance.md"
STORAGE = DOCS / "storage.md"


def replace_section(name: str, text: str, page: Path = PERFORMANCE) -> None:
    """Replace what stands between `<!-- NAME bench -->` and `<!-- end of NAME bench -->`."""
    start, end = f"<!-- {name} bench -->", f"<!-- end of {name} bench -->"
    head, mark, rest = page.read_text(encoding="utf-8").partition(start)
    if not mark or end not in rest:
        raise ValueError(f"docs/{page.name} has no place for the {name} bench")
    tail = rest.partition(end)[2]
    page.write_text(f"{head}{start}\n{text}\n{end}{tail}", encoding="utf-8")


def write_section(name: str, header: Sequence[str], rows: Sequence[Sequence[str]], made: str) -> None:
    """Replace the table of a bench in docs/performance.md, and the note below it."""
    note = note_of(name, f"Python {platform.python_version()}", made)
    replace_section(name, f"{table_of(header, rows)}\n\n{note}")


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]], line: str = "---") -> str:
    """Return a table as Markdown; `line` says how its columns are aligned."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, [line] * len(header), *rows))


def note_of(name: str, *details: str) -> str:
    """Say by what, when and how the figures were made."""
    day = f"{date.today():%-d %B %Y}"  # noqa: DTZ011  # the day on the machine that measured
    return f"Made by `make bench-{name}`: {', '.join([day, *details])}."
