"""Check what pages name in `redirect_from` against everything that a site publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from waypost.base.files.text_files import walk
from waypost.base.files.yaml_source import MarkdownDocument
from waypost.formats.article import Article
from waypost.help.kinds.kind import Structure
from waypost.problems import Problem
from waypost.reading.rules.redirects import file_at, former_addresses
from waypost.reading.rules.troubleshooter_graph import step_addresses

OWN_FOLDERS: Mapping[str, str] = {
    "assets": "belongs to the styles and scripts of the site",
    "search": "belongs to the search",
    "status": "belongs to the status page",
    "ticket": "belongs to the ticket form",
}
"""Folders of the output that no page may be in, and whose they are."""

OWN_FILES = (
    *("404.html", "feed.atom", "feed.json", "feed.rss", "llms.txt", "robots.txt", "sitemap.xml"),
    "sitemap.xml.gz",
)
"""Files at the root of the output that the build writes."""


def check_former_addresses(
    root: Path, pages: Mapping[str, Article], documents: Mapping[str, MarkdownDocument]
) -> list[Problem]:
    """Complain of each former address that is another page, a file, or named twice."""
    named = [
        (page, number, address)
        for page in pages.values()
        for number, address in enumerate(former_addresses(page))
    ]
    if not named:
        return []
    taken = dict(_published(root, pages))
    folders = {parent for path in taken for parent in _parents(path)}
    problems: list[Problem] = []
    for page, number, address in named:
        front = documents[page.path].front
        file = file_at(address)
        message = _own(page, address) or _conflict(file, taken, folders)
        if message:
            code = "duplicate-id" if taken.get(file, "").startswith("redirect_from") else "bad-value"
            problems.append(front.problem_at(("redirect_from", number), code, message))
            continue
        taken[file] = f"redirect_from in content/{page.path}"
        folders.update(_parents(file))
    return problems


def _published(root: Path, pages: Mapping[str, Article]) -> Iterator[tuple[str, str]]:
    """Name every file of the output with what it comes from."""
    folder = root / "content"
    for file in walk(root, folder, "")[0]:
        path = file.relative_to(folder).as_posix()
        yield path, f"the file content/{path}"
    for page in pages.values():
        yield file_at(page.url), f"the page content/{page.path}"
        for step in step_addresses(page) if page.structure is Structure.TREE else ():
            yield file_at(step), f"a step of content/{page.path}"
    for name in OWN_FILES:
        yield name, "a file that the build writes"


def _parents(path: str) -> list[str]:
    return [parent.as_posix() for parent in PurePosixPath(path).parents][:-1]


def _own(page: Article, address: str) -> str:
    """Say why an address cannot be a redirect whatever else there is, or nothing."""
    folder = address.partition("/")[0]
    if file_at(address) == file_at(page.url):
        return "The page is at this address now. Remove it from the list."
    if folder in OWN_FOLDERS:
        return f"The address {folder}/ {OWN_FOLDERS[folder]}. Remove it from the list."
    return ""


def _conflict(file: str, taken: Mapping[str, str], folders: set[str]) -> str:
    """Say what is in the way of the file of a redirect, or nothing."""
    blocking = next((path for path in (file, *_parents(file)) if path in taken), "")
    if blocking:
        return f"This address is taken by {taken[blocking]}. Remove one of the two."
    if file in folders:
        return "Other pages are in a folder of this name. Remove this address, or end it with a slash."
    return ""
