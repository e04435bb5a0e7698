"""Publish the status pages: one snapshot, every file from it, only changes written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from waypost.base.cache import PageMemory
from waypost.base.files.file_tree import Change, FolderFiles, TreeMemory, sync_changes, write_atomic
from waypost.base.files.languages import load_words
from waypost.formats.project import Project
from waypost.monitor.store.reading import read_history
from waypost.publishing.api.json_files import json_files
from waypost.publishing.io.badges import badge_files
from waypost.publishing.io.banner import BANNER_PATH, banner_file
from waypost.publishing.io.calendar import calendar_files
from waypost.publishing.io.feeds import feed_files
from waypost.publishing.io.theme_assets import script_words, status_assets
from waypost.publishing.latency import LatencyMemory
from waypost.publishing.pages.plain_text import text_files
from waypost.publishing.pages.render import (
    LOOK_FOLDER,
    SHELL_PATH,
    common_inputs,
    default_shell,
    is_shell,
    shell_language,
    status_pages,
)
from waypost.publishing.rules.status_redirects import redirect_files
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot, take_snapshot


@dataclass(frozen=True)
class Publication:
    """What one publication did."""

    snapshot: Snapshot
    changes: tuple[Change, ...]
    """Files that were written, pages last, and then those that were removed; by their path below site/status/."""

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths of those files."""
        return tuple(change.path for change in self.changes)


@dataclass
class PublishMemory:
    """What a process that stays remembers of its last publication; without it, everything is made anew."""

    pages: PageMemory = field(default_factory=PageMemory)
    tree: TreeMemory = field(default_factory=TreeMemory)
    latency: LatencyMemory = field(default_factory=LatencyMemory)


def publish(
    site: Site,
    project: Project,
    now: datetime,
    database_url: str | None = None,
    memory: PublishMemory | None = None,
) -> Publication:
    """Bring site/status/ up to date, in the language of the last full build; English where there was none.

    What is published is the same with a `memory` and without. Raises StoreError where the database cannot be read.
    """
    # What is published names its moment in milliseconds, and must be what `history verify` finds for it.
    now -= timedelta(microseconds=now.microsecond % 1000)
    url = database_url or site.database_url
    history = read_history(url)
    kept = _kept_by_build(site)
    words = load_words(shell_language(kept.get(SHELL_PATH, b"").decode()))
    memory = memory or PublishMemory()
    snapshot = replace(
        take_snapshot(project.status, history, now, words),
        latency=memory.latency.read(url, project.status.config, now),
    )
    files = status_files(snapshot, project, kept, memory.pages)
    return Publication(snapshot, tuple(sync_changes(site.status_output, files, memory=memory.tree)))


def write_changes(file: Path, publication: Publication) -> None:
    """Write what a publication changed into a file, in one step: a mark, a tab and a path on each line.

    It is empty where nothing changed. Names that a line cannot hold were never published, and are left out.
    """
    told = [change for change in publication.changes if change.path.isprintable()]
    data = "".join(f"{change.mark}\t{change.path}\n" for change in told).encode()
    if file.exists() and not file.is_file():
        # A rename would put a file in the place of /dev/stdout or of a pipe that somebody reads.
        file.write_bytes(data)
    else:
        write_atomic(file, data)


def status_files(
    snapshot: Snapshot, project: Project, kept: Mapping[str, bytes], memory: PageMemory | None = None
) -> dict[str, bytes]:
    """Return every file of the status site by its path; `kept` is what a full build left behind."""
    words, articles, memory = snapshot.words, project.help_center.pages, memory or PageMemory()
    shell = kept[SHELL_PATH].decode() if SHELL_PATH in kept else default_shell(snapshot.page, words)
    memory.begin(*common_inputs(snapshot, articles, shell))
    # The order of the components of an incident can be seen, and equal mappings need not share it.
    told = (snapshot.incidents, [(*item.components,) for item in snapshot.incidents], snapshot.maintenances)
    files = {
        **memory.made("redirects", told, lambda: redirect_files(snapshot)),
        **kept,
        **status_assets(project.theme),
        "assets/words.js": script_words(words),
        BANNER_PATH: banner_file(words),
        **badge_files(snapshot),
        **status_pages(snapshot, articles, shell, memory),
        **memory.made("feeds", told, lambda: feed_files(snapshot)),
        **memory.made("calendars", snapshot.maintenances, lambda: calendar_files(snapshot)),
        **json_files(snapshot),
        **text_files(snapshot),
    }
    memory.end()
    return files


def _kept_by_build(site: Site) -> dict[str, bytes]:
    folder = FolderFiles(site.status_output / LOOK_FOLDER)
    kept = {LOOK_FOLDER + path: data for path, data in folder.items()}
    shell = kept.get(SHELL_PATH, b"").decode(errors="replace")
    if "\ufffd" in shell or not is_shell(shell):
        kept.pop(SHELL_PATH, None)
    return kept
