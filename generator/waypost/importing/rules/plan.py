"""The plan of an import: which files to write, which to copy, and what a person has to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from waypost.formats.article import PageKind
from waypost.help.kinds import DEFAULT_KIND
from waypost.importing.rules.addresses import AddressBook, Redirects, absolute, is_usual, published_at, url_of
from waypost.importing.rules.body import FINISH, convert_body
from waypost.importing.rules.front import Mapped, clean, first_sentence, is_draft, map_front, shorten
from waypost.importing.rules.headings import anchors_of, demote, split_title
from waypost.importing.rules.kinds import kind_of
from waypost.importing.rules.lines import Conversion, Line, Lines, lines_of, marked, text_of
from waypost.importing.rules.links import Assets, LinkMapper
from waypost.importing.rules.names import Names, is_index, name_pages, readable
from waypost.importing.rules.source import Finding, FolderNote, ForeignPage, ForeignTree
from waypost.reading.rules.redirects import file_at


@dataclass(frozen=True)
class SitePaths:
    """What the site has already."""

    files: frozenset[str] = frozenset()
    """Paths in content/."""
    claimed: Mapping[str, str] = field(default_factory=dict)
    """Files of former addresses, with the page that each leads to."""
    own_files: tuple[str, ...] = ()
    """Files that a build writes by itself."""
    own_folders: tuple[str, ...] = ()
    shows_markdown_in_html: bool = False
    """Whether mkdocs.yml has the extension that does."""


@dataclass
class PlannedPage:
    """One file of content/."""

    target: str
    kind: str
    front: dict[str, Any]
    """Everything but the kind."""
    body: str
    origin: ForeignPage | None
    """The page that it is made of; None for the page of a category that had none."""

    def text(self) -> str:
        """Return the file. Scalars of JSON are scalars of YAML too, whatever is in them."""
        kind = {} if self.kind == DEFAULT_KIND else {"kind": self.kind}
        front = {
            "title": self.front["title"],
            **kind,
            **{k: v for k, v in self.front.items() if k != "title"},
        }
        lines = [f"{key}: {_plain(value)}" for key, value in front.items()]
        body = self.body.strip("\n")
        return "\n".join(["---", *lines, "---", *([body] if body else []), ""])


def _plain(value: Any) -> str:
    """Write a value; dates and names of machines need no quotes."""
    if isinstance(value, list):
        return f"[{', '.join(json.dumps(item, ensure_ascii=False) for item in value)}]"
    is_name = isinstance(value, str) and _NAME.fullmatch(value) and value not in ("true", "false", "null")
    return str(value) if is_name else json.dumps(value, ensure_ascii=False)


_NAME = re.compile(r"[a-z][a-z0-9-]*|\d{4}-\d{2}-\d{2}")


@dataclass
class ImportPlan:
    """What an import would do."""

    pages: list[PlannedPage] = field(default_factory=list)
    copies: Mapping[str, str] = field(default_factory=dict)
    """For each path in content/ the path of the file in the collection."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def articles(self) -> int:
        """Return how many articles there will be; pages of categories are none."""
        return sum(page.kind != PageKind.CATEGORY for page in self.pages)

    @property
    def categories(self) -> int:
        """Return how many categories they are in."""
        return len({page.target.split("/")[0] for page in self.pages})


@dataclass
class _Draft:
    """A page half way."""

    page: ForeignPage
    target: str
    mapped: Mapped
    conversion: Conversion
    title: str
    lines: Lines


def plan_import(tree: ForeignTree, site: SitePaths) -> ImportPlan:
    """Plan to bring a collection into a site."""
    skipped = frozenset(page.path for page in tree.pages if is_draft(page))
    names = name_pages(tree, skipped)
    plan = ImportPlan(findings=list(names.findings))
    by_path = {page.path: page for page in tree.pages}
    for paths, message in ((skipped, "A draft was left out."), (names.homes, _HOME)):
        plan.findings += [
            Finding(by_path[path].problem("import", message, 1, 1), message) for path in sorted(paths)
        ]
    drafts = [_draft(by_path[path], target) for path, target in names.targets.items()]
    book = AddressBook()
    for draft in drafts:
        book.add(draft.page.path, draft.mapped.addresses, draft.mapped.number)
    for path in names.homes:
        book.add(path, (), "")
    assets = Assets(names.folders)
    anchors = {draft.page.path: anchors_of(draft.lines) for draft in drafts}
    mapper = LinkMapper(tree, names, book, assets, anchors, skipped)
    for draft in drafts:
        lines = mapper.map_lines(draft.lines, draft.conversion)
        draft.lines = FINISH.run(lines, draft.conversion)
    plan.copies = assets.copies
    redirects = _redirects(site, names, assets)
    plan.pages = [_page(draft, redirects, tree, names) for draft in drafts]
    plan.pages += _missing_categories(names, tree)
    for draft in drafts:
        plan.findings += [*draft.mapped.findings, *draft.conversion.findings]
    plan.findings += _one_category(plan, tree, names)
    if site.shows_markdown_in_html:
        plan.findings = [finding for finding in plan.findings if finding.problem.code != "broken-markup"]
    return plan


_HOME = "The first page of the collection was left out, because content/index.md is the home page. Copy what is missed."


def _draft(page: ForeignPage, target: str) -> _Draft:
    """Convert one page but for its links, which need to know of all other pages."""
    conversion = Conversion(page)
    mapped = map_front(page, is_category=target.endswith("/index.md"))
    lines = convert_body(lines_of(page), conversion)
    heading, rest = split_title(lines)
    heading = clean(heading)
    if not mapped.title or _alike(mapped.title, heading):
        lines = rest
    return _Draft(page, target, mapped, conversion, mapped.title or heading, demote(lines))


def _alike(title: str, heading: str) -> bool:
    return "".join(filter(str.isalnum, title.lower())) == "".join(filter(str.isalnum, heading.lower()))


def _redirects(site: SitePaths, names: Names, assets: Assets) -> Redirects:
    targets = [*names.targets.values(), *(f"{category}/index.md" for category in names.categories)]
    pages = [file_at(url_of(path)) for path in {*targets, *site.files} if path.endswith(".md")]
    return Redirects(
        [*pages, *targets, *site.files, *assets.copies, *site.own_files], site.own_folders, site.claimed
    )


def _page(draft: _Draft, redirects: Redirects, tree: ForeignTree, names: Names) -> PlannedPage:
    """Put a page together."""
    page, mapped = draft.page, draft.mapped
    is_category = draft.target.endswith("/index.md")
    place = PurePosixPath(page.path)
    note = tree.folders.get(place.parent.as_posix(), FolderNote()) if is_category else FolderNote()
    title = draft.title or note.title or readable(place.parent.name if is_index(page.path) else place.stem)
    front: dict[str, Any] = {"title": shorten(clean(title) or "Untitled")}
    summary = mapped.summary or shorten(note.summary) or _first_words(draft.lines)
    if summary:
        front["summary"] = summary
    position = mapped.position if mapped.position is not None else note.position
    if is_category and position is not None:
        front["position"] = position
    front |= mapped.keys
    addresses = list(dict.fromkeys(_former(draft, redirects)))
    if addresses:
        front["redirect_from"] = addresses
    kind = PageKind.CATEGORY if is_category else kind_of(title, draft.lines)
    return PlannedPage(draft.target, kind, front, text_of(draft.lines), page)


def _former(draft: _Draft, redirects: Redirects) -> Iterable[str]:
    """Return the addresses that lead to a page: those it says it had, and the one that its old name gave it."""
    own = url_of(draft.target).lower()
    for address in draft.mapped.addresses:
        if "/../" in f"/{address}" or absolute(draft.page.path, address).strip("/").lower() == own.strip("/"):
            continue
        claimed = redirects.claim(draft.target, absolute(draft.page.path, address))
        if claimed:
            yield claimed
        elif address.strip("/"):
            message = f"The former address {shorten(address, 100)} belongs to another page, or to the site."
            line = draft.page.places.get("redirect_from") or draft.page.places.get("aliases") or (1, 1)
            draft.conversion.findings.append(Finding(draft.page.problem("duplicate-id", message, *line)))
    natural = published_at(draft.page.path)
    if is_usual(natural) and natural.lower().strip("/") != own.strip("/"):
        claimed = redirects.claim(draft.target, natural)
        if claimed:
            yield claimed


def _first_words(lines: Lines) -> str:
    """Return the first sentence of the first paragraph that says something by itself."""
    paragraph: list[str] = []
    for line, is_code in [*marked(lines), (Line("", 0), False)]:
        text = line.text
        if text.strip() and not is_code and (paragraph or text[0] not in _NO_WORDS):
            paragraph.append(text)
            continue
        sentence = first_sentence("\n".join(paragraph))
        if sentence and not sentence.endswith(":") and (sentence[-1] in ".!?。" or sentence.count(" ") > 2):
            return sentence
        paragraph = []
    return ""


_NO_WORDS = " #-*+>|<!:`0123456789{"
"""What a line starts with that is no prose."""


def _missing_categories(names: Names, tree: ForeignTree) -> Iterable[PlannedPage]:
    """Make the pages of categories that have none."""
    made = set(names.targets.values())
    for category, origin in sorted(names.categories.items()):
        if f"{category}/index.md" in made:
            continue
        note = tree.folders.get(origin, FolderNote()) if origin else FolderNote()
        title = note.title or (
            readable(origin) if origin else names.titles.get(category) or readable(category)
        )
        front: dict[str, Any] = {"title": shorten(clean(title) or category)}
        if clean(note.summary):
            front["summary"] = shorten(clean(note.summary))
        if note.position is not None:
            front["position"] = note.position
        yield PlannedPage(f"{category}/index.md", PageKind.CATEGORY, front, "", None)


def _one_category(plan: ImportPlan, tree: ForeignTree, names: Names) -> Iterable[Finding]:
    """Advise those who named a folder that is one too high."""
    top = [folder for folder in names.folders if "/" not in folder]
    inner = [folder for folder in names.folders if folder.count("/") == 1]
    if plan.categories == 1 and len(top) == 1 and len(inner) > 1 and len(plan.pages) > 10:
        message = (
            "All articles are in one category. "
            f"If the folders below it are your topics, import {tree.shown}/{top[0]}."
        )
        first = min(plan.pages, key=lambda page: page.target).origin or tree.pages[0]
        yield Finding(first.problem("import", message, 1, 1))
