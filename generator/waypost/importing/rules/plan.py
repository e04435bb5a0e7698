"""The plan of an import: how each text is converted, which files to write and to copy, and what needs a look."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from waypost.formats.article import PageKind
from waypost.help.kinds import DEFAULT_KIND
from waypost.importing.rules import boxes, headings, markup
from waypost.importing.rules.active_html import drop_active_html
from waypost.importing.rules.addresses import (
    AddressBook,
    Names,
    Redirects,
    absolute,
    is_index,
    name_pages,
    published_at,
    readable,
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
    lines_of,
    marked,
    text_of,
)
from waypost.importing.rules.front_matter import (
    MappedFrontMatter,
    clean,
    first_sentence,
    is_draft,
    map_front,
    shorten,
)
from waypost.importing.rules.headings import anchors_of, demote, kind_of, split_title
from waypost.importing.rules.links import Assets, LinkMapper
from waypost.importing.rules.lists import convert_lists
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
    ConversionStep("modules", markup.convert_modules, "Code of MDX would show as text."),
    ConversionStep("comments", markup.convert_comments, "Comments in braces would show as text."),
    *(ConversionStep(syntax.name, syntax.convert, syntax.reason) for syntax in boxes.BOX_SYNTAXES),
    ConversionStep(
        "alerts", boxes.convert_alerts, "GitHub writes boxes as quotes, which would lose their kind."
    ),
    ConversionStep("folding", boxes.convert_folding, "Boxes that fold and tabs need extensions of a site."),
    ConversionStep(
        "shortcodes", markup.convert_shortcodes, "What is left of shortcodes, after those of boxes."
    ),
    ConversionStep(
        "liquid", markup.convert_liquid, "Template code is reported, after the shortcodes are gone."
    ),
    ConversionStep(
        "components", markup.convert_components, "What is left of components, after those of boxes."
    ),
    ConversionStep(
        "active", drop_active_html, "What runs or sends something is left out, after the components are gone."
    ),
    ConversionStep("icons", markup.convert_icons, "Names of icons would show as text."),
    ConversionStep("underlined", headings.convert_underlined, "One form of headings for the steps below."),
    ConversionStep(
        "anchors", headings.convert_anchors, "Anchors in braces without spaces would show as text."
    ),
    ConversionStep(
        "links", headings.strip_attributes_of_links, "Attributes of links in braces would show as text."
    ),
    ConversionStep("html", markup.convert_html_blocks, "Markdown inside of HTML would show as it is."),
)
"""Every step but the last, in the order in which they are taken."""


LAST_STEP = ConversionStep(
    "lists",
    convert_lists,
    "After the links are mapped: fenced code in lists becomes code that is moved in, in which links would be found.",
)
"""The last step."""


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
    origin: SourcePage | None
    """The page that it is made of; None for the page of a category that had none."""

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

    @property
    def articles(self) -> int:
        """Return how many articles there will be; pages of categories are none."""
        return sum(page.kind != PageKind.CATEGORY for page in self.pages)

    @property
    def categories(self) -> int:
        """Return how many categories they are in."""
        return len({page.target.split("/")[0] for page in self.pages})


@dataclass
class _PageDraft:
    """A page half way."""

    page: SourcePage
    target: str
    mapped: MappedFrontMatter
    conversion: Conversion
    title: str
    lines: Lines


def plan_import(tree: SourceTree, site: SitePaths) -> ImportPlan:
    """Plan to bring a collection into a site."""
    skipped = frozenset(page.path for page in tree.pages if is_draft(page))
    names = name_pages([page for page in tree.pages if page.path not in skipped])
    plan = ImportPlan(notes=list(names.notes))
    by_path = {page.path: page for page in tree.pages}
    for paths, message in ((skipped, "A draft was left out."), (names.homes, _HOME)):
        pages = (by_path[path] for path in sorted(paths))
        plan.notes += [ImportNote(page.problem("import", message, 1, 1), message) for page in pages]
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
        draft.lines = LAST_STEP.run(lines, draft.conversion)
    plan.copies = assets.copies
    redirects = _redirects(site, names, assets)
    plan.pages = [_page(draft, redirects, tree, names) for draft in drafts]
    plan.pages += _missing_categories(names, tree)
    for draft in drafts:
        plan.notes += [*draft.mapped.notes, *draft.conversion.notes]
    plan.notes += _one_category(plan, tree, names)
    if site.shows_markdown_in_html:
        plan.notes = [note for note in plan.notes if note.problem.code != "broken-markup"]
    return plan


_HOME = "The first page of the collection was left out, because content/index.md is the home page. Copy what is missed."


def _draft(page: SourcePage, target: str) -> _PageDraft:
    """Convert one page but for its links, which need to know of all other pages."""
    conversion = Conversion(page)
    mapped = map_front(page, is_category=target.endswith("/index.md"))
    lines = lines_of(page)
    for step in STEPS:
        lines = step.run(lines, conversion)
    heading, rest = split_title(lines)
    heading = clean(heading)
    if not mapped.title or _alike(mapped.title, heading):
        lines = rest
    return _PageDraft(page, target, mapped, conversion, mapped.title or heading, demote(lines))


def _alike(title: str, heading: str) -> bool:
    return "".join(filter(str.isalnum, title.lower())) == "".join(filter(str.isalnum, heading.lower()))


def _redirects(site: SitePaths, names: Names, assets: Assets) -> Redirects:
    targets = [*names.targets.values(), *(f"{category}/index.md" for category in names.categories)]
    pages = [file_at(url_of(path)) for path in {*targets, *site.files} if path.endswith(".md")]
    published = [*pages, *targets, *site.files, *assets.copies, *site.own_files]
    return Redirects(published, site.own_folders, site.claimed)


def _page(draft: _PageDraft, redirects: Redirects, tree: SourceTree, names: Names) -> PlannedPage:
    """Put a page together."""
    page, mapped = draft.page, draft.mapped
    is_category = draft.target.endswith("/index.md")
    place = PurePosixPath(page.path)
    note = tree.folders.get(place.parent.as_posix(), FolderNote()) if is_category else FolderNote()
    title = draft.title or note.title or readable(place.parent.name if is_index(page.path) else place.stem)
    summary = mapped.summary or shorten(note.summary) or _first_words(draft.lines)
    position = mapped.position if mapped.position is not None else note.position
    front = _front(clean(title) or "Untitled", summary, position if is_category else None) | mapped.keys
    addresses = list(dict.fromkeys(_former(draft, redirects)))
    if addresses:
        front["redirect_from"] = addresses
    kind = PageKind.CATEGORY if is_category else kind_of(title, draft.lines)
    return PlannedPage(draft.target, kind, front, text_of(draft.lines), page)


def _front(title: str, summary: str, position: int | None) -> dict[str, Any]:
    front = {"title": shorten(title), "summary": summary or None, "position": position}
    return {key: value for key, value in front.items() if value is not None}


def _former(draft: _PageDraft, redirects: Redirects) -> Iterable[str]:
    """Return the addresses that lead to a page: its former ones, and the address that its old file name gave it."""
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
            draft.conversion.notes.append(ImportNote(draft.page.problem("duplicate-id", message, *line)))
    natural = published_at(draft.page.path)
    if natural.lower().strip("/") != own.strip("/") and (claimed := redirects.claim(draft.target, natural)):
        yield claimed


def _first_words(lines: Lines) -> str:
    """Return the first sentence of the first paragraph that can stand by itself."""
    paragraph: list[str] = []
    for line, is_code in [*marked(lines), (SourceLine("", 0), False)]:
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


def _missing_categories(names: Names, tree: SourceTree) -> Iterable[PlannedPage]:
    """Make the pages of categories that have none."""
    made = set(names.targets.values())
    for category, origin in sorted(names.categories.items()):
        if f"{category}/index.md" in made:
            continue
        note = tree.folders.get(origin, FolderNote()) if origin else FolderNote()
        title = note.title or ("" if origin else names.titles.get(category)) or readable(origin or category)
        front = _front(clean(title) or category, shorten(clean(note.summary)), note.position)
        yield PlannedPage(f"{category}/index.md", PageKind.CATEGORY, front, "", None)


def _one_category(plan: ImportPlan, tree: SourceTree, names: Names) -> Iterable[ImportNote]:
    """Note that the folder of an import seems to be one too high."""
    top = [folder for folder in names.folders if "/" not in folder]
    inner = [folder for folder in names.folders if folder.count("/") == 1]
    if plan.categories == 1 and len(top) == 1 and len(inner) > 1 and len(plan.pages) > 10:
        advice = f"If the folders below it are your topics, import {tree.shown}/{top[0]}."
        message = f"All articles are in one category. {advice}"
        first = min(plan.pages, key=lambda page: page.target).origin or tree.pages[0]
        yield ImportNote(first.problem("import", message, 1, 1))
