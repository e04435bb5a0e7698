"""The MkDocs plugin: reads the host's arguments, makes one call down, hands the result back.

Everything it knows about MkDocs stays here, so that another engine needs only another such file.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from waypost.adapters.article_markup import ArticleMarkup
from waypost.app.help_pages import HelpPages, SiteLook, TakeSnapshot, site_words
from waypost.app.site import Site, load_project
from waypost.model.project import Project
from waypost.problems import ProblemsFound

_log = get_plugin_logger("waypost")


class WaypostConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs leaves its subclass hook untyped
    """Options of the plugin in mkdocs.yml."""

    status_url = config_options.Type(str, default="")
    """Where the status page is served, if that is another host; without it, the folder status/ of this one."""

    look = config_options.Type(dict, default={})
    """Colour, typeface and corners; read with its places by adapters/mkdocs_options.py."""


class WaypostPlugin(BasePlugin[WaypostConfig]):  # type: ignore[no-untyped-call]  # the same
    """Gives MkDocs the help center's templates, and each page what it shows beside its text."""

    project: Project | None = None
    """What people wrote; `waypost build` sets it, and `mkdocs build` alone reads it here."""

    present: TakeSnapshot | None = None
    """How the service is; `waypost build` sets it, and without it pages only tell that when they are read."""

    pages: HelpPages
    markup: ArticleMarkup
    environment: Environment

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the site and put our templates between the user's own and Material's."""
        try:
            project = self.project or load_project(Site(Path(config.config_file_path or "mkdocs.yml").parent))
        except ProblemsFound as found:
            raise PluginError(f"The site has problems:\n{found}") from None
        styles = tuple(str(path) for path in config.extra_css)
        look = SiteLook(
            config.site_name,
            config.copyright or "",
            config.theme.get("logo") or "",
            styles,
            config.site_url or "",
            Path(config.docs_dir).parent,
        )
        words = site_words(config.theme.get("language"))
        self.pages = HelpPages(project, look, words, self.config.status_url, self.present)
        if self.pages.outputs.warning:
            _log.warning(self.pages.outputs.warning)
        self.markup = ArticleMarkup()
        cast("list[Any]", config.markdown_extensions).append(self.markup)
        own = config.theme.custom_dir
        config.theme.dirs.insert(1 if own else 0, str(self.pages.theme))
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out what is not a page of ours, and add the pages that no file stands for."""
        beside_templates = [self.pages.theme / name for name in ("scaffold", "i18n")]
        for file in list(files):
            is_foreign = file.is_documentation_page() and not self.pages.knows(file.src_uri)
            source = Path(file.abs_src_path or "")
            if is_foreign or any(source.is_relative_to(folder) for folder in beside_templates):
                files.remove(file)
        for path in self.pages.virtual:
            files.append(File.generated(config, path, content=""))
        return files

    @event_priority(-50)
    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Escape everything in our templates; Material's own are written for the opposite."""
        del config, files
        env.autoescape = lambda name: bool(name) and str(name).startswith("waypost/")
        self.environment = env
        return env

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Give the page the title and description that were validated, escaped as Material expects them."""
        del markdown, config, files
        title, summary = self.pages.describe(page.file.src_uri)
        page.meta.update(title=html.escape(title), description=html.escape(summary))
        if not self.pages.is_searched(page.file.src_uri):
            page.meta["search"] = {"exclude": True}
        changed = self.pages.outputs.changed_on(page.file.src_uri)
        page.update_date = page.update_date if changed is None else changed
        self.markup.page = self.pages.markup(page.file.src_uri)
        # Our own reading of the file: MkDocs takes front matter without a line after it for text.
        return self.pages.body(page.file.src_uri)

    @event_priority(-50)
    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Add what our templates show, after the search has read all that a page holds for it."""
        del config, nav
        page.content = self.pages.shown(page.file.src_uri, page.content or "")
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

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Leave behind the frame in which the status pages are published, and the site's own look."""
        context = {"config": config, **self.pages.shell_context()}
        shell = self.environment.get_template("waypost/shell.html").render(context)
        self.pages.leave_behind(Path(config.site_dir), shell)
        self.pages.outputs.write(
            Path(config.site_dir), lambda name, values: self.environment.get_template(name).render(values)
        )
