"""The plan of an import: how each text is converted, which files to write and to copy, and what needs a look."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from waypost.formats.article import PageKind
from waypost.help.kinds import DEFAULT_KIND
from waypost.importing.rules import headings, markup
from waypost.importing.rules.active_html import drop_active_html
from waypost.importing.rules.addresses import (
    AddressBook,
    Redirects,
    absolute,
    is_index,
    published_at,
    url_of,
)
from waypost.importing.rules.collection import (
    Conversion,
    FolderNote,
    ImportNote,
    Lines,
    SourceLine,
    SourcePage,
    SourceTree,
    collapse,
    marked,
    text_of,
)
from waypost.importing.rules.containers import convert_blocks
from waypost.importing.rules.front_matter import (
    MappedFrontMatter,
    clean,
    first_sentence,
    is_draft,
    map_front,
    shorten,
)
from waypost.importing.rules.headings import anchors_of, demote, kind_of, split_title
from waypost.importing.rules.hosts import Elsewhere, own_hosts, path_of
from waypost.importing.rules.links import Assets, LinkMapper
from waypost.importing.rules.names import GENERAL, Names, name_pages, positions, readable
from waypost.importing.rules.parts import Parts, is_part
from waypost.importing.rules.word_counts import html_words, source_words, words_in
from waypost.reading.rules.redirects import file_at


@dataclass(frozen=True)
class ConversionStep:
    """One step."""

    name: str
    run: Callable[[Lines, Conversion], Lines]
    reason: str
    """Why the step is needed, and why it stands where it does."""


STEPS = (
    ConversionStep("highlight", markup.convert_highlight, "Code comes first: nothing in it is markup."),
    ConversionStep("invisible", markup.strip_invisible, "Marks without width part words."),
    ConversionStep("modules", markup.convert_modules, "Code of MDX would show as text."),
    ConversionStep("comments", markup.convert_comments, "Comments in braces would show as text."),
    ConversionStep("blocks", convert_blocks, "Boxes, tabs, steps and cards of other tools have forms here."),
    ConversionStep("shortcodes", markup.convert_shortcodes, "What is left of shortcodes, after the blocks."),
    ConversionStep(
        "liquid", markup.convert_liquid, "Template code is reported, after the shortcodes are gone."
    ),
    ConversionStep("components", markup.convert_components, "What is left of components, after the blocks."),
    ConversionStep(
        "active", drop_active_html, "No article may run code; components have become HTML by now."
    ),
    ConversionStep("icons", markup.convert_icons, "Names of icons would show as text."),
    ConversionStep("underlined", headings.convert_underlined, "One form of headings for the steps below."),
    ConversionStep(
        "anchors", headings.convert_anchors, "Anchors in braces that are escaped would show as text."
    ),
    ConversionStep("links", headings.strip_attributes_of_links, "Links open where readers want them to."),
    ConversionStep("blank", collapse, "Where something was left out, one blank line is enough."),
)
"""Every step, in the order in which they are taken."""


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
    general: str = "General"
    """The title of the category of pages that stand in none, in the language of the site."""


@dataclass
class PlannedPage:
    """One file of content/."""

    target: str
    kind: str
    front: dict[str, Any]
    """Everything but the kind."""
    body: str
    origin: SourcePage | None
    """The page that it is made of; None for the page of a category that had none."""
    words: Counter[str] = field(default_factory=Counter)
    """The words that its readers saw where it was, but for the title."""

    def text(self) -> str:
        """Return the text of the file. Every scalar of JSON is a scalar of YAML too."""
        kind = {} if self.kind == DEFAULT_KIND else {"kind": self.kind}
        front = {"title": self.front["title"], **kind, **self.front}
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
    notes: list[ImportNote] = field(default_factory=list)
    aside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For each path in content/ the keys of its front matter that have no counterpart."""
    addresses: tuple[str, ...] = ()
    """Pictures and files on other hosts that pages show or offer."""

    @property
    def articles(self) -> int:
        """Return how many articles there will be; pages of categories are none."""
        return sum(page.kind != PageKind.CATEGORY for page in self.pages)

    @property
    def categories(self) -> int:
        """Return how many categories they are in."""
        return len({page.target.split("/")[0] for page in self.pages})

    @property
    def sections(self) -> int:
        """Return how many sections the categories have."""
        return len({page.target.rpartition("/")[0] for page in self.pages if page.target.count("/") > 1})


@dataclass
class _PageDraft:
    """A page half way."""

    page: SourcePage
    target: str
    mapped: MappedFrontMatter
    conversion: Conversion
    title: str
    lines: Lines
    words: Counter[str]


@dataclass(frozen=True)
class ImportOptions:
    """What people may say about a collection."""

    takes_all: bool = False
    """Whether to take pages that were not published, because a SUMMARY.md does not list them."""
    former_url: str = ""
    """The address at which the collection was published."""
    language: str = ""
    """Which of its languages to take, by its code; empty to choose one."""
    folder: str = ""
    """The folder of that language, which is part of the addresses that pages had."""


DEFAULTS = ImportOptions()


def plan_import(tree: SourceTree, site: SitePaths, options: ImportOptions = DEFAULTS) -> ImportPlan:
    """Plan to bring a collection into a site."""
    parts = Parts(tree)
    whole = [page for page in tree.pages if not (page.is_part or is_part(page.path))]
    drafts_left = {page.path for page in whole if is_draft(page)}
    names = name_pages(
        [page for page in whole if page.path not in drafts_left], tree.outline, takes_all=options.takes_all
    )
    unlisted = names.unlisted.difference(names.targets, names.homes)
    skipped = frozenset(drafts_left | unlisted)
    plan = ImportPlan(notes=list(names.notes))
    by_path = {page.path: page for page in tree.pages}
    source = tree.outline.source if tree.outline else ""
    messages = {"A draft was left out.": drafts_left, _HOME: names.homes, _UNLISTED.format(source): unlisted}
    for message, paths in messages.items():
        pages = (by_path[path] for path in sorted(paths))
        plan.notes += [ImportNote(page.problem("import", message, 1, 1), message) for page in pages]
    drafts = [_draft(by_path[path], target, parts) for path, target in names.targets.items()]
    assets = Assets(names.folders, tree.roots)
    anchors = {draft.page.path: anchors_of(draft.lines) for draft in drafts}
    titles = {draft.page.path: _title(draft, tree, names) for draft in drafts}
    elsewhere = Elsewhere(own_hosts((page.front for page in tree.pages), options.former_url))
    mapper = LinkMapper(tree, names, _book(tree, names, drafts), assets, anchors, titles, elsewhere, skipped)
    for draft in drafts:
        draft.lines = mapper.map_lines(draft.lines, draft.conversion)
    plan.copies = assets.copies
    redirects = _redirects(site, names, assets)
    plan.pages = [
        _page(draft, redirects, tree, names, f"{path_of(options.former_url)}/{options.folder}")
        for draft in drafts
    ]
    plan.pages += _missing_groups(names, tree, redirects, site.general)
    places = positions(
        tree, names, {it.page.path: it.mapped.position for it in drafts if it.mapped.position is not None}
    )
    for page in plan.pages:
        place = places.get(page.target.removesuffix("/index.md"))
        if place is not None:
            page.front["position"] = place
    for draft in drafts:
        plan.notes += draft.conversion.notes
        if draft.mapped.aside:
            plan.aside[draft.target] = draft.mapped.aside
    plan.notes += _unused(parts)
    plan.notes += [*elsewhere.notes(), *_one_category(plan, tree, names)]
    plan.addresses = tuple(elsewhere.addresses)
    return plan


_HOME = "The first page of the collection was left out, because content/index.md is the home page. Copy what is missed."

_UNLISTED = "{} does not list this page, so it was not published. It was left out; --all takes it over."


def _draft(page: SourcePage, target: str, parts: Parts) -> _PageDraft:
    """Convert one page but for its links, which need to know of all other pages."""
    conversion = Conversion(page)
    mapped = map_front(page, is_category=target.endswith("/index.md"))
    lines = parts.lines(page, conversion)
    words = html_words(page.html) if page.html else source_words(lines)
    for step in STEPS:
        lines = step.run(lines, conversion)
    heading, rest = split_title(lines)
    heading = clean(heading)
    if not mapped.title or _alike(mapped.title, heading):
        words -= words_in(heading)
        lines = rest
    return _PageDraft(page, target, mapped, conversion, mapped.title or heading, demote(lines), words)


def _book(tree: SourceTree, names: Names, drafts: Iterable[_PageDraft]) -> AddressBook:
    """Enter every address by which pages and groups were known."""
    book = AddressBook()
    paths = {draft.page.path for draft in drafts}
    for draft in drafts:
        is_group = draft.target.endswith("/index.md")
        book.add(draft.page.path, draft.mapped.addresses, draft.mapped.number, is_group=is_group)
    for path in names.homes:
        book.add(path, (), "")
    for address, path in tree.former.items():
        if path in paths:
            book.add(path, (f"/{address.lstrip('/')}",), "")
    for folder, addresses in _group_addresses(tree, names).items():
        book.add(f"{folder}/", addresses, "", is_group=True)
    return book


def _group_addresses(tree: SourceTree, names: Names) -> dict[str, list[str]]:
    """Return for folders the addresses that lists of their pages had."""
    groups = {
        folder: note for folder, note in tree.folders.items() if names.folders.get(folder) in names.groups
    }
    return {folder: [f"/{note.address.lstrip('/')}"] for folder, note in groups.items() if note.address}


def _alike(title: str, heading: str) -> bool:
    return "".join(filter(str.isalnum, title.lower())) == "".join(filter(str.isalnum, heading.lower()))


def _redirects(site: SitePaths, names: Names, assets: Assets) -> Redirects:
    targets = [*names.targets.values(), *(f"{group}/index.md" for group in names.groups)]
    pages = [file_at(url_of(path)) for path in {*targets, *site.files} if path.endswith(".md")]
    published = [*pages, *targets, *site.files, *assets.copies, *site.own_files]
    return Redirects(published, site.own_folders, site.claimed)


def _page(
    draft: _PageDraft, redirects: Redirects, tree: SourceTree, names: Names, prefix: str
) -> PlannedPage:
    """Put a page together; `prefix` is the path below which the collection was published."""
    page, mapped = draft.page, draft.mapped
    is_category = draft.target.endswith("/index.md")
    note = (
        tree.folders.get(PurePosixPath(page.path).parent.as_posix(), FolderNote())
        if is_category
        else FolderNote()
    )
    title = _title(draft, tree, names)
    summary = mapped.summary or shorten(note.summary) or _first_words(draft.lines)
    front = _front(title, summary) | mapped.keys
    addresses = list(dict.fromkeys(_former(draft, redirects, tree, prefix)))
    if addresses:
        front["redirect_from"] = addresses
    kind = PageKind.CATEGORY if is_category else kind_of(title, draft.lines)
    words = draft.words - words_in(" ".join(draft.conversion.replaced))
    return PlannedPage(draft.target, kind, front, text_of(draft.lines), page, words)


def _title(draft: _PageDraft, tree: SourceTree, names: Names) -> str:
    """Return the title of a page: its own, that of its order, or its name."""
    place, target = PurePosixPath(draft.page.path), draft.target.removesuffix("/index.md")
    note = tree.folders.get(place.parent.as_posix(), FolderNote()) if target != draft.target else FolderNote()
    name = names.words.get(target) or (place.parent.name if is_index(draft.page.path) else place.stem)
    titles = (draft.title, names.titles.get(target, ""), note.title, readable(name))
    return next(filter(None, map(clean, titles)), "Untitled")


def _front(title: str, summary: str) -> dict[str, Any]:
    return {"title": shorten(title), **({"summary": summary} if summary else {})}


def _former(draft: _PageDraft, redirects: Redirects, tree: SourceTree, prefix: str) -> Iterable[str]:
    """Return the addresses that lead to a page: its former ones, and the address that its old file name gave it."""
    page, own = draft.page, url_of(draft.target).lower().strip("/")
    for address in draft.mapped.addresses:
        whole = absolute(page.path, address)
        if "/../" in f"/{address}" or whole.strip("/").lower() == own:
            continue
        claimed = redirects.claim(draft.target, whole)
        if claimed:
            yield claimed
        elif address.strip("/"):
            message = f"The former address {shorten(address, 100)} belongs to another page, or to the site."
            line = page.places.get("redirect_from") or page.places.get("aliases") or (1, 1)
            draft.conversion.notes.append(ImportNote(page.problem("duplicate-id", message, *line)))
        # Help desks know their pages by the number alone, too.
        number = re.match(r"(.{0,100}/(?:articles?|sections|categories|collections)/\d{1,20})-.", whole)
        if number and (claimed := redirects.claim(draft.target, number[1])):
            yield claimed
    named = [
        posixpath.normpath(f"/{prefix}/{it}").lstrip("/") + "/"
        for it in published_at(page.path)
        if tree.has_files
    ]
    for address in [*named, *(old for old, path in tree.former.items() if path == page.path)]:
        if address.lower().strip("/") != own and (claimed := redirects.claim(draft.target, address)):
            yield claimed


def _first_words(lines: Lines) -> str:
    """Return the first sentence of the first paragraph that can stand by itself."""
    paragraph: list[str] = []
    for line, is_code in [*marked(lines), (SourceLine("", 0), False)]:
        text = line.text
        if (
            text.strip()
            and not is_code
            and text.lstrip()[0] not in _NO_WORDS
            and (paragraph or text[0] != " ")
        ):
            paragraph.append(text)
            continue
        sentence = first_sentence("\n".join(paragraph))
        if sentence and not sentence.endswith(":") and (sentence[-1] in ".!?。" or sentence.count(" ") > 2):
            return sentence
        paragraph = []
    return ""


_NO_WORDS = "#-*+>|<!:`0123456789{=?"
"""What a line starts with that is no prose."""


def _unused(parts: Parts) -> Iterable[ImportNote]:
    """Note texts that are no pages and that no page shows."""
    for page in parts.tree.pages:
        if is_part(page.path) and page.path not in parts.used:
            message = (
                "A file whose name begins with _ is no page, and no page shows this one. It was left out."
            )
            yield ImportNote(page.problem("import", message, 1, 1), message)


def _missing_groups(
    names: Names, tree: SourceTree, redirects: Redirects, general: str
) -> Iterable[PlannedPage]:
    """Make the pages of categories and sections that have none."""
    made = set(names.targets.values())
    former = _group_addresses(tree, names)
    for group, origin in sorted(names.groups.items()):
        if f"{group}/index.md" in made:
            continue
        note = tree.folders.get(origin, FolderNote()) if origin else FolderNote()
        name = names.words.get(group) or PurePosixPath(origin or group).name
        words = general if group == GENERAL and not origin else readable(name)
        title = names.titles.get(group) or note.title or words
        front = _front(clean(title) or group, shorten(clean(note.summary)))
        claimed = (redirects.claim(f"{group}/index.md", it) for it in former.get(origin, ()))
        if addresses := list(filter(None, claimed)):
            front["redirect_from"] = addresses
        yield PlannedPage(f"{group}/index.md", PageKind.CATEGORY, front, "", None)


def _one_category(plan: ImportPlan, tree: SourceTree, names: Names) -> Iterable[ImportNote]:
    """Note that the folder of an import seems to be one too high."""
    top = [folder for folder in names.folders if "/" not in folder]
    inner = [folder for folder in names.folders if folder.count("/") == 1]
    if plan.categories == 1 and len(top) == 1 and len(inner) > 1 and len(plan.pages) > 10:
        advice = f"If the folders below it are your topics, import {tree.shown}/{top[0]}."
        message = f"All articles are in one category. {advice}"
        first = min(plan.pages, key=lambda page: page.target).origin or tree.pages[0]
        yield ImportNote(first.problem("import", message, 1, 1))
