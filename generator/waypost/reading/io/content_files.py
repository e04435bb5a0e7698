"""Read content/: articles, category pages, the home page and support.yml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from waypost.base.files.front_matter import MarkdownDocument, parse_markdown
from waypost.base.files.text_files import read_source, walk
from waypost.base.files.validation import ADD_OR_CORRECT, validate
from waypost.base.files.yaml_source import DataPath
from waypost.formats.article import (
    Article,
    ArticleFrontMatter,
    HomeFrontMatter,
    PageKind,
    Schedule,
    components_of,
    front_matter_of,
    is_draft,
    known_kinds,
    schedule_of,
)
from waypost.formats.project import HelpCenter
from waypost.formats.ticket import TicketForm
from waypost.help.kinds import DEFAULT_KIND
from waypost.help.kinds.kind import Structure
from waypost.problems import Location, Problem, did_you_mean
from waypost.reading.io.article_files import check_articles, check_troubleshooters
from waypost.reading.io.search_files import load_search_files
from waypost.reading.io.support_files import load_support
from waypost.reading.rules.content_paths import INDEX, category_at, category_ids, check_paths, is_index
from waypost.reading.rules.redirects import file_at, former_addresses, parent_folders
from waypost.reading.rules.troubleshooter_graph import step_addresses

_ALWAYS = Schedule()
_UTC = ZoneInfo("UTC")


def load_help_center(
    root: Path, component_ids: frozenset[str] | None, now: datetime, zone: ZoneInfo = _UTC
) -> tuple[HelpCenter, list[Problem]]:
    """Read the folder content/ of a site, as it is published at a moment; days begin as in `zone`.

    `component_ids` are those of status/status.yml, or None where that file itself is broken: then
    references to components cannot be judged.
    """
    folder = root / "content"
    if not folder.is_dir():
        message = "There is no folder content/. Run `waypost new site DIR` to start a site."
        return HelpCenter(), [Problem(Location("content"), "missing-file", message)]
    files, problems = walk(root, folder, ".md")
    paths = [file.relative_to(folder).as_posix() for file in files]
    documents: dict[str, MarkdownDocument] = {}
    pages: dict[str, Article] = {}
    categories = category_ids(paths)
    for file, path in zip(files, paths, strict=True):
        page, document, found = _load_page(root, file, path, category_at(path, categories))
        problems += found
        if document:
            documents[path] = document
        if page:
            pages[path] = page
    problems += check_paths(paths) if paths or not problems else []
    problems += _check_references(pages, documents, paths, component_ids)
    problems += check_former_addresses(root, pages, documents)
    sizes, found = check_articles(root, pages, documents)
    problems += found
    schedules = {
        path: plan for path, page in pages.items() if (plan := schedule_of(page.front, zone)) != _ALWAYS
    }
    hidden = {path: False for path, page in pages.items() if is_draft(page.front)}
    hidden |= {path: plan.has_expired(now) for path, plan in schedules.items() if plan.hides(now)}
    problems += check_troubleshooters(root, pages, documents, paths, component_ids, hidden)
    support, found = load_support(root, component_ids)
    problems += _check_tickets(pages, documents, support.ticket) if support else []
    problems += found
    synonyms, queries, found = load_search_files(root, pages, paths)
    published = {path: page for path, page in pages.items() if path not in hidden}
    drafts = {path: page for path, page in pages.items() if path in hidden}
    help_center = HelpCenter(published, support, sizes, drafts, schedules, synonyms, queries)
    return help_center, list(dict.fromkeys(problems + found))


def _kind_of(document: MarkdownDocument, path: str) -> str:
    """Tell which front matter to expect; a wrong kind is found by the validation that follows."""
    data = document.front.data
    written = data.get("kind") if isinstance(data, dict) else None
    if isinstance(written, str) and written in known_kinds():
        return written
    if path == INDEX:
        return PageKind.HOME
    return PageKind.CATEGORY if is_index(path) else DEFAULT_KIND


def _load_page(
    root: Path, file: Path, path: str, category: str
) -> tuple[Article | None, MarkdownDocument | None, list[Problem]]:
    source, problems = read_source(root, file)
    if source is None:
        return None, None, problems
    document, problems = parse_markdown(source)
    if document is None:
        return None, None, problems
    kind = _kind_of(document, path)
    front, problems = validate(document.front, front_matter_of(kind))
    problems += _check_place(document, kind, path)
    if front is None or problems:
        return None, document, problems
    named = front.category if isinstance(front, ArticleFrontMatter) else None
    page = Article(path, kind, named or category, front, document.body, document.body_line)
    return page, document, problems


def _check_place(document: MarkdownDocument, kind: str, path: str) -> list[Problem]:
    """Complain of a home or category page that is not an index.md, and of an article that is."""
    expected: dict[str, bool] = {
        PageKind.HOME: path == INDEX,
        PageKind.CATEGORY: is_index(path) and path != INDEX,
    }
    if expected.get(kind, kind == PageKind.CONTACT or not is_index(path)):
        return []
    where: dict[str, str] = {PageKind.HOME: "content/index.md", PageKind.CATEGORY: "the index.md of a folder"}
    message = f"The kind '{kind}' belongs in {where.get(kind, 'a file that is not called index.md')}."
    return [document.front.problem_at(("kind",), "bad-value", message)]


def _check_references(
    pages: dict[str, Article],
    documents: dict[str, MarkdownDocument],
    paths: Sequence[str],
    component_ids: frozenset[str] | None,
) -> list[Problem]:
    """Check that what front matter names is there; a file that could not be read still counts as there."""
    problems: list[Problem] = []
    categories = {page.category for page in pages.values() if page.kind == PageKind.CATEGORY}
    for path, page in pages.items():
        front = documents[path].front
        for place, target in _article_references(page):
            if target not in paths:
                hint = did_you_mean(target, paths) or ADD_OR_CORRECT
                problems.append(
                    front.problem_at(place, "unknown-article", f"There is no content/{target}.{hint}")
                )
        for place, name in _component_references(page):
            if component_ids is not None and name not in component_ids:
                hint = did_you_mean(name, component_ids) or ADD_OR_CORRECT
                message = f"There is no component '{name}' in status/status.yml.{hint}"
                problems.append(front.problem_at(place, "unknown-component", message))
        if isinstance(page.front, ArticleFrontMatter) and page.front.category not in (None, *categories):
            hint = did_you_mean(page.category, categories) or ADD_OR_CORRECT
            what = "section" if "/" in page.category else "category"
            message = f"There is no content/{page.category}/index.md, so no such {what}.{hint}"
            problems.append(front.problem_at(("category",), "bad-value", message))
    return problems


def _check_tickets(
    pages: dict[str, Article], documents: dict[str, MarkdownDocument], form: TicketForm
) -> list[Problem]:
    """Check that the category of each article's ticket is one of the form's."""
    known = [category.id for category in form.categories]
    problems: list[Problem] = []
    for path, page in pages.items():
        ticket = page.front.ticket if isinstance(page.front, ArticleFrontMatter) else None
        if ticket and ticket.category not in known:
            hint = did_you_mean(ticket.category, known) or ADD_OR_CORRECT
            message = f"There is no category '{ticket.category}' under `ticket` in content/support.yml.{hint}"
            problems.append(documents[path].front.problem_at(("ticket", "category"), "bad-value", message))
    return problems


def _article_references(page: Article) -> list[tuple[DataPath, str]]:
    front = page.front
    if isinstance(front, ArticleFrontMatter):
        needs = enumerate(front.prerequisites)
        return [
            *((("related", index), target) for index, target in enumerate(front.related)),
            *((("prerequisites", index, "article"), need.article) for index, need in needs if need.article),
            *([(("next",), front.next)] if front.next else []),
        ]
    if isinstance(front, HomeFrontMatter):
        shortcuts = [
            (("often_asked", i, "article"), item.article) for i, item in enumerate(front.often_asked)
        ]
        return [*shortcuts, *((("popular", index), target) for index, target in enumerate(front.popular))]
    return []


def _component_references(page: Article) -> list[tuple[DataPath, str]]:
    return [(("components", index), name) for index, name in enumerate(components_of(page.front))]


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
    folders = {parent for path in taken for parent in parent_folders(path)}
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
        folders.update(parent_folders(file))
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
    blocking = next((path for path in (file, *parent_folders(file)) if path in taken), "")
    if blocking:
        return f"This address is taken by {taken[blocking]}. Remove one of the two."
    if file in folders:
        return "Other pages are in a folder of this name. Remove this address, or end it with a slash."
    return ""
