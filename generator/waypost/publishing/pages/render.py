"""Render the status pages from a snapshot with Jinja, inside the shell that a full build leaves behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, Environment, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from waypost.base.cache import PageCache
from waypost.base.feeds.formats import FEED_FORMATS
from waypost.base.files.digests import digest, program_digest
from waypost.base.files.languages import DEFAULT_LANGUAGE, languages
from waypost.base.files.lazy_files import NO_FILES, LazyFiles
from waypost.base.files.templates import Templates
from waypost.base.i18n import Words
from waypost.formats.article import Article, components_of
from waypost.formats.status_config import PageConfig
from waypost.publishing.api.statuspage import api_time
from waypost.publishing.pages.filters import StatusFormat
from waypost.publishing.pages.history_pages import history_entries, pages_of_history
from waypost.publishing.pages.page_spec import PageSpec
from waypost.publishing.pages.page_specs import page_specs
from waypost.publishing.pages.past_pages import PastPages
from waypost.publishing.rules.help_site import HelpSite
from waypost.status.rules.snapshot import Snapshot

SITE_FOLDER = "assets/site/"
"""The folder below site/status/ of files that a full build makes for the site itself."""

SHELL_PATH = f"{SITE_FOLDER}shell.html"
"""The frame of the status pages."""

STYLES_PATH = f"{SITE_FOLDER}site.css"
"""The site's own styles."""

CARD_PATH = f"{SITE_FOLDER}card.png"
TOUCH_ICON_PATH = f"{SITE_FOLDER}touch.png"
MANIFEST_PATH = f"{SITE_FOLDER}site.webmanifest"

_LANGUAGE = re.compile(r'\s*<!doctype html>\s*<html lang="([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)"[ >]')
_SLOT = re.compile(r"%%WAYPOST-([A-Z]+)%%")
_SLOT_NAMES = ("HELP", "STATUS", "HEAD", "MAIN", "ATTRIBUTES")


@dataclass(frozen=True)
class SiteFrame:
    """The content of header and footer on every page of a site; the same on help and status pages."""

    site_name: str
    help_root: str
    """Address of the help center's root as seen from the page, with a slash at its end."""
    status_root: str
    """The same for the status page."""
    contact: str = ""
    """Address of the contact page from the help center's root; empty where there is none."""
    copyright: str = ""
    language: str = "en"
    logo: str = ""
    """Address of the logo as seen from the page; empty for the plain mark."""
    styles: str = ""
    """Address of the site's own styles for the status pages; empty where it has none."""


@dataclass(frozen=True)
class Brand:
    """What the head of each status page says of the site to systems and to services that show previews."""

    colours: tuple[str, str]
    """On light and on dark ground."""
    has_previews: bool
    locale: str
    image: str
    """The address of the picture of previews; empty without one."""


@dataclass(frozen=True)
class ShellSlots:
    """The places of the shell that publishing fills."""

    head: Markup = field(default_factory=lambda: Markup("%%WAYPOST-HEAD%%"))
    main: Markup = field(default_factory=lambda: Markup("%%WAYPOST-MAIN%%"))
    attributes: Markup = field(default_factory=lambda: Markup("%%WAYPOST-ATTRIBUTES%%"))
    title: Markup = field(default_factory=lambda: Markup("%%WAYPOST-TITLE%%"))
    url: Markup = field(default_factory=lambda: Markup("%%WAYPOST-URL%%"))


def logo_path(site: HelpSite) -> str:
    """Return where, below site/status/, the status pages keep their copy of a site's logo; empty without one."""
    return f"{SITE_FOLDER}logo{PurePath(site.logo).suffix}" if site.logo else ""


def shell_context(site: HelpSite, contact: str = "", brand: Brand | None = None) -> dict[str, Any]:
    """Return the context in which the shell's template is rendered, by MkDocs or by us."""
    status_root = "%%WAYPOST-STATUS%%"
    frame = SiteFrame(
        site_name=site.name,
        help_root="%%WAYPOST-HELP%%",
        status_root=status_root,
        contact=contact,
        copyright=site.copyright,
        language=site.words.language,
        logo=status_root + logo_path(site) if site.logo else "",
        styles=status_root + STYLES_PATH if site.own_styles else "",
    )
    return {"wp": frame, "brand": brand, "slot": ShellSlots(), "words": site.words, "t": site.words.say}


def default_shell(page: PageConfig, words: Words) -> str:
    """Render a shell for a site that was never built in full."""
    context = shell_context(HelpSite(page.name, words))
    return _environment(words).get_template("waypost/status/shell.html").render(context)


def shell_language(shell: str) -> str:
    """Return the language that a full build wrote into its shell; English where Waypost does not speak it."""
    found = _LANGUAGE.match(shell)
    return found[1] if found and found[1] in languages() else DEFAULT_LANGUAGE


class _Compiled(BytecodeCache):
    """Keeps compiled templates for the life of the process; the checksum of the source is part of the code."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template, where it was compiled before."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED: dict[str, _Compiled] = {}
"""By language: filters of fixed words are worked out when a template is compiled."""


def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=Templates(),
        bytecode_cache=_COMPILED.setdefault(words.language, _Compiled()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=words.say, words=words)
    return environment


def status_pages(
    snapshot: Snapshot, articles: Mapping[str, Article], shell: str, cache: PageCache | None = None
) -> dict[str, bytes]:
    """Return every page of the status site by its path below site/status/.

    A `cache`, begun with `common_inputs`, spares the pages that would come out as they did before.
    """
    cache = cache or PageCache()
    formatter = StatusFormat(snapshot, articles, cache)
    renderer = _Renderer(snapshot, formatter, shell)

    def made(spec: PageSpec) -> dict[str, bytes]:
        return {spec.file: renderer.page(spec)}

    files: dict[str, bytes] = {}
    for spec in page_specs(snapshot, articles, formatter):
        files |= (
            made(spec) if spec.inputs is None else cache.files(spec.file, spec.inputs, partial(made, spec))
        )
    return files


def past_files(
    snapshot: Snapshot, articles: Mapping[str, Article], shell: str, pages: PastPages, cache: PageCache
) -> LazyFiles:
    """Return the pages about what is over; a process that stays hands in the `pages` of last time again."""
    if not snapshot.past.months:
        return NO_FILES
    renderer = _Renderer(snapshot, StatusFormat(snapshot, articles, cache), shell)
    history = pages_of_history(snapshot, history_entries(snapshot))
    common = digest(
        program_digest(), repr(snapshot.page), snapshot.words.language, str(_year(snapshot)), shell
    )
    return pages.files(snapshot, articles, history, common, renderer.page, cache)


def common_inputs(snapshot: Snapshot, articles: Mapping[str, Article], shell: str) -> tuple[object, ...]:
    """Return the sources that all pages share; see `PageCache.begin`."""
    # Pages list names in their order, which equal mappings need not share.
    return (
        snapshot.page,
        snapshot.policy,
        snapshot.words,
        tuple(snapshot.names.items()),
        _year(snapshot),
        articles,
        shell,
    )


def common_text(snapshot: Snapshot, articles: Mapping[str, Article], shell: str) -> str:
    """Return the same as a text that any process would give, with all that pages show of articles."""
    shown = [
        (path, item.url, item.title, components_of(item.front), bool(item.article_kind))
        for path, item in articles.items()
    ]
    names = tuple(snapshot.names.items())
    language, year = snapshot.words.language, _year(snapshot)
    return repr((program_digest(), snapshot.page, snapshot.policy, language, names, year, shown, shell))


def _year(snapshot: Snapshot) -> int:
    """Return the year of the page, which dates of this year leave out."""
    return snapshot.now.astimezone(ZoneInfo(snapshot.page.time_zone)).year


def _freshness(snapshot: Snapshot) -> Markup:
    """Write into the front page how old it is, so that it can call itself old even where now.json is gone."""
    checked = api_time(snapshot.checked_at) if snapshot.checked_at else ""
    return Markup(' data-wp-changed="{}" data-wp-checked-at="{}" data-wp-stale-after="{}"').format(
        api_time(snapshot.changed_at), checked, int(snapshot.stale_after.total_seconds())
    )


class _Renderer:
    def __init__(self, snapshot: Snapshot, formatter: StatusFormat, shell: str) -> None:
        self._snapshot = snapshot
        self._shell = shell
        self._formatter = formatter
        self._environment = _environment(snapshot.words)

    def page(self, spec: PageSpec) -> bytes:
        """Render one page into the frame."""
        page = self._snapshot.page
        root = "../" * spec.path.count("/") or "./"
        # Relative links work on any host; where the help center lives elsewhere they must be whole.
        help_root = f"{root}../" if page.is_inside_help_center else page.help_url
        self._environment.filters.update(self._formatter.filters(help_root))
        main = self._environment.get_template(f"waypost/status/{spec.template}.html").render(
            snapshot=self._snapshot, root=root, help_root=help_root, **spec.context
        )
        # The age of the data stands on the front page alone: others change only with their content.
        attributes = _freshness(self._snapshot) if not spec.path else Markup()
        values = {
            "HELP": escape(help_root),
            "STATUS": escape(root),
            "HEAD": self._head(spec, root),
            "MAIN": main,
            "ATTRIBUTES": attributes,
            "TITLE": escape(f"{spec.title} · {page.name}"),
            "URL": escape(page.url + spec.path),
        }
        # One pass over the shell alone, so that nothing in the content can pose as a slot.
        return _SLOT.sub(lambda match: str(values.get(match[1], match[0])), self._shell).encode()

    def _head(self, spec: PageSpec, root: str) -> Markup:
        page, words = self._snapshot.page, self._snapshot.words
        head = Markup('<title>{} · {}</title>\n<link rel="canonical" href="{}">').format(
            spec.title, page.name, page.url + spec.path
        )
        if spec.feed:
            name = words.say("frame.feed_title", name=spec.title)
            for ending, kind in FEED_FORMATS.items():
                head += Markup('\n<link rel="alternate" type="{}" title="{}" href="{}feed.{}">').format(
                    kind.media_type, name, root + spec.feed, ending
                )
        return head + Markup('\n<script type="module" src="{}assets/status.js"></script>').format(root)


def is_shell(text: str) -> bool:
    """Return whether a text has every slot of a shell, so that a broken one is not published into."""
    return {match[1] for match in _SLOT.finditer(text)} >= set(_SLOT_NAMES)
