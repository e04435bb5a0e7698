"""What every published file says of the page, read back as a stranger would: facts by name.

Facts of one name can be compared between files: `READERS` has one entry for each kind of file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
from icalendar import Calendar
from lxml import html

from waypost.formats.status import Update, UpdateStatus
from waypost.publishing.api.statuspage import LABELS, api_status, in_api_words
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot

Facts = dict[str, Any]
Said = tuple[str, str]
"""What the latest update is called, and its text."""

WORDS = {status.value: LABELS[status] for status in UpdateStatus} | {"cancelled": "Cancelled"}
STATES = {
    "Operational": "operational",
    "Degraded performance": "degraded_performance",
    "Partial outage": "partial_outage",
    "Major outage": "major_outage",
    "Under maintenance": "under_maintenance",
    "No data": "no_data",
}


def tidy(text: str) -> str:
    return " ".join(text.split())


def expected(snapshot: Snapshot) -> Facts:
    """Return the facts that the snapshot itself holds."""
    stories = {f"incidents/{item.id}/": item.updates[-1] for item in snapshot.incidents}
    works = {f"maintenance/{item.work.id}/": item.updates[-1] for item in snapshot.maintenances}
    published = {**stories, **works}
    api = {path: in_api_words(update, snapshot) for path, update in published.items()}
    busy = {
        path: item.status
        for path, item in ((f"maintenance/{it.work.id}/", it) for it in snapshot.maintenances)
    }
    return {
        "states": {item.id: item.status.value for item in snapshot.components},
        "known states": {item.name: item.known_status.value for item in snapshot.components},
        "indicator": snapshot.indicator,
        "status": snapshot.headline.status.value,
        "headline": tidy(snapshot.headline.sentence),
        "open": {f"incidents/{item.id}/" for item in snapshot.active},
        "said": {path: told_of(update) for path, update in published.items()},
        "said in the API": {path: (LABELS[update.status], tidy(update.body)) for path, update in api.items()},
        "planned": {f"maintenance/{item.work.id}/" for item in snapshot.planned},
        "running": {
            path
            for path, status in busy.items()
            if status in (UpdateStatus.IN_PROGRESS, UpdateStatus.VERIFYING)
        },
        "work": {path: WORDS[status] for path, status in busy.items()},
        "work in the API": {path: LABELS[api_status(status)] for path, status in busy.items()},
        "cancelled": {path for path, status in busy.items() if status is UpdateStatus.CANCELLED},
        "windows": {
            f"maintenance/{item.work.id}/": (item.work.scheduled_for, item.work.scheduled_until)
            for item in snapshot.maintenances
        },
        "news of components": news_of_components(snapshot),
        "said of components": {
            name: {path: told_of(published[path]) for path in paths}
            for name, paths in news_of_components(snapshot).items()
        },
        "said of impacts": {
            impact: {path: told_of(published[path]) for path in paths}
            for impact, paths in news_of_impacts(snapshot).items()
        },
        "uptimes": {item.id: percent_of(item) for item in snapshot.components},
        "history": history_of(snapshot),
        "months": list(history_of(snapshot)),
        "latest month": next(iter(history_of(snapshot).values()), []),
        "work on components": {
            component.id: {
                f"maintenance/{item.work.id}/"
                for item in snapshot.maintenances
                if component.id in item.work.components
            }
            for component in snapshot.components
        },
    }


def told_of(update: Update) -> Said:
    return WORDS[update.status], tidy(update.body)


def percent_of(component: ComponentSnapshot) -> str:
    """Return an uptime as pages write it, computed from the ratio: 99.996 % is not 100 %."""
    ratio = component.uptime.ratio
    hundredths = None if ratio is None else int(ratio * 10_000 + 1e-9)
    return in_percent(None if hundredths is None else hundredths / 100)


def in_percent(number: float | None) -> str:
    if number is None:
        return "no data"
    return "100 %" if number == 100 else f"{number:.2f} %"


def news_of_components(snapshot: Snapshot) -> dict[str, set[str]]:
    stories = {f"incidents/{item.id}/": item.components for item in snapshot.incidents}
    works = {f"maintenance/{item.work.id}/": item.work.components for item in snapshot.maintenances}
    return {
        component.id: {path for path, names in [*stories.items(), *works.items()] if component.id in names}
        for component in snapshot.components
    }


def news_of_impacts(snapshot: Snapshot) -> dict[str, set[str]]:
    """Return what each impact has in its feeds: that of a lower one tells of what is worse too."""
    ranks = ("none", "minor", "major", "critical")
    stories = {f"incidents/{item.id}/": ranks.index(item.impact) for item in snapshot.incidents}
    found = {
        impact: {path for path, rank in stories.items() if rank >= ranks.index(impact)}
        for impact in ranks[1:]
    }
    return {**found, "maintenance": {f"maintenance/{item.work.id}/" for item in snapshot.maintenances}}


Line = tuple[str, str, str, str]
"""What a line of the history says: its place, its title, its tag, and the words or names below it."""


def history_of(snapshot: Snapshot) -> dict[str, list[Line]]:
    """Return the lines of each month of the page's zone, the newest first."""
    dated: list[tuple[datetime, Line]] = []
    for item in snapshot.incidents:
        if item.continued_as:
            continue
        ends = [update for update in item.updates if update.status is UpdateStatus.RESOLVED]
        tag = "Resolved" if ends else item.impact.value.capitalize().replace("None", "Information")
        words = tidy((ends or list(item.updates))[-1].body)
        dated.append((item.started, (f"incidents/{item.id}/", tidy(item.title), tag, words)))
    for work in (it for it in snapshot.maintenances if it.is_over):
        tag = "Cancelled" if work.status is UpdateStatus.CANCELLED else "Maintenance"
        names = " and ".join(snapshot.names[name] for name in work.work.components)
        line = (f"maintenance/{work.work.id}/", tidy(work.work.title), tag, names)
        dated.append((min(work.start, work.work.updated_at) if tag == "Cancelled" else work.start, line))
    found: dict[str, list[Line]] = {}
    for at, line in sorted(dated, key=lambda pair: pair[0], reverse=True):
        found.setdefault(f"{at.astimezone(ZoneInfo(snapshot.page.time_zone)):%Y-%m}", []).append(line)
    return found


def place(address: str) -> str:
    """Return `incidents/ID/` or `maintenance/ID/` of an address that holds it."""
    found = re.search(r"(?:incidents|maintenance)/[^/#]+/", address)
    assert found, address
    return found[0]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# JSON


def document(path: Path) -> Any:
    return json.loads(path.read_bytes())


def status_json(folder: Path) -> Facts:
    return {"indicator": document(folder / "api/v2/status.json")["status"]["indicator"]}


def components_json(folder: Path) -> Facts:
    rows = document(folder / "api/v2/components.json")["components"]
    return {"known states": {row["name"]: row["status"] for row in rows if not row["group"]}}


def summary_json(folder: Path) -> Facts:
    found = document(folder / "api/v2/summary.json")
    works = {place(row["shortlink"]): row["status"] for row in found["scheduled_maintenances"]}
    return {
        "indicator": found["status"]["indicator"],
        "known states": {row["name"]: row["status"] for row in found["components"] if not row["group"]},
        "open": {place(row["shortlink"]) for row in found["incidents"]},
        "planned": set(works),
        "running": {path for path, status in works.items() if status != "scheduled"},
    }


def api_lists(folder: Path) -> Facts:
    """Read the lists together, of which each holds a part."""
    api = folder / "api/v2"
    incidents = document(api / "incidents.json")["incidents"]
    works = document(api / "scheduled-maintenances.json")["scheduled_maintenances"]
    unresolved = document(api / "incidents/unresolved.json")["incidents"]
    parts = {
        name: document(api / f"scheduled-maintenances/{name}.json")["scheduled_maintenances"]
        for name in ("active", "upcoming")
    }
    latest = {place(row["shortlink"]): row["incident_updates"][0] for row in [*incidents, *works]}
    windows = {
        place(row["shortlink"]): (moment(row["scheduled_for"]), moment(row["scheduled_until"]))
        for row in works
    }
    return {
        "open": {place(row["shortlink"]) for row in unresolved},
        "said in the API": {path: (WORDS[row["status"]], tidy(row["body"])) for path, row in latest.items()},
        "planned": {place(row["shortlink"]) for rows in parts.values() for row in rows},
        "running": {place(row["shortlink"]) for row in parts["active"]},
        "work in the API": {place(row["shortlink"]): WORDS[row["status"]] for row in works},
        "windows": windows,
    }


def now_json(folder: Path) -> Facts:
    found = document(folder / "now.json")
    return {
        "states": {name: item["status"] for name, item in found["components"].items()},
        "indicator": found["indicator"],
        "status": found["status"],
        "headline": tidy(found["headline"]),
        "open": {item["path"] for item in found["incidents"]},
        "running": {item["path"] for item in found["maintenances"]},
    }


def waypost_json(folder: Path) -> Facts:
    found = document(folder / "waypost.json")
    works = {place(item["url"]): item for item in found["maintenances"]}
    stories = {place(item["url"]): item for item in found["incidents"]}
    latest = {path: item["updates"][-1] for path, item in {**stories, **works}.items()}
    names = [item["id"] for item in found["components"]]
    return {
        "states": {item["id"]: item["status"] for item in found["components"]},
        "known states": {item["name"]: item["known_status"] for item in found["components"]},
        "uptimes": {item["id"]: in_percent(item["uptime"]["90d"]) for item in found["components"]},
        "indicator": found["indicator"],
        "status": found["status"],
        "headline": tidy(found["headline"]),
        "open": {path for path, item in stories.items() if item["is_open"]},
        "said": {path: (WORDS[row["status"]], tidy(row["body"])) for path, row in latest.items()},
        "planned": {path for path, item in works.items() if item["status"] not in ("completed", "cancelled")},
        "running": {path for path, item in works.items() if item["status"] in ("in_progress", "verifying")},
        "work": {path: WORDS[item["status"]] for path, item in works.items()},
        "cancelled": {path for path, item in works.items() if item["status"] == "cancelled"},
        "windows": {
            path: (moment(item["scheduled_for"]), moment(item["scheduled_until"]))
            for path, item in works.items()
        },
        "news of components": {
            name: {path for path, item in {**stories, **works}.items() if name in item["components"]}
            for name in names
        },
    }


# Pages


def main_part(path: Path) -> Any:
    (found,) = html.fromstring(path.read_text(encoding="utf-8")).iter("main")
    return found


def links(element: Any, kind: str) -> set[str]:
    return {
        place(a.get("href")) for a in element.iter("a") if re.search(rf"{kind}/[^/]+/$", a.get("href", ""))
    }


def front_page(folder: Path) -> Facts:
    page = main_part(folder / "index.html")
    (state,) = page.find_class("wp-state")
    (live,) = page.xpath(".//*[@data-wp-live='news']")
    rows = page.xpath(".//*[@data-wp-component]")
    return {
        "states": {row.get("data-wp-component"): row.get("data-status") for row in rows},
        "uptimes": {row.get("data-wp-component"): below_bar(row.getparent()) for row in rows},
        "status": state.get("data-status"),
        "headline": tidy(next(page.iter("h1")).text_content()),
        "open": links(live, "incidents"),
        "planned": links(live, "maintenance"),
    }


def below_bar(element: Any) -> str:
    """Return the uptime that stands below the bar of a component, without what it rests on."""
    (words,) = element.xpath(".//*[@class='wp-axis wp-bar__whole']/span[2]")
    return percent_in(words.text_content())


def percent_in(sentence: str) -> str:
    """Return the percentage that a sentence begins with."""
    found = re.match(r"[\d.]+ %", tidy(sentence))
    return found[0] if found else "no data"


def component_pages(folder: Path) -> Facts:
    states, uptimes = {}, {}
    for path in folder.glob("components/*/index.html"):
        page = main_part(path)
        (row,) = page.xpath(".//*[@data-wp-component]")
        states[row.get("data-wp-component")] = row.get("data-status")
        uptimes[row.get("data-wp-component")] = below_bar(page)
    return {"states": states, "uptimes": uptimes}


def chosen_components(folder: Path) -> Facts:
    rows = main_part(folder / "mine/index.html").xpath(".//*[@data-wp-component]")
    return {
        "states": {row.get("data-wp-component"): row.get("data-status") for row in rows},
        "uptimes": {row.get("data-wp-component"): below_bar(row.getparent()) for row in rows},
    }


def history_lines(path: Path) -> Iterator[Line]:
    for panel in main_part(path).find_class("wp-panel"):
        (link,) = panel.xpath(".//h3/a")
        tag = panel.find_class("wp-tag")[0]
        words = panel.find_class("wp-muted")[0]
        yield (
            place(link.get("href")),
            tidy(link.text_content()),
            tidy(tag.text_content()),
            tidy(words.text_content()),
        )


def months_beside(path: Path) -> list[str]:
    """Return the months that a page of the history leads to, in their order."""
    return [
        found[1]
        for link in main_part(path).xpath(".//ul[@class='wp-links']//a")
        if (found := re.search(r"history/(\d{4}-\d\d)/$", link.get("href")))
    ]


def history_months(folder: Path) -> Facts:
    """Read the pages of every month; those of a long one are numbered from the second on."""
    found: dict[str, dict[int, list[Line]]] = {}
    names: list[list[str]] = []
    for path in folder.glob("history/*/**/index.html"):
        month, *number = path.parent.relative_to(folder / "history").parts
        found.setdefault(month, {})[int(number[0]) if number else 1] = list(history_lines(path))
        names.append(months_beside(path))
    assert all(name == names[0] for name in names), "every page leads to the same months"
    whole = {
        month: [line for _, lines in sorted(parts.items()) for line in lines]
        for month, parts in found.items()
    }
    return {"history": whole, "months": names[0] if names else []}


def history_front(folder: Path) -> Facts:
    path = folder / "history/index.html"
    return {"latest month": list(history_lines(path)), "months": months_beside(path)}


def timeline_pages(folder: Path) -> Facts:
    """Read the pages of incidents and maintenance: the first entry of the timeline is the latest."""
    texts, work = {}, {}
    for path in [*folder.glob("incidents/*/index.html"), *folder.glob("maintenance/*/index.html")]:
        page = main_part(path)
        name = f"{path.parent.relative_to(folder).as_posix()}/"
        # A postmortem stands apart from the timeline, and is the last word.
        apart = page.find_class("wp-postmortem")
        entry = apart[-1] if apart else page.xpath(".//ol[contains(@class, 'wp-timeline')]/li")[0]
        step = "postmortem" if apart else entry.get("data-step").replace("-", "_")
        texts[name] = (WORDS[step], tidy(entry.find_class("wp-prose")[0].text_content()))
        if name.startswith("maintenance/"):
            word = tidy(page.find_class("wp-tag")[0].text_content())
            work[name] = "Scheduled" if word == "Planned" else word
    return {"said": texts, "work": work}


def plain_text(folder: Path) -> Facts:
    text = (folder / "status.txt").read_text(encoding="utf-8")
    states = re.findall(rf"^ *(\S+) +({'|'.join(STATES)})$", text, re.MULTILINE)
    return {
        "states": {name.lower(): STATES[word] for name, word in states},
        "open": {place(line) for line in text.splitlines() if re.search(r"/incidents/[^/]+/$", line)},
        "planned": {place(line) for line in text.splitlines() if re.search(r"/maintenance/[^/]+/$", line)},
    }


# Feeds, calendars, badges


def news_items(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the place, title and text of each item of a feed, newest first."""
    if path.suffix == ".json":
        for item in document(path)["items"]:
            yield place(item["url"]), item["title"], item["content_html"]
        return
    found = feedparser.parse(path.read_bytes())
    assert found.bozo == 0, found.get("bozo_exception")
    for entry in found.entries:
        yield place(entry.link), entry.title, entry.content[0].value if "content" in entry else entry.summary


def text_of(markup: str) -> str:
    return tidy(html.fromstring(f"<div>{markup}</div>").text_content())


def feed(name: str) -> Callable[[Path], Facts]:
    return lambda folder: {"said": latest_news(folder / name)}


def latest_news(path: Path) -> dict[str, Said]:
    """Return the latest item about each incident and maintenance."""
    texts: dict[str, Said] = {}
    for name, title, body in news_items(path):
        texts.setdefault(name, (title[1:].partition("]")[0], text_of(body)))
    return texts


def story_feed(name: str) -> Callable[[Path], Facts]:
    """Read a feed as clients of Statuspage do: the first <strong> is the present status."""

    def read(folder: Path) -> Facts:
        texts = {}
        for path, _, body in news_items(folder / name):
            label, text = text_of(body.partition("<strong>")[2].partition("</p>")[0]).split(" - ", 1)
            texts[path] = (label, text)
        return {"said in the API": texts}

    return read


def feeds_below(parent: str, fact: str) -> Callable[[Path], Facts]:
    """Read the feeds of each folder in one: those of all formats say the same."""

    def read(folder: Path) -> Facts:
        published: dict[str, dict[str, Said]] = {}
        for path in sorted(folder.glob(f"{parent}/*/feed.*")):
            found = latest_news(path)
            assert published.setdefault(path.parent.name, found) == found, path
        return {fact: published}

    return read


def events(path: Path) -> dict[str, Any]:
    calendar = Calendar.from_ical(path.read_bytes())
    return {place(str(event["URL"])): event for event in calendar.walk("VEVENT")}


def calendar(folder: Path) -> Facts:
    found = events(folder / "maintenance.ics")
    return {
        "windows": {
            path: (event.decoded("DTSTART").astimezone(UTC), event.decoded("DTEND").astimezone(UTC))
            for path, event in found.items()
        },
        "cancelled": {path for path, event in found.items() if event["STATUS"] == "CANCELLED"},
    }


def component_calendars(folder: Path) -> Facts:
    return {
        "work on components": {
            path.parent.name: set(events(path)) for path in folder.glob("components/*/maintenance.ics")
        }
    }


def badges(folder: Path) -> Facts:
    words = {
        path.stem: html.fromstring(path.read_bytes()).findtext(".//title").rpartition(": ")[2]
        for path in folder.glob("badge/*.svg")
    }
    status = STATES[words.pop("overall")]
    states = {name: STATES[word] for name, word in words.items() if not name.endswith("-uptime")}
    uptimes = {name: percent_in(words[f"{name}-uptime"]) for name in states}
    return {"states": states, "status": status, "uptimes": uptimes}


READERS: Mapping[str, tuple[str, Callable[[Path], Facts]]] = {
    # The files that it reads, as a pattern, and the reader.
    "API: status": (r"api/v2/status\.json", status_json),
    "API: components": (r"api/v2/components\.json", components_json),
    "API: summary": (r"api/v2/summary\.json", summary_json),
    "API: lists": (r"api/v2/(incidents|scheduled-maintenances)(/\w+)?\.json", api_lists),
    "now.json": (r"now\.json", now_json),
    "waypost.json": (r"waypost\.json", waypost_json),
    "front page": (r"index\.html", front_page),
    "pages of components": (r"components/[^/]+/index\.html", component_pages),
    "pages of incidents and maintenance": (r"(incidents|maintenance)/[^/]+/index\.html", timeline_pages),
    "chosen components": (r"mine/index\.html", chosen_components),
    "history": (r"history/index\.html", history_front),
    "history by month": (r"history/\d{4}-\d\d/(\d+/)?index\.html", history_months),
    "status.txt": (r"status\.txt", plain_text),
    "feed.atom": (r"feed\.atom", feed("feed.atom")),
    "feed.rss": (r"feed\.rss", feed("feed.rss")),
    "feed.json": (r"feed\.json", feed("feed.json")),
    "history.atom": (r"history\.atom", story_feed("history.atom")),
    "history.rss": (r"history\.rss", story_feed("history.rss")),
    "feeds of components": (
        r"components/[^/]+/feed\.\w+",
        feeds_below("components", "said of components"),
    ),
    "feeds of impacts": (r"impact/[^/]+/feed\.\w+", feeds_below("impact", "said of impacts")),
    "calendar": (r"maintenance\.ics", calendar),
    "calendars of components": (r"components/[^/]+/maintenance\.ics", component_calendars),
    "badges": (r"badge/[^/]+\.svg", badges),
}

WITHOUT_FACTS: Mapping[str, str] = {
    r"assets/.*": "styles and scripts",
    r"banner\.js": "a script that reads now.json",
    r"waypost\.schema\.json": "a schema",
    r"subscribe/index\.html": "links to other files",
}
"""Files that say nothing of the page that is not said elsewhere, and why."""
