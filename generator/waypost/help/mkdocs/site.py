"""Build the help center with MkDocs and Material, into a folder that is not published yet."""

from __future__ import annotations

import logging
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

# Material announces MkDocs 2 on every build; mkdocs<2 is pinned, and docs/dependencies.md says why.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException

from waypost.base.files.digests import digest, tree_digest
from waypost.base.files.resources import package_folder, theme_folder
from waypost.formats.project import Project
from waypost.help.io.build_record import BuildRecord, Reuse
from waypost.help.io.build_workers import BuildWorkers, WorkerFailed
from waypost.help.mkdocs import ENGINE
from waypost.help.mkdocs.extensions import OWN_PLUGINS, is_known
from waypost.help.mkdocs.plugin import PlannedBuild, WaypostPlugin
from waypost.help.pages import TakeSnapshot
from waypost.problems import Level, Location, Problem, ProblemsFound
from waypost.reading.site import Site

log = logging.getLogger("waypost")

CONFIG = "mkdocs.yml"

_LOGGERS = {"mkdocs", ENGINE}
"""Material speaks as MkDocs, whoever builds."""

_NAMED_FILE = re.compile(r"(?:[Dd]oc file|Error (?:reading|building) page) '([^']+)'")


@dataclass(frozen=True)
class Rendering:
    """The result of rendering a help center."""

    problems: list[Problem]
    """The warnings of MkDocs."""
    made: frozenset[str]
    """The pages that were rendered, by the path of their Markdown from content/; the others stayed."""
    kept: frozenset[str]
    """Files of the published site that stay, because they would be the same."""
    record: BuildRecord
    """The record that the next build may use."""


def build_help_center(
    site: Site, output: Path, project: Project, take_snapshot: TakeSnapshot, last: BuildRecord
) -> Rendering:
    """Render the help center of a site into `output`; files that stay the same are left out.

    `take_snapshot` gives the state of the service in the words of the site, for pages about components in trouble.
    `last` is what the last build left behind; with an empty one everything is rendered.

    Raises ProblemsFound where mkdocs.yml cannot be used or a page cannot be rendered.
    """
    try:
        return _render(site, output, project, take_snapshot, last, BuildWorkers(output.parent))
    except WorkerFailed:
        # Alone, the build says what is wrong with which page.
        return _render(site, output, project, take_snapshot, last, None)


def _render(
    site: Site,
    output: Path,
    project: Project,
    take_snapshot: TakeSnapshot,
    last: BuildRecord,
    workers: BuildWorkers | None,
) -> Rendering:
    with _collected_warnings() as warnings:
        try:
            config = load_config(config_file=str(site.root / CONFIG), site_dir=str(output))
            program = program_digest(site.root, config) if can_reuse(config) else ""
            reuse = Reuse(site.output, site.cache, last, program)
            # Plugins of others may gather what they see of all pages, so those sites are built by one process.
            planned = PlannedBuild(project, take_snapshot, reuse, workers if program else None, warnings)
            plugin = _plugin_of(config)
            plugin.planned = planned
            with workers.at_work() if workers else nullcontext():
                # "Dirty" asks each file whether it was modified; the plugin answers for it.
                build(config, dirty=True)
        except (ProblemsFound, WorkerFailed):
            raise
        except Exception as error:
            # Hooks, extensions and templates of a site's own raise whatever they like.
            log.debug("The help center could not be built.", exc_info=True)
            logged = _as_problems(warnings, Level.ERROR)
            raise ProblemsFound([*logged, *_failure(error, logged)]) from error
        finally:
            for name in _LOGGERS:
                logging.getLogger(name).handlers.clear()
    pages = plugin.pages
    problems = [
        problem
        for problem in _as_problems(warnings, Level.WARNING)
        # What is wrong with a step is told of its troubleshooter, which holds the text of all of them.
        if problem.location.path.removeprefix("content/") not in pages.virtual
    ]
    if pages.outputs.warning:
        problems.append(Problem(Location("content"), "git-history", pages.outputs.warning, Level.WARNING))
    made = frozenset(reuse.made_pages)
    for problem in problems:
        # What is warned of must be warned of again.
        reuse.forget(problem.location.path.removeprefix("content/"))
    return Rendering(sorted(problems), made, frozenset(reuse.kept), reuse.record(output))


def _plugin_of(config: MkDocsConfig) -> WaypostPlugin:
    """Return the plugin of a site; raise ProblemsFound where mkdocs.yml does not name it, or not our folder."""
    plugin = config.plugins.get("waypost")
    if not isinstance(plugin, WaypostPlugin):
        message = "The plugin 'waypost' is not listed under `plugins`. Add it there."
        raise ProblemsFound([Problem(Location(CONFIG), "missing-key", message)])
    if Path(config.docs_dir).name != "content":
        message = "Waypost reads articles from content/. Set `docs_dir: content`."
        raise ProblemsFound([Problem(Location(CONFIG), "bad-value", message)])
    return plugin


def _failure(error: Exception, logged: list[Problem]) -> list[Problem]:
    text = " ".join(str(error).split())
    if isinstance(error, Abort) or any(text in problem.message for problem in logged):
        # MkDocs has named the page, or everything that is wrong with its configuration.
        return []
    if not isinstance(error, MkDocsException):
        text = f"{type(error).__name__}: {text}"
    return [Problem(Location(CONFIG), "bad-value", text)]


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = " ".join(record.getMessage().split())
        if not message.startswith("A 'dirty' build"):
            self.messages.append(message)


@contextmanager
def _collected_warnings() -> Iterator[list[str]]:
    """Collect the warnings of MkDocs instead of letting it print them."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    kept = [logger.propagate for logger in loggers]
    collector = _Collector()
    for logger in loggers:
        logger.addHandler(collector)
        logger.propagate = False
    try:
        yield collector.messages
    finally:
        for logger, propagate in zip(loggers, kept, strict=True):
            logger.removeHandler(collector)
            logger.propagate = propagate


def _as_problems(messages: list[str], level: Level) -> list[Problem]:
    problems = []
    for message in messages:
        named = _NAMED_FILE.search(message)
        path = f"content/{named[1]}" if named else CONFIG
        problems.append(Problem(Location(path), "broken-markup", message, level))
    return problems


_LIBRARIES = (
    *(
        "mkdocs",
        "properdocs",
        "mkdocs-material",
        "markdown",
        "markdown-it-py",
        "mdit-py-plugins",
        "pymdown-extensions",
    ),
    *("pygments", "jinja2", "markupsafe"),
    *("whoosh-reloaded", "whoosh", "babel", "pydantic", "pyyaml", "feedgen", "imagesize", "pillow"),
)


def can_reuse(config: Any) -> bool:
    """Tell whether Waypost knows everything that pages depend on, so that a page may stay as it is.

    Hooks, plugins of others and templates of a site's own may look at anything; a setting may come from
    the environment. Such sites are made anew each time.
    """
    text = Path(config.config_file_path).read_text(encoding="utf-8", errors="replace")
    own = Path(config.theme.custom_dir) if config.theme.custom_dir else None
    extensions = [name for name in config.markdown_extensions if isinstance(name, str)]
    return (
        set(config.plugins) <= OWN_PLUGINS
        and not config.hooks
        and "!ENV" not in text
        and "INHERIT" not in text
        and not (own and any(own.rglob("*.html")))
        and all(is_known(name) for name in extensions)
    )


def program_digest(root: Path, config: Any) -> str:
    """Return a digest of everything that all pages are made with."""
    own = [Path(config.theme.custom_dir)] if config.theme.custom_dir else []
    versions = [f"{name} {_version(name)}" for name in _LIBRARIES]
    trees = tree_digest(package_folder(), theme_folder(), root / "mkdocs.yml", *own)
    return digest(platform.python_version(), *versions, trees)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
