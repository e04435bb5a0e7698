"""Build the help center with MkDocs and Material, into a folder nobody reads yet."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Material announces MkDocs 2 on every build; mkdocs<2 is pinned, and docs/dependencies.md says why.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException

from waypost.core.snapshot import Snapshot
from waypost.core.words import Words
from waypost.model.project import Project
from waypost.problems import Level, Location, Problem, ProblemsFound

CONFIG = "mkdocs.yml"

_NAMED_FILE = re.compile(r"(?:[Dd]oc file|Error (?:reading|building) page) '([^']+)'")


def build_help_center(
    root: Path, output: Path, project: Project, present: Callable[[Words], Snapshot]
) -> list[Problem]:
    """Render the help center of the site at `root` into `output`; return what MkDocs warned of.

    `present` gives the state of the service in the words of the site, for pages about components in trouble.

    Raises ProblemsFound where mkdocs.yml cannot be used or a page cannot be rendered.
    """
    with _collected_warnings() as warnings:
        try:
            config = load_config(config_file=str(root / CONFIG), site_dir=str(output))
            _attach(config, project, present)
            build(config)
        except ProblemsFound:
            raise
        except Exception as error:
            # Hooks, extensions and templates of a site's own raise whatever they like.
            logged = _as_problems(warnings, Level.ERROR)
            raise ProblemsFound([*logged, *_failure(error, logged)]) from error
        finally:
            logging.getLogger("mkdocs").handlers.clear()
    return _as_problems(warnings, Level.WARNING)


def _attach(config: MkDocsConfig, project: Project, present: Callable[[Words], Snapshot]) -> None:
    """Hand the site that was already read to the plugin, so that it is not read twice."""
    plugin = config.plugins.get("waypost")
    if plugin is None:
        message = "The plugin 'waypost' is not listed under `plugins`. Add it there."
        raise ProblemsFound([Problem(Location(CONFIG), "missing-key", message)])
    if Path(config.docs_dir).name != "content":
        message = "Waypost reads articles from content/. Set `docs_dir: content`."
        raise ProblemsFound([Problem(Location(CONFIG), "bad-value", message)])
    plugin.project = project
    plugin.present = present


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
        self.messages.append(" ".join(record.getMessage().split()))


@contextmanager
def _collected_warnings() -> Iterator[list[str]]:
    """Collect what MkDocs logs instead of letting it print."""
    logger = logging.getLogger("mkdocs")
    collector = _Collector()
    logger.addHandler(collector)
    kept, logger.propagate = logger.propagate, False
    try:
        yield collector.messages
    finally:
        logger.removeHandler(collector)
        logger.propagate = kept


def _as_problems(messages: list[str], level: Level) -> list[Problem]:
    problems = []
    for message in messages:
        named = _NAMED_FILE.search(message)
        path = f"content/{named[1]}" if named else CONFIG
        problems.append(Problem(Location(path), "broken-markup", message, level))
    return problems
