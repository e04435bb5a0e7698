"""The articles of a help desk, as its API gives them, before they become a collection of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from waypost.base.ids import slugify
from waypost.importing.rules.addresses import free_name
from waypost.importing.rules.collection import SourcePage, SourceTree
from waypost.importing.rules.histories import Json, line_of
from waypost.importing.rules.hosts import host_of
from waypost.importing.rules.names import DEEPEST
from waypost.problems import Level, Location, Problem

_DEEPEST = 20
"""More groups in one another are a circle."""


@dataclass(frozen=True)
class ExportedGroup:
    """A category, collection, section or folder."""

    id: str
    title: str
    summary: str = ""
    parent: str = ""
    """The id of the group that it is in."""
    position: int | None = None
    address: str = ""


@dataclass(frozen=True)
class ExportedArticle:
    """One article in one language."""

    origin: str
    """The document that it was read from."""
    id: str
    title: str
    html: str
    summary: str = ""
    group: str = ""
    position: int | None = None
    addresses: tuple[str, ...] = ()
    language: str = ""
    is_draft: bool = False
    is_pinned: bool = False
    others: Mapping[str, Any] = field(default_factory=dict)
    """What has no counterpart, and is kept aside."""


@dataclass(frozen=True)
class Export:
    """All that an API told."""

    groups: tuple[ExportedGroup, ...] = ()
    articles: tuple[ExportedArticle, ...] = ()


Documents = Sequence[tuple[str, Json]]
"""Saved answers of an API, by their names."""


@dataclass(frozen=True)
class HelpDesk:
    """A help desk whose articles `waypost import NAME` brings in."""

    name: str
    help: str
    """The help of the command: what it reads, and an example."""
    read: Callable[[Documents], Export]


def tree_of(
    export: Export, shown: str, language: str, to_markdown: Callable[[str, str], str]
) -> tuple[SourceTree, list[Problem]]:
    """Return an export as a collection of pages, in one language.

    `shown` is its place as problems show it; `to_markdown` turns HTML into Markdown, with links that count from an
    address.
    """
    chosen, problems = _in_one_language(export.articles, shown, language)
    folders, joined = _folders(export.groups)
    problems += [
        _joined_problem(it, shown) for it in joined if any(it.id == article.group for article in chosen)
    ]
    used = {folder for article in chosen if (folder := folders.get(article.group))}
    taken: set[str] = set()
    own = [it for it in export.groups if it not in joined and _is_used(folders[it.id], used)]
    addresses = [(folders[it.id], it.address) for it in joined]
    pages = [
        _group_page(it, folders[it.id], [to for at, to in addresses if at == folders[it.id]]) for it in own
    ]
    for article in chosen:
        folder = folders.get(article.group, "")
        stem = free_name("/".join(filter(None, (folder, slugify(article.title)))), taken)
        taken.add(stem)
        pages.append(_article_page(article, f"{stem}.md", shown, to_markdown))
    return SourceTree(shown, tuple(pages), has_files=False), problems


def _in_one_language(
    articles: Iterable[ExportedArticle], shown: str, language: str
) -> tuple[list[ExportedArticle], list[Problem]]:
    """Return the articles of the language that was asked for, else of that which most have."""
    articles = list({(article.id, article.language.lower()): article for article in articles}.values())
    counts = Counter(article.language.lower() for article in articles)
    wanted = language.lower() or (counts.most_common(1)[0][0] if counts else "")
    exact = wanted in counts
    chosen = [it for it in articles if it.language.lower() == wanted or (not exact and _base(it) == wanted)]
    left = Counter(article.language for article in articles if article not in chosen)
    if not left:
        return chosen, []
    listed = ", ".join(f"{name or 'none'} ({count})" for name, count in sorted(left.items()))
    message = (
        f"A site has one language, and {wanted} was taken. Left out: {listed}. --language names another."
    )
    return chosen, [Problem(Location(shown), "import", message, Level.WARNING)]


def _base(article: ExportedArticle) -> str:
    return article.language.lower().split("-")[0]


def _folders(groups: Sequence[ExportedGroup]) -> tuple[dict[str, str], list[ExportedGroup]]:
    """Return the folder of each group by its id, and the groups that are joined to the one that they stand in."""
    by_id = {group.id: group for group in groups}
    folders: dict[str, str] = {}
    joined: list[ExportedGroup] = []
    taken: set[str] = set()

    def folder(group: ExportedGroup, depth: int) -> str:
        if group.id not in folders:
            parent = by_id.get(group.parent)
            above = folder(parent, depth + 1) if parent and depth < _DEEPEST else ""
            if above.count("/") + bool(above) >= DEEPEST:
                joined.append(group)
                folders[group.id] = above
            else:
                folders[group.id] = free_name("/".join(filter(None, (above, slugify(group.title)))), taken)
                taken.add(folders[group.id])
        return folders[group.id]

    for group in groups:
        folder(group, 0)
    return folders, joined


def _joined_problem(group: ExportedGroup, shown: str) -> Problem:
    message = f"'{line_of(group.title)}' stood below a section. Its articles were joined to that section."
    return Problem(Location(shown), "import", message, Level.WARNING)


def _is_used(folder: str, used: Iterable[str]) -> bool:
    return any(it == folder or it.startswith(f"{folder}/") for it in used)


def _group_page(group: ExportedGroup, folder: str, others: Sequence[str]) -> SourcePage:
    """Build the page of a category or section; `others` are addresses of groups that were joined to it."""
    front: dict[str, Any] = {"title": group.title, "description": group.summary, "position": group.position}
    number = next(filter(str.isdecimal, (group.id, group.id.lstrip("abcdefghijklmnopqrstuvwxyz"))), None)
    front |= {"id": number, "html_url": group.address, "redirect_from": [it for it in others if it]}
    return SourcePage(f"{folder}/index.md", group.title, _filled(front))


def _article_page(
    article: ExportedArticle, path: str, shown: str, to_markdown: Callable[[str, str], str]
) -> SourcePage:
    address = next((it for it in article.addresses if host_of(it)), "")
    front = {**article.others, "title": article.title, "description": article.summary}
    front |= {"position": article.position, "pinned": article.is_pinned or None}
    front |= {"draft": article.is_draft or None, "id": article.id if article.id.isdecimal() else None}
    front |= {"html_url": address, "redirect_from": [it for it in article.addresses if it != address]}
    body = to_markdown(article.html, address)
    return SourcePage(
        path, f"{shown}/{article.origin}: {article.title}", _filled(front), body=body, html=article.html
    )


def _filled(front: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in front.items() if value not in (None, "", [], ())}


def number_of(row: Json, key: str) -> int | None:
    """Return a whole number; None for anything else."""
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def kept(row: Json, *keys: str) -> dict[str, Any]:
    """Return the values of some keys that are there."""
    return {key: row[key] for key in keys if row.get(key) not in (None, "", [])}
