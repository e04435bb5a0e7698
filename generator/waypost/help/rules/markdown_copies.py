"""The help center as Markdown, for programs that read text: a copy of each page, and llms.txt.

The form of llms.txt is that of https://llmstxt.org: a heading, a summary as a quote, and lists of links.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, unquote

from waypost.base.i18n import Words
from waypost.base.markdown.links import map_links
from waypost.base.markdown.plain_text import as_markdown
from waypost.formats.article import Article, PageKind
from waypost.help.rules.catalog import SEPARATOR, ArticleLink, Catalog, CategoryLink
from waypost.publishing.rules.help_site import HelpSite
from waypost.reading.rules.content_paths import INDEX

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|#|\?")

Address = Callable[[str], str]
"""Makes an address from a path below the root of the help center."""


def markdown_copies(
    pages: Mapping[str, Article], catalog: Catalog, words: Words
) -> Iterator[tuple[str, str]]:
    """Return path and text of the copy of each page.

    A copy has the path that its file has in content/, so that links between files lead from copy to copy.
    """
    for path, page in pages.items():
        yield path, _copy(page, pages, catalog, words)


def _copy(page: Article, pages: Mapping[str, Article], catalog: Catalog, words: Words) -> str:
    summary = page.front.summary
    parts = [f"# {as_markdown(page.title)}", f"> {as_markdown(summary)}" if summary else ""]
    if page.kind != PageKind.HOME:
        parts.append(map_links(page.body, lambda target: _target(target, page.path, pages)).strip())
    parts += _lists(page, catalog, words)
    return "\n\n".join(filter(None, parts)) + "\n"


def _target(target: str, path: str, pages: Mapping[str, Article]) -> str:
    """Let links to pages that have no copy lead to their web page."""
    name, mark, anchor = target.partition("#")
    if _ELSEWHERE.match(target) or not name.endswith(".md"):
        return target
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(name)))
    if meant in pages:
        return target
    is_index = posixpath.basename(name) == INDEX
    folder = name.removesuffix(INDEX) if is_index else f"{name.removesuffix('.md')}/"
    return f"{folder or './'}{mark}{anchor}"


def _lists(page: Article, catalog: Catalog, words: Words) -> list[str]:
    """Return the lists that a page shows below its text."""
    folder = posixpath.dirname(page.path)

    def nearby(path: str) -> str:
        return quote(posixpath.relpath(path, folder or "."))

    if page.kind == PageKind.CATEGORY:
        category = catalog.category(page.category)
        return list(_category(category, nearby)) if category else []
    if page.kind == PageKind.HOME:
        trails = catalog.trails.values()
        return ["\n".join("  " * (len(trail) - 1) + _line_of(trail[-1], nearby) for trail in trails)]
    if page.kind == PageKind.CONTACT:
        # Channels and hours depend on the time and on who asks, so they stay on the page.
        return [_line(words.say("outputs.twin.contact"), f"{nearby(page.url)}/", "")]
    return []


def _category(category: CategoryLink, address: Address) -> Iterator[str]:
    yield _list(category.articles, address)
    for section in category.sections:
        page = address(f"{section.url}{INDEX}")
        yield f"## [{as_markdown(section.title)}]({page})"
        yield as_markdown(section.summary)
        yield _list(section.articles, address)


def _list(articles: tuple[ArticleLink, ...], address: Address) -> str:
    return "\n".join(_line(link.title, address(copy_of(link.url)), link.summary) for link in articles)


def _line_of(category: CategoryLink, address: Address) -> str:
    return _line(category.title, address(f"{category.url}{INDEX}"), category.summary)


def _line(title: str, address: str, summary: str) -> str:
    return f"- [{as_markdown(title)}]({address}){f': {as_markdown(summary)}' if summary else ''}"


def copy_of(url: str) -> str:
    """Return the path of the copy of an article, from its address."""
    return f"{url.removesuffix('/')}.md"


def llms_txt(site: HelpSite, pages: Mapping[str, Article], catalog: Catalog) -> str:
    """Return llms.txt: every article by category, then where people and the state of the service are found."""
    words = site.words
    home = next((page for page in pages.values() if page.kind == PageKind.HOME), None)
    summary = (home.front.summary or home.title) if home else ""
    parts = [f"# {as_markdown(site.name)}", f"> {as_markdown(summary)}" if summary else ""]
    for title, articles in _groups(catalog, words):
        parts += [f"## {as_markdown(title)}", _list(articles, site.address)]
    contacts = [page for page in pages.values() if page.kind == PageKind.CONTACT]
    lines = [_line(page.title, site.address(page.path), page.front.summary) for page in contacts]
    status = words.say("outputs.llms.status"), site.status_address, words.say("outputs.llms.status_summary")
    lines.append(_line(*status))
    parts += [f"## {words.say('outputs.llms.contact')}", "\n".join(lines)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _groups(catalog: Catalog, words: Words) -> Iterator[tuple[str, tuple[ArticleLink, ...]]]:
    """Return the categories and sections that hold articles, and last the articles that are in none."""
    listed: set[str] = set()
    for trail in catalog.trails.values():
        articles = trail[-1].articles
        listed.update(link.url for link in articles)
        if articles:
            yield SEPARATOR.join(it.title for it in trail), articles
    rest = tuple(link for link in catalog.links.values() if link.url not in listed)
    if rest:
        yield words.say("outputs.llms.other"), rest
