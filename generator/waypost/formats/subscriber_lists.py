"""Lists of subscribers in CSV files beside status/subscribers.yml: their columns, and what a line means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from waypost.formats.subscribers import CHANNEL_KINDS, Subscriber, SubscriptionRule

SEPARATOR = ";"
"""What stands between the entries of one cell."""

RULE_COLUMNS = tuple(key.name for key in fields(SubscriptionRule))
"""The keys of the one rule that a line may have; each cell is a list."""


def _columns() -> Iterator[str]:
    yield "id"
    hints = get_type_hints(Subscriber)
    for kind in CHANNEL_KINDS:
        target = next((part for part in get_args(hints[kind]) if is_dataclass(part)), None)
        yield from (f"{kind}.{key.name}" for key in fields(target)) if target else (kind,)
    yield from RULE_COLUMNS


COLUMNS = tuple(_columns())
"""What the first line of a list may name: the keys of a subscriber, those of its channel after a dot."""


def entry_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells of a line by column as the entry of subscribers.yml that they stand for.

    Empty cells are left out.
    """
    entry: dict[str, Any] = {}
    rule: dict[str, list[str]] = {}
    for column, text in cells.items():
        kind, _, key = column.partition(".")
        if not text:
            continue
        if column in RULE_COLUMNS:
            rule[column] = [part.strip() for part in text.split(SEPARATOR)]
        elif key:
            entry.setdefault(kind, {})[key] = text
        else:
            entry[column] = text
    return entry | ({"rules": [rule]} if rule else {})
