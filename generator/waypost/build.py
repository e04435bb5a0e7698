"""Build the whole site: check everything, render beside the published site, then move over what changed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from waypost.base.files.file_tree import FolderFiles, is_alive, sync_tree
from waypost.formats.project import Project
from waypost.help.io.build_record import BuildRecord, load_record, save_record
from waypost.help.mkdocs.site import build_help_center
from waypost.help.mkdocs.untrusted import check_untrusted, hidden_environment
from waypost.monitor.store.reading import read_history
from waypost.problems import Problem, ProblemsFound
from waypost.publishing.pages.render import SITE_FOLDER
from waypost.publishing.publish import publish
from waypost.reading.project import check_project
from waypost.reading.site import Site
from waypost.status.rules.snapshot import take_snapshot

RECORD = "build.json"
"""What the last build left behind for the next, in the cache of the site."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did."""

    project: Project
    articles: int
    rendered: frozenset[str]
    """The pages that had to be made, by the path of their Markdown from content/."""
    changed: tuple[str, ...]
    """Files of the site that were written or removed."""
    warnings: tuple[Problem, ...]


def build_site(
    site: Site,
    now: datetime,
    database_url: str | None = None,
    lock: AbstractContextManager[Any] | None = None,
    *,
    anew: bool = False,
    is_trusted: bool = True,
) -> BuildReport:
    """Bring site/ up to date. What would come out the same is left alone, unless `anew` is set.

    Raises ProblemsFound, with the published site untouched, where anything is wrong. Of a site that is not trusted,
    hooks, plugins of others and the like are wrong, and nothing of it sees the environment. `lock` is held
    while published files are changed, for those who publish from several threads.
    """
    if not is_trusted:
        check_untrusted(site.root)
        # What another build left behind has compiled templates in it, and may have come with the site.
        shutil.rmtree(site.cache, ignore_errors=True)
        with hidden_environment():
            return build_site(site, now, database_url, lock, anew=anew)
    project, problems = check_project(site, now)
    if project is None:
        raise ProblemsFound(problems)
    # A database that cannot be read must be found before anything is replaced, not between two halves.
    history = read_history(database_url or site.database_url)
    workshop = site.root / ".waypost"
    workshop.mkdir(exist_ok=True)
    _clear(workshop)
    with tempfile.TemporaryDirectory(prefix=f"build-{os.getpid()}-", dir=workshop) as folder:
        rendered = Path(folder, "site")
        rendering = build_help_center(
            site,
            rendered,
            project,
            lambda words: take_snapshot(project.status, history, now, words),
            BuildRecord() if anew else load_record(site.cache / RECORD),
        )
        problems += rendering.problems
        with lock or nullcontext():
            changed = _take_over(site, rendered, rendering.kept)
            save_record(site.cache / RECORD, rendering.record)
            publication = publish(site, project, now, database_url)
    changed += [f"status/{path}" for path in publication.changed]
    return BuildReport(
        project, len(project.help_center.articles), rendering.made, tuple(changed), tuple(problems)
    )


def _clear(workshop: Path) -> None:
    """Remove what builds that were killed have left behind."""
    for folder in workshop.glob("build-*-*"):
        owner = folder.name.split("-")[1]
        if not owner.isdecimal() or not is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _take_over(site: Site, rendered: Path, kept: Collection[str]) -> list[str]:
    """Move the rendered help center to where it is read, and the shell to where publishing finds it."""
    files = FolderFiles(rendered, leave_out="status")
    changed = sync_tree(site.output, files, keep=["status", *kept])
    sync_tree(site.status_output / SITE_FOLDER, FolderFiles(rendered / "status" / SITE_FOLDER))
    return changed
