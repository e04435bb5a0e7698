"""The MkDocs plugin: reads the host's arguments, makes one call down, hands the result back.

Everything it knows about MkDocs stays here, so that another engine needs only another such file.
"""

from __future__ import annotations

import html
import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemBytecodeCache
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.languages import site_words
from waypost.base.files.resources import assets, theme_folder
from waypost.base.files.templates import Templates, is_own
from waypost.base.markdown.grammar import TITLED_BOXES
from waypost.base.markdown.links import leads_elsewhere, split_link, target_path
from waypost.formats.project import Project
from waypost.help.brand import ICON_PATH
from waypost.help.io.article_markup import ArticleMarkup
from waypost.help.io.build_record import Reuse
from waypost.help.io.build_workers import BuildWorkers
from waypost.help.io.pictures import dark_form, picture_size
from waypost.help.mkdocs.extensions import settle_extensions
from waypost.help.pages import HelpPages, TakeSnapshot
from waypost.problems import ProblemsFound
from waypost.publishing.rules.help_site import HelpSite
from waypost.reading.io.theme_options import NO_NAV
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.word_cache import SiteCache

_log = get_plugin_logger("waypost")

_MATERIALS_ICON = "assets/images/favicon.png"


class WaypostConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs leaves its subclass hook untyped
    """Options of the plugin in mkdocs.yml."""

    status_url = config_options.Type(str, default="")
    """Where the status page is served, if that is another host; without it, the folder status/ of this one."""

    look = config_options.Type(dict, default={})
    """Colour, typeface and corners; read with its places by reading/io/theme_options.py."""


@dataclass(frozen=True)
class PlannedBuild:
    """A build as `waypost build` plans it."""

    project: Project
    """The content and the status that people wrote."""
    take_snapshot: TakeSnapshot
    """Gives the state of the service when the pages are built."""
    reuse: Reuse
    """The pages and files of the published site that can stay."""
    workers: BuildWorkers | None
    """Who shares the work of a large build."""
    warnings: list[str]
    """The warnings of MkDocs so far."""


class WaypostPlugin(BasePlugin[WaypostConfig]):  # type: ignore[no-untyped-call]  # the same
    """Gives MkDocs the help center's templates, and each page its context."""

    planned: PlannedBuild | None = None
    """The build that `waypost build` hands over; `mkdocs build` alone reads the site here and makes all of it."""

    pages: HelpPages
    markup: ArticleMarkup
    environment: Environment

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the site and put our templates between the user's own and Material's."""
        try:
            root = Path(config.config_file_path or "mkdocs.yml").parent
            project = self.planned.project if self.planned else load_project(Site(root))
        except ProblemsFound as found:
            raise PluginError(f"The site has problems:\n{found}") from None
        if config.nav is not None:
            # It may come from the file that INHERIT names, which is not read with its places.
            raise PluginError(NO_NAV)
        status_url = self.config.status_url
        site = HelpSite(
            config.site_name,
            site_words(config.theme.get("language")),
            url=config.site_url or "",
            status_url=status_url.rstrip("/") + "/" if status_url else "",
            root=Path(config.docs_dir).parent,
            copyright=config.copyright or "",
            logo=config.theme.get("logo") or "",
            styles=tuple(str(path) for path in config.extra_css),
        )
        reuse = self._reuse
        cache = SiteCache(reuse.notes, reuse.program) if reuse else None
        take_snapshot = self.planned.take_snapshot if self.planned else None
        self.pages = HelpPages(project, site, take_snapshot, cache=cache)
        if self.pages.outputs.warning and reuse is None:
            _log.warning(self.pages.outputs.warning)
        problems = settle_extensions(config)
        if problems:
            raise PluginError("\n".join(problems))
        self.markup = ArticleMarkup({kind: site.words.say(f"box.{kind}") for kind in TITLED_BOXES})
        self.markup.steps = self.pages.steps
        self.markup.folder = Path(config.docs_dir)
        cast("list[Any]", config.markdown_extensions).append(self.markup)
        if config.theme.get("favicon") == _MATERIALS_ICON:
            config.theme["favicon"] = ICON_PATH
        own = config.theme.custom_dir
        config.theme.dirs.insert(1 if own else 0, str(theme_folder() / "mkdocs"))
        return config

    @property
    def _reuse(self) -> Reuse | None:
        return self.planned.reuse if self.planned else None

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out Markdown that is no page of ours, and add our assets and the pages without a file."""
        for file in list(files):
            if file.is_documentation_page() and not self.pages.knows(file.src_uri):
                files.remove(file)
        for name, source in assets().items():
            path = f"assets/waypost/{name}"
            # A file of the site's own goes before ours.
            if path not in files.src_uris and path != ICON_PATH:
                files.append(File.generated(config, path, abs_src_path=str(source)))
        for path in self.pages.virtual:
            files.append(File.generated(config, path, content=""))
        if self.planned:
            self._keep_what_is_current(files, self.planned)
        return files

    def _keep_what_is_current(self, files: Files, planned: PlannedBuild) -> None:
        """Tell MkDocs which files it need not make: in a "dirty" build it asks each whether it was modified."""
        reuse, sources = planned.reuse, files.src_uris

        @cache
        def state(path: str) -> str:
            return self._state(path, sources)

        made = [
            file.src_uri
            for file in files.documentation_pages()
            if not reuse.keeps_page(file.src_uri, file.dest_uri, self.pages.inputs(file.src_uri), state)
        ]
        copied = [
            file.src_uri
            for file in files
            if not file.is_documentation_page() and not reuse.keeps_file(file.dest_uri, file.content_bytes)
        ]
        share = planned.workers.share(made, copied) if planned.workers else frozenset([*made, *copied])
        for file in files:
            cast("Any", file).is_modified = partial(share.__contains__, file.src_uri)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Forget which page comes before and after: articles have no order, and neighbours come and go."""
        del config, files
        for page in nav.pages:
            page.previous_page = page.next_page = None
        return nav

    @event_priority(-50)
    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Escape everything in our templates; Material's own are written for the opposite."""
        del config
        env.autoescape = is_own
        env.loader = ChoiceLoader([cast("BaseLoader", env.loader), Templates()])
        if self.planned:
            env.bytecode_cache = FileSystemBytecodeCache(str(self.planned.reuse.folder("templates")))
        self.environment = env
        for file in files.documentation_pages():
            changed = self.pages.outputs.changed_on(file.src_uri)
            if file.page and changed is not None:
                file.page.update_date = changed
            if file.page and not self.pages.is_listed(file.src_uri):
                # What has no address of its own is left out of the sitemap.
                file.page.abs_url = file.page.canonical_url = None
        return env

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Note which files the text leads to: where they come or go, the page must be made again."""
        del config
        if self.planned:
            folder, sources = posixpath.dirname(page.file.src_uri), files.src_uris
            named = {name for link in self.markup.links for name in _named_files(link, folder)}
            self.planned.reuse.targets[page.file.src_uri] = {
                path: self._state(path, sources) for path in sorted(named)
            }
        return html

    def _state(self, path: str, sources: Collection[str]) -> str:
        """Return what pages show of a file of content/ that they name: nothing without it; of a picture, its size."""
        if path not in sources:
            return ""
        size = picture_size(self.markup.folder / path) if self.markup.folder else None
        return f"{size[0]}x{size[1]}" if size else "there"

    @event_priority(100)
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Give the page the title and description that were validated, escaped as Material expects them."""
        del markdown, config, files
        title, summary = self.pages.describe(page.file.src_uri)
        page.meta.update(title=html.escape(title), description=html.escape(summary))
        self.markup.page = self.pages.markup(page.file.src_uri)
        self.markup.path = page.file.src_uri
        # Our own reading of the file: MkDocs takes front matter without a line after it for text. It comes first, so
        # that plugins which change the text, such as macros, may stand above us too.
        return self.pages.body(page.file.src_uri)

    @event_priority(-50)
    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Add the context of our templates."""
        del config, nav
        return self._extend(context, page.file.src_uri)

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """Do the same for pages without a file, such as 404.html."""
        del template_name, config
        return self._extend(context, None)

    def _extend(self, context: TemplateContext, path: str | None) -> TemplateContext:
        cast("dict[str, Any]", context).update(self.pages.context(path, context["base_url"]))
        return context

    def _gather(self) -> None:
        """As a worker, report and end; else wait for the workers and take over what they noted."""
        if self.planned is None or self.planned.workers is None:
            return
        workers, reuse, warnings = self.planned.workers, self.planned.reuse, self.planned.warnings
        if workers.is_worker:
            workers.report({"targets": reuse.targets, "warnings": warnings})
        for report in workers.gather():
            warnings += report["warnings"]
            reuse.targets |= report["targets"]

    @event_priority(50)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Leave behind the frame in which the status pages are published, and the site's own look."""
        context = {"config": config, **self.pages.shell_context()}
        output = Path(config.site_dir)
        self._gather()
        shell = self.environment.get_template("waypost/status/shell.html").render(context)
        styles = self.environment.get_template("waypost/help/material_styles.html").render(context).strip()
        if styles:
            write_atomic(output / "assets/waypost/material.css", styles.encode())
        self.pages.leave_behind(output, shell)
        self.pages.brand.write(output, self._reuse)
        self.pages.outputs.write(
            output, lambda name, values: self.environment.get_template(name).render(values), self._reuse
        )


def _named_files(link: str, folder: str) -> Iterator[str]:
    """Return the files that a link may name, from content/; none for one that leads elsewhere."""
    path, mark, anchor = split_link(link)
    if not path or leads_elsewhere(link):
        return
    # An absolute link may count from content/, as `validation: links: absolute_links` of MkDocs says.
    file = target_path(path, folder)
    yield file
    if mark:
        # The page of a step, where the file is a troubleshooter.
        yield f"{file.removesuffix('.md')}/{anchor}.md"
    if dark := dark_form(file):
        yield dark
