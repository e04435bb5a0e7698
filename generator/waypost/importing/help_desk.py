"""Bring in the articles of a help desk, from saved answers of its API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from waypost.base.ids import slugify
from waypost.importing.articles import ImportReport, import_tree, require_site
from waypost.importing.io.html_pages import to_markdown
from waypost.importing.io.json_documents import saved_documents, unusable
from waypost.importing.rules.addresses import free_name
from waypost.importing.rules.collection import SourcePage, SourceTree
from waypost.importing.rules.exports import Export, ExportedArticle, ExportedGroup, HelpDesk
from waypost.importing.rules.histories import line_of
from waypost.importing.rules.hosts import host_of
from waypost.importing.rules.names import DEEPEST
from waypost.importing.rules.plan import DEFAULTS, ImportOptions
from waypost.problems import Level, Location, Problem
from waypost.reading.site import Site

_MOST_ABOVE = 20
"""More groups above one another are a circle."""


def import_help_desk(
    site: Site,
    desk: HelpDesk,
    place: Path,
    *,
    options: ImportOptions = DEFAULTS,
    fetches: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Read a saved file or a folder of them, and bring its articles in.

    Raises ProblemsFound, with nothing written, where there is no site, nothing to import, or something in the way.
    """
    require_site(site)
    documents = [
        (name, document if isinstance(document, Mapping) else {"rows": document})
        for name, document in saved_documents(place)
    ]
    export = desk.read(documents)
    if not export.articles:
        message = f"There is no article of {desk.name} in it. docs/importing.md says which answers to save."
        raise unusable(place.as_posix(), message)
    tree = _tree_of(export, place.as_posix(), options.language)
    return import_tree(
        site, tree, place if place.is_dir() else place.parent, options, fetches=fetches, dry_run=dry_run
    )


def _tree_of(export: Export, shown: str, language: str) -> SourceTree:
    """Return an export as a collection of pages, in one language; `shown` is its place as problems show it."""
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
        pages.append(_article_page(article, f"{stem}.md", shown))
    return SourceTree(shown, tuple(pages), problems=tuple(problems), has_files=False)


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
            above = folder(parent, depth + 1) if parent and depth < _MOST_ABOVE else ""
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


def _article_page(article: ExportedArticle, path: str, shown: str) -> SourcePage:
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
