"""Write a table into docs/performance.md, between its two marks."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def write_section(name: str, header: Sequence[str], rows: Sequence[Sequence[str]], made: str) -> None:
    """Replace what stands between `<!-- NAME bench -->` and `<!-- end of NAME bench -->`."""
    start, end = f"<!-- {name} bench -->", f"<!-- end of {name} bench -->"
    text = PAGE.read_text(encoding="utf-8")
    head, mark, rest = text.partition(start)
    if not mark or end not in rest:
        raise ValueError(f"docs/performance.md has no place for the {name} bench")
    tail = rest.partition(end)[2]
    table = "\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows))
    day = f"{date.today():%-d %B %Y}"  # noqa: DTZ011  # the day on the machine that measured
    note = f"Made by `make bench-{name}`: {day}, Python {platform.python_version()}, {made}."
    PAGE.write_text(f"{head}{start}\n{table}\n\n{note}\n{end}{tail}", encoding="utf-8")
