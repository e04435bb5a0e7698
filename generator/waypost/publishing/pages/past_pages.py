"""The pages of what is over: they are made once, and again only where one of their sources is another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from waypost.base.cache import PageCache
from waypost.base.files.digests import digest
from waypost.base.files.lazy_files import LazyFiles
from waypost.formats.article import Article
from waypost.publishing.pages.history_pages import HistoryPage, history_page
from waypost.publishing.pages.incident_pages import articles_by_component, articles_of, incident_page
from waypost.publishing.pages.page_spec import PageSpec
from waypost.status.rules.past import Past
from waypost.status.rules.snapshot import Snapshot


@dataclass
class PastPages:
    """The digests of the pages about what is over; where their sources are as they were, so are all of these."""

    _inputs: object = None
    _incidents: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """By path: the digest, and the month and the place in it."""
    _files: tuple[object, LazyFiles] | None = None
    _maker: _Maker | None = None

    def files(
        self,
        snapshot: Snapshot,
        articles: Mapping[str, Article],
        pages: Sequence[HistoryPage],
        common: str,
        render: Callable[[PageSpec], bytes],
        cache: PageCache,
    ) -> LazyFiles:
        """Return these pages; `common` is the digest of what all pages show, `render` makes one."""
        maker = _Maker(snapshot, articles, render)
        past = snapshot.past
        # The names of all components come in another order too, and that shows nowhere here.
        inputs = (past, common, snapshot.names, articles)
        if self._inputs != inputs:
            self._inputs = inputs
            self._incidents = dict(_incident_digests(past, common, maker))
        maker.places = self._incidents
        maker.history = {f"{page.path}index.html": page for page in pages if page.month.is_over}
        named = digest(common, repr(snapshot.names))
        digests = {
            path: _history_digest(named, page, snapshot, cache) for path, page in maker.history.items()
        }
        known = self._files
        if known is None or known[0] != (inputs, digests):
            whole = {path: found for path, (found, _, _) in self._incidents.items()} | digests
            known = self._files = (inputs, digests), LazyFiles(whole, self._make)
        self._maker = maker
        return known[1]

    def _make(self, path: str) -> bytes:
        if self._maker is None:
            raise KeyError(path)
        return self._maker.page(path)


@dataclass
class _Maker:
    """Makes the pages of one publication."""

    snapshot: Snapshot
    articles: Mapping[str, Article]
    render: Callable[[PageSpec], bytes]
    places: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)
    history: Mapping[str, HistoryPage] = field(default_factory=dict)

    @cached_property
    def helpful(self) -> Mapping[str, Sequence[str]]:
        """The articles about each component."""
        return articles_by_component(self.articles)

    def page(self, path: str) -> bytes:
        """Return the page at a path."""
        if path in self.history:
            return self.render(history_page(self.snapshot, self.history[path]))
        _, month, place = self.places[path]
        item = self.snapshot.past.months[month].load()[place]
        return self.render(incident_page(item.incident, item.affected, item.alike, self.helpful))


def _incident_digests(past: Past, common: str, maker: _Maker) -> Iterable[tuple[str, tuple[str, str, int]]]:
    shown: dict[tuple[str, ...], str] = {}
    for name, month in past.months.items():
        for place, entry in enumerate(month.entries):
            if entry.components not in shown:
                shown[entry.components] = _beside(entry.components, maker)
            found = digest(common, entry.digest, shown[entry.components])[:16]
            yield f"incidents/{entry.id}/index.html", (found, name, place)


def _beside(components: tuple[str, ...], maker: _Maker) -> str:
    """Return all that an incident's page shows of its components and of articles."""
    named = [maker.snapshot.names.get(name) for name in components]
    found = (
        (path, maker.articles[path].url, maker.articles[path].title)
        for path in articles_of((), components, maker.helpful)
    )
    return repr((named, *found))


def _history_digest(common: str, page: HistoryPage, snapshot: Snapshot, cache: PageCache) -> str:
    month = page.month
    fresh = [entry.inputs(snapshot.now) for entry in month.fresh]
    inputs = (common, month.past.digest if month.past else "", page.place, fresh)
    return cache.made(f"digest/{page.path}", inputs, lambda: digest(repr(inputs))[:16])
