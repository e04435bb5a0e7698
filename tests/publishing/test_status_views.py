from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.status_world import history, moment, site, take_snapshot
from waypost.formats.article import Article, front_matter_of
from waypost.publishing.pages.filters import StatusFormat
from waypost.publishing.pages.history_pages import ON_A_PAGE, HistoryEntry, history_entries, months
from waypost.publishing.pages.incident_pages import ARTICLES, articles_by_component
from waypost.publishing.pages.page_spec import PageSpec
from waypost.publishing.pages.page_specs import ON_A_COMPONENT, page_specs
from waypost.status.rules.snapshot import Snapshot

NOON = moment("12:00")
FINE = ["00:00 http-1 operational"]


def incidents(days: Sequence[int], **more: Any) -> list[dict[str, Any]]:
    """Make resolved incidents, each so many days before noon."""
    made = []
    for number, days_ago in enumerate(days):
        at = NOON - timedelta(days=days_ago, minutes=number)
        updates = [f"{at.isoformat()} investigating", f"{(at + timedelta(seconds=30)).isoformat()} resolved"]
        made.append({"id": f"i{number}", "says": updates, **more})
    return made


def snapshot(*days: int, **more: Any) -> Snapshot:
    return take_snapshot(site(incidents=incidents(days, **more)), history(FINE), NOON)


def article(path: str, *components: str, kind: str = "page") -> Article:
    model = front_matter_of(kind)
    return Article(path, kind, "", model(title=path, kind=kind, components=components), "Words.", 5)


def specs(page: Snapshot, *articles: Article) -> dict[str, PageSpec]:
    by_path = {item.path: item for item in articles}
    return {spec.path: spec for spec in page_specs(page, by_path, StatusFormat(page, by_path))}


def ids(entries: Sequence[HistoryEntry]) -> list[str]:
    return [entry.incident.id for entry in entries if entry.incident]


def test_every_thing_has_a_page_of_its_own() -> None:
    place = site(
        {"Group": {"downloads": 1}, "mail": 0},
        [{"id": "stop", "says": ["10:00 investigating"]}],
        [{"id": "disks", "window": "11-21 02:00-11-21 03:00"}],
    )
    found = specs(take_snapshot(place, history(FINE), NOON))
    assert list(found) == [
        *("", "history/", "history/2026-11/", "subscribe/", "mine/"),
        *("components/downloads/", "components/mail/", "incidents/stop/", "maintenance/disks/"),
    ]
    assert {spec.file for spec in found.values()} == {f"{path}index.html" for path in found}
    assert {path for path, spec in found.items() if spec.feed} == {
        "components/downloads/",
        "components/mail/",
    }
    assert [path for path, spec in found.items() if spec.inputs is None] == [""]


def test_history_is_parted_by_months_and_the_latest_stands_first() -> None:
    found = specs(snapshot(1, 2, 40, 100))
    assert [path for path in found if path.startswith("history/")] == [
        *("history/", "history/2026-11/", "history/2026-10/", "history/2026-08/")
    ]
    assert (
        ids(found["history/"].context["entries"])
        == ids(found["history/2026-11/"].context["entries"])
        == ["i0", "i1"]
    )
    assert ids(found["history/2026-08/"].context["entries"]) == ["i3"]
    middle = found["history/2026-10/"]
    assert middle.title == "Incidents, October 2026"
    newer, older = middle.context["newer"], middle.context["older"]
    assert (newer[0].path(newer[1]), older[0].path(older[1])) == ("history/2026-11/", "history/2026-08/")
    assert found["history/2026-11/"].context["newer"] is None
    assert found["history/2026-08/"].context["older"] is None


def test_a_month_with_much_fills_several_pages() -> None:
    found = specs(snapshot(*[1] * (2 * ON_A_PAGE + 1), 40))
    paths = [path for path in found if path.startswith("history/2026-11/")]
    assert paths == ["history/2026-11/", "history/2026-11/2/", "history/2026-11/3/"]
    assert [len(found[path].context["entries"]) for path in paths] == [ON_A_PAGE, ON_A_PAGE, 1]
    chain, path = ["history/"], "history/"
    while older := found[path].context["older"]:
        path = older[0].path(older[1])
        chain.append(path)
    assert chain == ["history/", *paths[1:], "history/2026-10/"]


def test_no_history_is_a_page_that_says_so() -> None:
    found = specs(snapshot())
    assert [path for path in found if path.startswith("history/")] == ["history/"]
    assert found["history/"].context["month"] is None


@pytest.mark.parametrize(
    ("zone", "month"), [("UTC", "2026-10"), ("Europe/Berlin", "2026-11"), ("America/Los_Angeles", "2026-10")]
)
def test_months_are_those_of_the_zone_of_the_page(zone: str, month: str) -> None:
    at = "2026-10-31T23:30:00+00:00"
    place = site(incidents=[{"id": "late", "says": [f"{at} investigating", f"{at} resolved"]}], zone=zone)
    (found,) = months(history_entries(take_snapshot(place, history(FINE), NOON)), ZoneInfo(zone))
    assert found.name == month


@given(st.lists(st.integers(0, 60_000), max_size=30))
def test_months_lose_nothing_and_keep_the_order(hours: list[int]) -> None:
    zone = ZoneInfo("Europe/Berlin")
    entries = sorted(
        (HistoryEntry(NOON - timedelta(hours=ago)) for ago in hours), key=lambda it: it.at, reverse=True
    )
    found = months(entries, zone)
    assert [entry for month in found for entry in month.entries] == entries
    names = [month.name for month in found]
    assert names == sorted(set(names), reverse=True)
    assert all(0 < len(month.entries) <= month.pages * ON_A_PAGE for month in found)


def test_a_component_tells_of_its_own_and_of_nothing_that_is_still_open_twice() -> None:
    published = [
        *incidents([3], components={"search": "partial_outage"}),
        {"id": "open", "says": ["10:00 investigating"], "components": {"downloads": "major_outage"}},
        *(
            {**item, "id": f"old-{number}"}
            for number, item in enumerate(incidents([5] * (ON_A_COMPONENT + 3)))
        ),
    ]
    works = [
        {"id": "done", "window": "08:00-09:00"},
        {"id": "next", "window": "11-21 02:00-11-21 03:00", "components": ["downloads", "search"]},
    ]
    place = site({"downloads": 1, "search": 0}, published, works)
    found = specs(take_snapshot(place, history(FINE), NOON))
    mine = found["components/downloads/"].context
    assert [item.id for item in mine["active"]] == ["open"]
    assert [item.work.id for item in mine["works"]["waiting"]] == ["next"]
    assert mine["past"][0].item.work.id == "done"
    assert "open" not in ids(mine["past"])
    assert len(mine["past"]) == ON_A_COMPONENT
    other = found["components/search/"].context
    assert (other["active"], ids(other["past"])) == ([], ["i0"])
    assert [item.work.id for item in other["works"]["waiting"]] == ["next"]


def test_articles_about_a_component_the_most_particular_first() -> None:
    pages = [
        article("a.md", "downloads", "search"),
        article("b.md", "downloads"),
        article("c.md"),
        article("start/index.md", "downloads", kind="category"),
    ]
    found = articles_by_component({item.path: item for item in pages})
    assert found == {"downloads": ["b.md", "a.md"], "search": ["a.md"]}
    many = [article(f"{number}.md", "downloads") for number in range(ARTICLES + 3)]
    assert len(specs(snapshot(), *many)["components/downloads/"].context["articles"]) == ARTICLES


def test_an_incident_names_the_writers_articles_first_and_the_postmortem_apart() -> None:
    says = ["10:00 investigating", "10:30 resolved", "11:00 postmortem"]
    page = take_snapshot(site(incidents=[{"id": "stop", "says": says}]), history(FINE), NOON)
    context = specs(page, article("own.md", "downloads"))["incidents/stop/"].context
    assert [update.status for update in context["updates"]] == ["investigating", "resolved"]
    assert [update.status for update in context["postmortems"]] == ["postmortem"]
    assert context["articles"] == ["own.md"]
    assert [span.component for span in context["affected"]] == ["downloads"]


def test_what_pages_are_made_from_stays_equal_while_only_time_goes_by() -> None:
    place = site({"downloads": 1, "mail": 0}, incidents([3, 40]))
    rows = history(FINE, ["11-01 00:00-11-21 00:00 http-1"])
    first, second = (
        specs(take_snapshot(place, rows, NOON + timedelta(seconds=passed))) for passed in (0, 15)
    )
    assert list(first) == list(second)
    assert [path for path in first if first[path].inputs != second[path].inputs] == []


def test_what_happens_changes_the_pages_that_tell_of_it() -> None:
    place = site({"downloads": 1, "mail": 0}, incidents([3, 40]))
    calm, broken = (
        specs(take_snapshot(place, history(rows, ["11-01 00:00-11-21 00:00 http-1"]), NOON))
        for rows in (FINE, [*FINE, "11:50 http-1 major_outage"])
    )
    changed = [path for path in calm if path in broken and calm[path].inputs != broken[path].inputs]
    assert changed == [*("history/", "history/2026-11/", "mine/", "components/downloads/")]
