"""Places of categories, sections and articles among their neighbours, as `position` has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from waypost.formats.article import UNPLACED
from waypost.importing.rules.collection import FolderNote, SourceTree
from waypost.importing.rules.names import Names


def positions(tree: SourceTree, names: Names, written: Mapping[str, float]) -> dict[str, int]:
    """Return the position of each page and group by its path in content/, where the collection gave one.

    `written` are the positions that pages have in their own front matter, by the path of the page.
    """
    found = dict(names.positions)
    if tree.outline is None:
        for path, target in names.targets.items():
            if not target.endswith("/index.md"):
                _first(found, target, _listed(tree, path), written.get(path))
        indexes = {target.removesuffix("/index.md"): path for path, target in names.targets.items()}
        for group, origin in names.groups.items():
            note = tree.folders.get(origin, FolderNote())
            _first(found, group, _listed(tree, origin), note.position, written.get(indexes.get(group, "")))
    return _whole(found, frozenset(names.groups))


def _first(found: dict[str, float], target: str, *numbers: float | None) -> None:
    """Keep the first number that is there, in place of one that a name gave."""
    number = next((number for number in numbers if number is not None), None)
    if number is not None:
        found[target] = number


def _listed(tree: SourceTree, path: str) -> float | None:
    """Return the place of a file or folder in the order of its folder."""
    place = PurePosixPath(path)
    order = tree.folders.get(place.parent.as_posix(), FolderNote()).order
    return float(order.index(place.name) + 1) if place.name in order else None


def _whole(found: Mapping[str, float], groups: frozenset[str]) -> dict[str, int]:
    """Return numbers as they were where all neighbours have whole ones in our range, and ranks elsewhere."""
    neighbours: dict[tuple[str, bool], list[str]] = {}
    for target in found:
        neighbours.setdefault((target.rpartition("/")[0], target in groups), []).append(target)
    made: dict[str, int] = {}
    for targets in neighbours.values():
        usable = all(
            number == int(number) and 0 <= number < UNPLACED for number in map(found.__getitem__, targets)
        )
        ranks = {number: rank for rank, number in enumerate(sorted({found[it] for it in targets}), start=1)}
        made |= {it: int(found[it]) if usable else min(ranks[found[it]], UNPLACED - 1) for it in targets}
    return made
