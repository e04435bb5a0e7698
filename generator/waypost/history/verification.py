"""The proof of history: the chain of digests against the rows, and what is published against both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from waypost.base.files.languages import load_words
from waypost.base.files.text_files import read_source
from waypost.formats.field_types import read_moment
from waypost.formats.project import Project
from waypost.formats.status_site import History
from waypost.history.history import DAY, settling_time
from waypost.history.rules.proof import (
    BrokenLink,
    PercentageComparison,
    broken_links,
    compare,
    last_settled_day,
)
from waypost.history.store import HistoryStore
from waypost.monitor.store.opening import opened_to_read
from waypost.problems import ProblemsFound
from waypost.publishing.api.now_json import now_document
from waypost.reading.io.history_files import FOLDER, load_history_text
from waypost.reading.project import load_project
from waypost.reading.rules.history import first_day, merged
from waypost.reading.rules.history_text import Digest
from waypost.reading.site import Site
from waypost.status.rules.snapshot import take_snapshot

DATABASE = "database"
PUBLISHED = "site/status/now.json"

_WRITTEN = ("status.yml", "incidents", "maintenance")
"""The files of people in status/ that enter the percentages."""


@dataclass(frozen=True)
class ChainProof:
    """The result of recomputing one chain."""

    source: str
    """Where its rows and digests are: the database, or status/history/."""
    days: int
    """How many days it has; none where nothing was sealed yet."""
    first: date | None = None
    last: date | None = None
    broken: tuple[BrokenLink, ...] = ()
    """The days whose rows are not those that were sealed."""


@dataclass(frozen=True)
class Disagreement:
    """A day for which the text has another digest than the database."""

    day: date
    database: str
    text: str


@dataclass(frozen=True)
class Verification:
    """The result of a verification: proofs, contradictions, and notes of missing comparisons."""

    chains: tuple[ChainProof, ...]
    disagreements: tuple[Disagreement, ...]
    made_at: datetime | None
    """When the publication was made; None where there is none that can be read."""
    percentages: PercentageComparison
    rows_begin: date | None = None
    """The first day that there are rows of."""
    changed: tuple[str, ...] = ()
    """Written files that were saved after the publication."""
    set_aside: int = 0
    """How many rows of history a repair took out of it, because a wrong clock had written them."""
    notes: tuple[str, ...] = field(default=())
    """Sentences about comparisons that were not possible."""

    @property
    def is_proven(self) -> bool:
        """Whether nothing contradicts anything."""
        return not (
            self.disagreements or self.percentages.differences or any(proof.broken for proof in self.chains)
        )


def verify_database(site: Site, url: str, now: datetime) -> Verification:
    """Recompute every digest and every published percentage of a site; raises ProblemsFound and StoreError."""
    with opened_to_read(url) as database:
        return verify_history(site, HistoryStore(database) if database else None, now)


def verify_history(site: Site, store: HistoryStore | None, now: datetime) -> Verification:
    """Recompute every digest and every published percentage; `store` is None where there is no database.

    Raises ProblemsFound where the site, or a table of its history, cannot be read.
    """
    project = load_project(site)
    text, problems = load_history_text(site.root)
    if problems:
        raise ProblemsFound(problems)
    rows = store.history() if store else History()
    kept = tuple(store.digests()) if store else ()
    notes: list[str] = []
    settled = last_settled_day(now, settling_time(project.status.config))
    chains: list[ChainProof] = []
    if store:
        # A day is sealed when it is surely over: history must follow it.
        sealable = min(settled, store.confirmed_until(now).date() - DAY)
        chains.append(_prove(DATABASE, rows, kept, sealable, notes))
    if text.digests or not store:
        ambiguous = tuple(day for day, found in text.digests.items() if len(found) > 1)
        chains.append(_prove(FOLDER, text.history, text.chain, settled, notes, ambiguous))
    known = dict(text.chain)
    published = _published(site, notes)
    made_at = _made_at(published, notes) if published is not None else None
    comparison = PercentageComparison(0, (), ())
    if published is not None and made_at is not None:
        comparison = _compare(project, rows, published, made_at, notes)
    return Verification(
        chains=tuple(chains),
        disagreements=tuple(
            Disagreement(day, digest, known[day]) for day, digest in kept if known.get(day, digest) != digest
        ),
        made_at=made_at,
        percentages=comparison,
        rows_begin=first_day(merged(text.history, rows)),
        changed=_changed_since(site, made_at) if made_at else (),
        set_aside=store.set_aside() if store else 0,
        notes=tuple(notes),
    )


# The chain


def _prove(
    source: str,
    rows: History,
    digests: tuple[Digest, ...],
    settled: date,
    notes: list[str],
    ambiguous: tuple[date, ...] = (),
) -> ChainProof:
    if ambiguous:
        notes.append(
            f"{source}: {_span(ambiguous)} have digests of several databases, which cannot be proven from their"
            " rows together; ask each database."
        )
        return ChainProof(source, 0)
    begin = first_day(rows)
    if not digests:
        what = "no row yet" if begin is None else "no digest, so nothing of it can be proven yet"
        notes.append(f"{source}: there is {what}.")
        return ChainProof(source, 0)
    first, last = digests[0][0], digests[-1][0]
    if begin is not None and begin < first:
        notes.append(f"{source}: days before {first} have rows, but were never sealed, the first is {begin}.")
    if last < settled:
        todo = "not sealed yet" if source == DATABASE else "without a digest until the next export"
        notes.append(f"{source}: {_span((last + DAY, settled))} {todo}.")
    return ChainProof(source, len(digests), first, last, broken_links(rows, digests))


def _span(days: tuple[date, ...]) -> str:
    return str(days[0]) if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


# What is published


def _published(site: Site, notes: list[str]) -> Mapping[str, Any] | None:
    path = site.root / PUBLISHED
    if not path.is_file():
        notes.append(
            f"There is no {PUBLISHED}: nothing is published here whose percentages could be compared."
        )
        return None
    source, _ = read_source(site.root, path)
    try:
        document = json.loads(source.text) if source else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        notes.append(
            f"{PUBLISHED} cannot be read, so its percentages were not compared. Run `waypost publish`."
        )
        return None
    return document


def _made_at(document: Mapping[str, Any], notes: list[str]) -> datetime | None:
    moment = read_moment(str(document.get("made_at")))
    if moment is None:
        notes.append(f"{PUBLISHED} does not say when it was made, so its percentages were not compared.")
    return moment


def _compare(
    project: Project,
    rows: History,
    published: Mapping[str, Any],
    made_at: datetime,
    notes: list[str],
) -> PercentageComparison:
    # The language changes sentences, never numbers.
    computed = now_document(take_snapshot(project.status, rows, made_at, load_words()))
    found = compare(published, computed)
    if not found.compared and not found.unknown:
        notes.append(f"{PUBLISHED} holds no percentages. Run `waypost publish`.")
    if found.unknown:
        notes.append(
            f"{PUBLISHED} tells of what is no longer in status/status.yml: {', '.join(found.unknown)}."
        )
    return found


def _changed_since(site: Site, moment: datetime) -> tuple[str, ...]:
    """Name what people wrote after a moment, by the times of the files."""
    folder = site.root / "status"
    places = [folder / name for name in _WRITTEN]
    files = [file for place in places for file in (sorted(place.glob("*.md")) if place.is_dir() else [place])]
    late = [file for file in files if file.is_file() and file.stat().st_mtime > moment.timestamp()]
    return tuple(file.relative_to(site.root).as_posix() for file in late)
