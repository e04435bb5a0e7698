"""The pages of incidents, each with articles that help and earlier incidents that were like it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from waypost.formats.article import Article, components_of
from waypost.formats.status import Incident, UpdateStatus
from waypost.publishing.pages.history_pages import incident_inputs
from waypost.publishing.pages.page_spec import PageSpec
from waypost.status.rules.similar import Relative
from waypost.status.rules.snapshot import Snapshot
from waypost.status.rules.timeline import AffectedInterval

ARTICLES = 5
"""Articles beside an incident or a component; more is a list to read, not help."""


def articles_by_component(articles: Mapping[str, Article]) -> dict[str, list[str]]:
    """Return the paths of the articles that depend on each component, those about the fewest components first."""
    found: dict[str, list[str]] = {}
    about = [
        (components_of(article.front), path) for path, article in articles.items() if article.article_kind
    ]
    for names, path in sorted(about, key=lambda row: (len(row[0]), row[1])):
        for name in names:
            found.setdefault(name, []).append(path)
    return found


def articles_of(
    chosen: Iterable[str], components: Iterable[str], helpful: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the paths of the articles beside an incident: the writer's own choice stands first."""
    about = (path for name in components for path in helpful.get(name, ()))
    return list(dict.fromkeys([*chosen, *about]))[:ARTICLES]


def incident_pages(
    snapshot: Snapshot, articles: Mapping[str, Article], alike: Mapping[str, Sequence[Relative]]
) -> Iterator[PageSpec]:
    """Return the pages of the incidents that are not kept as past; `alike` are earlier ones like each, by its id."""
    helpful = articles_by_component(articles)
    for incident in snapshot.fresh:
        affected = snapshot.affected.get(incident.id, ())
        inputs = (incident_inputs(incident, snapshot.now), affected, alike[incident.id])
        yield incident_page(incident, affected, alike[incident.id], helpful, inputs)


def incident_page(
    incident: Incident,
    affected: Sequence[AffectedInterval],
    alike: Sequence[Relative],
    helpful: Mapping[str, Sequence[str]],
    inputs: object = None,
) -> PageSpec:
    """Return the page of one incident."""
    context = {
        "incident": incident,
        "updates": [item for item in incident.updates if item.status is not UpdateStatus.POSTMORTEM],
        "postmortems": [item for item in incident.updates if item.status is UpdateStatus.POSTMORTEM],
        "affected": affected,
        "alike": alike,
        "articles": articles_of(incident.articles, incident.components, helpful),
    }
    return PageSpec(f"incidents/{incident.id}/", "incident", incident.title, context, inputs=inputs)
