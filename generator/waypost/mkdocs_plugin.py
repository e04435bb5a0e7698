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
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from waypost.app.help_pages import HelpPages, SiteLook
from waypost.app.site import Site, load_project
from waypost.model.project import Project
from waypost.problems import ProblemsFound


class WaypostConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs leaves its subclass hook untyped
    """Options of the plugin in mkdocs.yml."""

    status_url = config_options.Type(str, default="")
    """Where the status page is served, if that is another host; without it, the folder status/ of this one."""


class WaypostPlugin(BasePlugin[WaypostConfig]):  # type: ignore[no-untyped-call]  # the same
    """Gives MkDocs the help center's templates, and each page what it shows beside its text."""

    project: Project | None = None
    """What people wrote; `waypost build` sets it, and `mkdocs build` alone reads it here."""

    pages: HelpPages
    environment: Environment

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the site and put our templates between the user's own and Material's."""
        try:
            project = self.project or load_project(Site(Path(config.config_file_path or "mkdocs.yml").parent))
        except ProblemsFound as found:
            raise PluginError(f"The site has problems:\n{found}") from None
        styles = tuple(str(path) for path in config.extra_css)
        look = SiteLook(config.site_name, config.copyright or "", config.theme.get("logo") or "", styles)
        self.pages = HelpPages(project, look, self.config.status_url)
        own = config.theme.custom_dir
        config.theme.dirs.insert(1 if own else 0, str(self.pages.theme))
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out Markdown that is not a page of ours, and what lies beside our templates for `waypost new`."""
        del config
        for file in list(files):
            is_foreign = file.is_documentation_page() and not self.pages.knows(file.src_uri)
            if is_foreign or Path(file.abs_src_path or "").is_relative_to(self.pages.theme / "scaffold"):
                files.remove(file)
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
        # Our own reading of the file: MkDocs takes front matter without a line after it for text.
        return self.pages.body(page.file.src_uri)

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Add what our templates show."""
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

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Leave behind the frame in which the status pages are published, and the site's own look."""
        context = {"config": config, **self.pages.shell_context()}
        shell = self.environment.get_template("waypost/shell.html").render(context)
        self.pages.leave_behind(Path(config.site_dir), shell)
