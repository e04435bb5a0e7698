"""Tables for people at a terminal, of texts that people and servers wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from waypost.cli.common import printable


def print_table(columns: Mapping[str, int], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under the names of columns, each with its share of the width; a cell may have several lines.

    Nothing in a cell is markup, and nothing in it steers the terminal.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name, ratio in columns.items():
        table.add_column(name, overflow="fold", ratio=ratio)
    for cells in rows:
        table.add_row(*(Text("\n".join(map(printable, cell.split("\n")))) for cell in cells))
    Console(highlight=False).print(table)
