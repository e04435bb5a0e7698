"""Rules about articles: front matter, links, pictures, how they stand beside each other, and what the search finds."""

from __future__ import annotations

import math
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from waypost.base.markdown.links import Link, leads_elsewhere, split_link, target_path
from waypost.formats.article import Article, ArticleFrontMatter, page_url
from waypost.help.kinds.kind import Structure
from waypost.lint.rules.rule import Finding, LintSite, at_key, at_line
from waypost.problems import did_you_mean
from waypost.reading.rules.redirects import file_at, former_addresses
from waypost.reading.rules.troubleshooter import read_troubleshooter
from waypost.search.rules.evaluation import QuestionResult, ask, figures, questions_of


def missing_summary(site: LintSite) -> Iterator[Finding]:
    """Find articles whose card in lists and searches would be empty."""
    for page in site.project.help_center.articles:
        if not page.front.summary:
            message = (
                "There is no `summary`. Add one sentence that says what the article helps with: lists, searches "
                "and search engines show it."
            )
            yield Finding(f"content/{page.path}", at_key("title"), message)


def duplicate_titles(site: LintSite) -> Iterator[Finding]:
    """Find articles that nobody can tell apart in a list."""
    first: dict[str, Article] = {}
    for page in site.project.help_center.articles:
        known = first.setdefault(" ".join(page.title.casefold().split()), page)
        if known is not page:
            message = f"content/{known.path} has the same title. Say in each what is special about it, or join the two."
            yield Finding(f"content/{page.path}", at_key("title"), message)


def duplicate_aliases(site: LintSite) -> Iterator[Finding]:
    """Find questions that two articles claim to answer: a search could show either first."""
    first: dict[str, str] = {}
    for page in site.project.help_center.articles:
        front = page.front
        questions = front.also_asked_as if isinstance(front, ArticleFrontMatter) else ()
        for index, question in enumerate(questions):
            known = first.setdefault(" ".join(question.casefold().strip("?!. ").split()), page.path)
            if known != page.path:
                message = f"content/{known} is also asked like this. Leave the question to the better answer."
                yield Finding(f"content/{page.path}", at_key("also_asked_as", index), message)


def near_duplicates(site: LintSite) -> Iterator[Finding]:
    """Find articles that say the same in nearly the same words."""
    reported: set[frozenset[str]] = set()
    for page in site.project.help_center.articles:
        for other, likeness in site.alike(page.path):
            pair = frozenset((page.path, other))
            if likeness < site.config.near_duplicate or pair in reported:
                continue
            reported.add(pair)
            message = (
                f"content/{other} says nearly the same ({likeness:.0%} alike). Keep the better one, and let "
                "`redirect_from` lead there from the other."
            )
            yield Finding(f"content/{page.path}", at_line(page.body_line), message)


def reviews_due(site: LintSite) -> Iterator[Finding]:
    """Find articles that nobody has checked for longer than the policy allows."""
    today = site.now.date()
    for page in site.project.help_center.articles:
        reviewed = page.front.reviewed if isinstance(page.front, ArticleFrontMatter) else None
        if reviewed is None or reviewed + site.config.reviewed_within >= today:
            continue
        message = (
            f"Last reviewed {(today - reviewed).days} days ago, and the policy is "
            f"{site.config.reviewed_within.days} days. Check that it is true, then write today's date."
        )
        yield Finding(f"content/{page.path}", at_key("reviewed"), message)


def heading_order(site: LintSite) -> Iterator[Finding]:
    """Find headings that skip a level, and second titles: both confuse people who listen to pages."""
    for path, parts in site.parts.items():
        level = 1
        for heading in parts.headings:
            if heading.level == 1:
                message = "The title is the only heading of the first level. Begin this one with ##."
                yield Finding(f"content/{path}", at_line(heading.line), message)
            elif heading.level > level + 1:
                message = f"This heading skips a level. Begin it with {'#' * (level + 1)}."
                yield Finding(f"content/{path}", at_line(heading.line), message)
            level = max(heading.level, 2) if heading.level == 1 else heading.level


def repeated_questions(site: LintSite) -> Iterator[Finding]:
    """Find questions of faq articles that stand in two places with two answers."""
    first: dict[str, tuple[str, int]] = {}
    by_path: dict[str, set[str]] = defaultdict(set)
    for page in site.project.help_center.articles:
        if page.structure is not Structure.QUESTIONS or page.path not in site.parts:
            continue
        for heading in (item for item in site.parts[page.path].headings if item.level == 2):
            words = " ".join(heading.text.casefold().strip("?!. ").split())
            known = first.setdefault(words, (page.path, heading.line))
            if known != (page.path, heading.line) and words not in by_path[page.path]:
                message = f"The same question stands in content/{known[0]}:{known[1]}. Answer it once, and link to it."
                yield Finding(f"content/{page.path}", at_line(heading.line), message)
            by_path[page.path].add(words)


QUERIES = "content/queries.yml"

MOST_NAMED = 5
"""Questions that are named; mending those usually mends others."""


def search_success(site: LintSite) -> Iterator[Finding]:
    """Find out whether the search answers enough of the questions in content/queries.yml."""
    queries = site.project.help_center.queries
    if not queries.queries:
        return
    outcomes = ask(questions_of(queries.queries), site.answer)
    right = figures(outcomes).right
    if right >= queries.success_at_least:
        return
    wrong = [(number, outcome) for number, outcome in enumerate(outcomes) if not outcome.is_right]
    message = (
        f"The search answers {len(outcomes) - len(wrong)} of {len(outcomes)} questions rightly, "
        f"{_percent(right)}, and {_percent(queries.success_at_least)} are wanted. "
        f"`waypost search-eval {QUERIES} --wrong` lists the others."
    )
    yield Finding(QUERIES, at_key("success_at_least"), message)
    for number, outcome in wrong[:MOST_NAMED]:
        yield Finding(QUERIES, at_key("queries", number, "ask"), _advice(outcome))


def _percent(share: float) -> str:
    # Rounded down, so that what is not enough never looks as if it were.
    return f"{math.floor(share * 100 + 1e-9)} %"


def _advice(outcome: QuestionResult) -> str:
    """Return the first result of a question, with advice to the writer."""
    first = f"content/{outcome.first} comes first" if outcome.first else "Nothing is found"
    if not outcome.is_answerable:
        return f"{first} as an answer, and none is named here. If that article does answer it, name it."
    wanted = next(iter(outcome.question.grades))
    place = f", and content/{wanted} as number {outcome.rank}" if outcome.rank else ""
    return (
        f"{first}{place}. Say it in `also_asked_as` of content/{wanted}, in the words that people use, or "
        "name synonyms in content/synonyms.yml."
    )


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
    for page, link in _links(site):
        path, _, _ = split_link(link.target)
        hidden = _hidden_target(site, page, path)
        if hidden and not site.schedule(hidden).has_expired(site.now):
            message = f"This link leads to {hidden}, which {_not_published(site, hidden)}"
            yield Finding(f"content/{page.path}", at_line(link.line, link.column), message)
        if hidden or not path or _leads_somewhere(path, page, site, urls):
            continue
        wanted = target_path(path, posixpath.dirname(page.path))
        suffix = posixpath.splitext(wanted)[1]
        alike = [file for file in site.files if suffix and file.endswith(suffix)]
        near = did_you_mean(wanted, alike) or " Correct the link, or remove it."
        what = "picture" if link.is_picture else "link"
        message = f"This {what} leads to content/{wanted}, which is not there.{near}"
        yield Finding(f"content/{page.path}", at_line(link.line, link.column), message)


def expired_with_links(site: LintSite) -> Iterator[Finding]:
    """Find articles that are no longer published, while others still lead to them."""
    places: dict[str, list[str]] = defaultdict(list)
    for page, link in _links(site):
        hidden = _hidden_target(site, page, split_link(link.target)[0])
        if hidden and site.schedule(hidden).has_expired(site.now):
            places[hidden].append(f"content/{page.path}:{link.line}")
    for path, found in sorted(places.items()):
        message = (
            f"This article has expired, and links still lead to it: {', '.join(dict.fromkeys(found))}. Remove them, "
            "or name a later day."
        )
        yield Finding(f"content/{path}", at_key("expires_on"), message)


def _hidden_target(site: LintSite, page: Article, path: str) -> str:
    """Return the article that a link of a published page leads to, where that is not published; else nothing."""
    drafts = site.project.help_center.drafts
    if not path or page.path in drafts:
        return ""
    by_file, by_address = _meanings(path, page)
    return by_file if by_file in drafts else site.hidden_addresses.get(by_address, "")


def _not_published(site: LintSite, path: str) -> str:
    at = site.schedule(path).publish
    if at is None:
        return "is a draft. Remove the link, or publish the draft."
    return f"is published on {at:%Y-%m-%d at %H:%M}. Remove the link, or let this article come then too."


def moved_without_redirect(site: LintSite) -> Iterator[Finding]:
    """Find pages whose former address, which people have in bookmarks and mails, leads nowhere any more."""
    known = {file_at(page.url) for page in site.pages.values()}
    known |= {file_at(address) for page in site.pages.values() for address in former_addresses(page)}
    for path, present in sorted(site.moved.items()):
        former = page_url(path)
        if file_at(former) in known:
            continue
        line = f"`redirect_from: [{former}]`"
        if present in site.pages:
            message = f"This page was content/{path}, and nothing leads here from its address. Add {line}."
            yield Finding(f"content/{present}", at_key("title"), message)
        else:
            message = (
                f"This page was deleted, and nothing leads on from its address. Add {line} to the article that helps "
                "in its place."
            )
            yield Finding(f"content/{path}", at_line(0), message)


def broken_anchors(site: LintSite) -> Iterator[Finding]:
    """Find links to a section that its page does not have."""
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


def leftovers(site: LintSite) -> Iterator[Finding]:
    """Find marks that show as text, and elements of other programs, which show nothing of themselves."""
    for path, parts in site.parts.items():
        for item in parts.leftovers:
            seen = "Readers see this as it stands" if item.is_shown else "Readers do not see this"
            message = (
                f"{seen}: {item.what} ({item.written}). Write it in a form that docs/markdown.md lists, or put it "
                "between backticks if it is meant to be seen."
            )
            yield Finding(f"content/{path}", at_line(item.line, item.column), message)


def split_lists(site: LintSite) -> Iterator[Finding]:
    """Find steps that are shown as lists of their own, each counted from 1."""
    for path, parts in site.parts.items():
        for line in parts.split_lists:
            message = (
                "This step begins a new list and is counted from 1 again. Move what stands between the steps in "
                "by three spaces, or number them 1, 2, 3."
            )
            yield Finding(f"content/{path}", at_line(line), message)


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
        if page.structure is Structure.TREE
        else ids
    )
