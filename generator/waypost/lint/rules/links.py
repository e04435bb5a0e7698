"""Rules about where texts lead: files, anchors, pictures."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from waypost.base.link_targets import leads_elsewhere, split_link, target_path
from waypost.base.markdown.links import Link
from waypost.formats.article import Article, Kind, is_draft
from waypost.lint.rules.rule import Finding, LintSite, at_line
from waypost.problems import did_you_mean
from waypost.reading.rules.troubleshooter import read_troubleshooter

_MADE_BY_BUILD = (
    "status/",
    "ticket/",
    "assets/",
    "search/",
    "feed.",
    "llms.txt",
    "sitemap.xml",
    "robots.txt",
)
"""Addresses that no file of content/ stands for."""

_MADE_BY_MARKDOWN = re.compile(r"fn(ref)?\d*:|main$|__")
"""Anchors of footnotes, of the page itself and of its tabs and code."""


def broken_links(site: LintSite) -> Iterator[Finding]:
    """Find links and pictures that lead to no file of content/, to no page, or from a page to a draft."""
    urls = {page.url for page in site.pages.values()}
    drafts = {name for page in site.project.help_center.drafts.values() for name in (page.path, page.url)}
    for page, link in _links(site):
        path, _, _ = split_link(link.target)
        found = drafts.intersection(_meanings(path, page)) if path and not is_draft(page.front) else ()
        if found:
            message = (
                f"This link leads to {min(found)}, which is a draft. Remove the link, or publish the draft."
            )
            yield Finding(f"content/{page.path}", at_line(link.line, link.column), message)
        if found or not path or _leads_somewhere(path, page, site, urls):
            continue
        wanted = target_path(path, posixpath.dirname(page.path))
        suffix = posixpath.splitext(wanted)[1]
        alike = [file for file in site.files if suffix and file.endswith(suffix)]
        near = did_you_mean(wanted, alike) or " Correct the link, or remove it."
        what = "picture" if link.is_picture else "link"
        message = f"This {what} leads to content/{wanted}, which is not there.{near}"
        yield Finding(f"content/{page.path}", at_line(link.line, link.column), message)


def broken_anchors(site: LintSite) -> Iterator[Finding]:
    """Find links to a section that its page does not have."""
    if site.has_own_anchors:
        return
    for page, link in _links(site):
        path, _, anchor = split_link(link.target)
        if not anchor or link.is_picture or _MADE_BY_MARKDOWN.match(anchor):
            continue
        target = page.path if not path else target_path(path, posixpath.dirname(page.path))
        if target not in site.parts:
            continue
        known = _anchors(site, target)
        if anchor not in known:
            where = "this page" if target == page.path else f"content/{target}"
            near = did_you_mean(anchor, known) or " Name one of its headings, or leave the part from # away."
            message = f"There is no section '#{anchor}' in {where}.{near}"
            yield Finding(f"content/{page.path}", at_line(link.line, link.column), message)


def missing_alt(site: LintSite) -> Iterator[Finding]:
    """Find pictures that say nothing to people who cannot see them."""
    for path, parts in site.parts.items():
        for link in parts.links:
            # Only HTML can mark a picture as decoration, with an empty alt.
            is_decoration = link.alt == "" and link.is_html
            if link.is_picture and not (link.alt or "").strip() and not is_decoration:
                message = (
                    "This picture says nothing to people who cannot see it. Write what it shows: ![The button](…). "
                    'A picture that only decorates is written as <img src="…" alt="">.'
                )
                yield Finding(f"content/{path}", at_line(link.line, link.column), message)


def _links(site: LintSite) -> Iterator[tuple[Article, Link]]:
    for path, parts in site.parts.items():
        for link in parts.links:
            if link.target and not leads_elsewhere(link.target):
                yield site.pages[path], link


def _meanings(path: str, page: Article) -> tuple[str, str]:
    """Return a path as it counts from the file it stands in, and from the address of its page."""
    if path.startswith("/"):
        return path.lstrip("/"), path.strip("/") + "/"
    by_address = posixpath.normpath(posixpath.join(page.url, path))
    return target_path(path, posixpath.dirname(page.path)), f"{by_address}/"


def _leads_somewhere(path: str, page: Article, site: LintSite, urls: set[str]) -> bool:
    if path.startswith("/"):
        return _is_there(path.lstrip("/"), site, urls)
    by_file = target_path(path, posixpath.dirname(page.path))
    if by_file in site.files:
        return True
    # Raw HTML and addresses that end in a slash count from the address of the page, not from its file.
    by_address = posixpath.normpath(posixpath.join(page.url, path))
    by_address += "/" if path.endswith("/") and by_address != "." else ""
    return _is_there(by_address, site, urls)


def _is_there(address: str, site: LintSite, urls: set[str]) -> bool:
    is_made = address.startswith(_MADE_BY_BUILD) or address in (".", "")
    return is_made or address in site.files or address.rstrip("/") + "/" in urls


def _anchors(site: LintSite, path: str) -> frozenset[str]:
    page, ids = site.pages[path], site.parts[path].ids
    return (
        ids.union(step.id for step in read_troubleshooter(page).steps)
        if page.kind is Kind.TROUBLESHOOTER
        else ids
    )
