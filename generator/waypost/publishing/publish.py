"""Publish the status pages, from several threads too: one snapshot, and only changes written."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from waypost.base.cache import PageCache
from waypost.base.files.file_tree import FileChange, FolderFiles, TreeCache, sync_changes, write_atomic
from waypost.base.files.kept_files import KeptFiles
from waypost.base.files.languages import load_words, site_words
from waypost.base.files.lazy_files import FileRecord
from waypost.formats.project import Project
from waypost.monitor.store.kept_changes import KeptChanges
from waypost.monitor.store.reading import read_history
from waypost.monitor.store.windows import with_present_windows
from waypost.publishing.archive import Archive
from waypost.publishing.current import LatencyCache
from waypost.publishing.files import whole_site
from waypost.publishing.io.archive_files import ArchiveDamaged
from waypost.publishing.pages.past_pages import PastPages
from waypost.publishing.pages.render import SHELL_PATH, SITE_FOLDER, is_shell, shell_language
from waypost.publishing.rules.feed_items import FeedRow
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.observed import Observed, ObservedCache, observe
from waypost.status.rules.snapshot import Snapshot

RECORD = "published.json"
"""The name of the record of the pages about what is over, in the folder of the cache."""

PAGES = "pages.json"
"""The name of the record of all other pages and of feeds, there too."""

ARCHIVE = "archive"
"""The folder of the archive, there too."""


@dataclass(frozen=True)
class Publication:
    """A publication: its snapshot, and the files that it changed."""

    snapshot: Snapshot
    changes: tuple[FileChange, ...]
    """Files that were written, pages last, and then those that were removed; by their path below site/status/."""

    @property
    def changed(self) -> tuple[str, ...]:
        """The paths of those files."""
        return tuple(change.path for change in self.changes)


@dataclass(frozen=True, eq=False)
class Draft:
    """The status page of a moment before its files are made: what subscribers are notified of."""

    project: Project
    snapshot: Snapshot
    kept: Mapping[str, bytes]
    """What the last full build left in the folder; empty where that cannot be read."""
    feed: tuple[FeedRow, ...] = ()
    """Updates of what is over that feeds may still show."""
    observed: Observed | None = None
    """What it was made from."""


@dataclass
class PublishCache:
    """Results of the last publication in a process that stays; without it, everything is made anew."""

    pages: PageCache | None = None
    past: PastPages = field(default_factory=PastPages)
    observed: ObservedCache = field(default_factory=ObservedCache)
    changes: KeptChanges = field(default_factory=KeptChanges)
    latency: LatencyCache = field(default_factory=LatencyCache)
    tree: TreeCache | None = None
    archive: Archive | None = None


def publish(
    site: Site,
    project: Project,
    now: datetime,
    database_url: str | None = None,
    cache: PublishCache | None = None,
) -> Publication:
    """Bring site/status/ up to date, in the language of the last full build; English where there was none.

    What is published is the same with a `cache` and without. Raises StoreError where the database cannot be read.
    """
    cache = cache or PublishCache()
    return write(site, draft(site, project, now, database_url or site.database_url, cache), cache)


def draft(site: Site, project: Project, now: datetime, url: str, cache: PublishCache) -> Draft:
    """Return the status page at a moment, without need of the folder that it is published into.

    Raises StoreError where the database cannot be read.
    """
    # What is published names its moment in milliseconds, and must be what `history verify` finds for it.
    now -= timedelta(microseconds=now.microsecond % 1000)
    history = with_present_windows(
        url, read_history(url, kept=cache.changes), project.status.maintenances, now
    )
    try:
        kept = _kept_by_build(site)
        words = load_words(shell_language(kept.get(SHELL_PATH, b"").decode()))
    except OSError:
        # Writing will meet the same, and say so.
        kept, words = {}, site_words(project.language)
    observed = observe(project.status, history, now, words, cache.observed)
    latency = cache.latency.read(url, project.status.config, now)
    is_first = cache.archive is None
    cache.archive = archive = cache.archive or Archive(site.cache / ARCHIVE)
    with _without_collector() if is_first else nullcontext():
        try:
            archived = archive.snapshot(observed)
        except ArchiveDamaged:
            archive.forget()
            archived = archive.snapshot(observed)
    return Draft(project, replace(archived.snapshot, latency=latency), kept, archived.feed, observed)


def write(site: Site, page: Draft, cache: PublishCache) -> Publication:
    """Make the files of a page, and write those that changed. Raises OSError."""
    cache.tree = cache.tree or TreeCache(record=FileRecord(site.cache / RECORD))
    cache.pages = cache.pages or PageCache(KeptFiles(site.status_output, site.cache / PAGES))
    try:
        return _write(site, page, cache.pages, cache.tree, cache.past)
    except ArchiveDamaged:
        # Another process is at work on the archive, or somebody deleted a part of it.
        if cache.archive is None or page.observed is None:
            raise
        cache.archive.forget()
        archived = cache.archive.snapshot(page.observed)
        whole = replace(archived.snapshot, latency=page.snapshot.latency)
        again = replace(page, snapshot=whole, feed=archived.feed)
        return _write(site, again, cache.pages, cache.tree, cache.past)


def _write(site: Site, page: Draft, pages: PageCache, tree: TreeCache, past: PastPages) -> Publication:
    with nullcontext() if tree.written else _without_collector():
        files, lazy = whole_site(page.snapshot, page.project, page.kept, pages, page.feed, past)
    changes = sync_changes(site.status_output, files, cache=tree, lazy=lazy)
    return Publication(page.snapshot, tuple(changes))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let nobody look for garbage in circles while a process makes all for the first time: looking takes a quarter.

    Later it is next to nothing, and other threads keep their collector.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def write_changes(file: Path, publication: Publication) -> None:
    """Write the changes of a publication into a file, in one step: a mark, a tab and a path on each line.

    It is empty where nothing changed. Names that a line cannot hold were never published, and are left out.
    """
    changes = [change for change in publication.changes if change.path.isprintable()]
    data = "".join(f"{change.mark}\t{change.path}\n" for change in changes).encode()
    if file.exists() and not file.is_file():
        # A rename would put a file in the place of /dev/stdout or of a pipe that somebody reads.
        file.write_bytes(data)
    else:
        write_atomic(file, data)


def _kept_by_build(site: Site) -> dict[str, bytes]:
    folder = FolderFiles(site.status_output / SITE_FOLDER)
    kept = {SITE_FOLDER + path: data for path, data in folder.items()}
    shell = kept.get(SHELL_PATH, b"").decode(errors="replace")
    if "\ufffd" in shell or not is_shell(shell):
        kept.pop(SHELL_PATH, None)
    return kept


Signature = tuple[tuple[str, int, int], ...]


def signature(*folders: Path) -> Signature:
    """Return a value that changes whenever a file in the folders does: names, times and sizes."""
    entries: list[tuple[str, int, int]] = []
    for folder in folders:
        for path in [str(folder), *_below(folder)]:
            try:
                stat = os.lstat(path)
            except OSError:
                continue
            entries.append((path, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(entries))


def _below(folder: Path) -> Iterator[str]:
    """Return the paths of everything below a folder; a folder that vanishes meanwhile is left out."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield f"{parent}/{name}"


class Publisher:
    """Publishes one site from several threads; a broken file never replaces the last good project."""

    def __init__(
        self, site: Site, project: Project, database_url: str, clock: Callable[[], datetime]
    ) -> None:
        self._site = site
        self._database_url = database_url
        self._clock = clock
        self._drafting = threading.Lock()
        self.lock = threading.Lock()
        """Held while the folder is written, here and by a build."""
        self.project = project
        self._cache = PublishCache()

    def publish(self) -> Publication:
        """Bring the status pages up to date."""
        return self.write(self.draft())

    def draft(self) -> Draft:
        """Return the present page; a disk that hangs while another is written delays this no further."""
        with self._drafting:
            return draft(self._site, self.project, self._clock(), self._database_url, self._cache)

    def write(self, page: Draft) -> Publication:
        """Bring the files up to what a page says."""
        with self.lock:
            return write(self._site, page, self._cache)

    def reload(self) -> None:
        """Read the site again; raises ProblemsFound, and keeps the last good state, where it is broken."""
        self.project = load_project(self._site, self._clock())
