"""Whole sites for the browser tests: the sample when all is well, the sample in trouble, and a hostile one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from helpers.stores import Store, observed
from waypost.build import build_site
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import Policy
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.serving.dev_server import DevServer

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
"""When the sample was last checked: its history as text ends here."""

_AUTOMATIC = "auto-downloads-20261121-075940"
CALM_PAGES: Mapping[str, str] = {
    "home": "",
    "category": "downloads/",
    "faq": "downloads/download-questions/",
    "troubleshooting": "downloads/zip-stops-half-way/",
    "tutorial": "downloads/download-a-whole-gallery/",
    "troubleshooter": "downloads/find-out-why-a-download-stops/",
    "troubleshooter-step": "downloads/find-out-why-a-download-stops/how-far-does-it-get/",
    "troubleshooter-fixed": "downloads/find-out-why-a-download-stops/all-photos-are-saved/",
    "troubleshooter-ticket": "downloads/find-out-why-a-download-stops/write-to-us-about-the-download/",
    "troubleshooter-all": "downloads/find-out-why-a-download-stops/all/",
    "contact": "contact/",
    "search": "search/",
    "results": "search/?q=my+zip+stops",
    "missing": "no/such/page/",
    "status": "status/",
    "incident": "status/incidents/2026-11-04-card-payments-fail/",
    "history": "status/history/",
    "month": "status/history/2026-10/",
    "subscribe": "status/subscribe/",
    "mine": "status/mine/",
}
TROUBLED_PAGES: Mapping[str, str] = {
    "home-in-trouble": "",
    "status-in-trouble": "status/",
    "automatic-incident": f"status/incidents/{_AUTOMATIC}/",
    "open-incident": "status/incidents/2026-11-21-prints-late/",
    "maintenance": "status/maintenance/2026-11-21-faster-uploads/",
    "component-in-trouble": "status/components/downloads/",
    "mine-in-trouble": "status/mine/?c=downloads,uploads",
}

_INCIDENT = """\
---
title: Print orders are confirmed late
impact: minor
components: {prints: partial_outage}
articles: [payments/print-order-damaged.md]
---
## investigating · 2026-11-21T08:30:00+01:00
Orders are accepted, but the confirmation takes up to an hour. See [refunds](/payments/refunds/).

Next update by 2026-11-21T09:30:00+01:00.
"""
_MAINTENANCE = """\
---
title: Faster storage for uploads
components: [uploads]
scheduled_for: 2026-11-21T08:00:00+01:00
scheduled_until: 2026-11-21T10:00:00+01:00
---
## scheduled · 2026-11-20T10:00:00+01:00
Uploads pause for up to two hours.
"""


@dataclass(frozen=True)
class Served:
    """A site that a server on this machine shows."""

    site: Site
    server: DevServer
    url: str
    """Its root, with a slash at its end."""


@contextmanager
def served(site: Site, headers: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Serve what was built of a site, as `waypost serve` does, and send these headers with everything."""
    server = DevServer(("127.0.0.1", 0), site.output, None)
    if headers:
        _add_headers(server, headers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Served(site, server, f"http://127.0.0.1:{server.server_address[1]}/")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _add_headers(server: DevServer, headers: Mapping[str, str]) -> None:
    handler = cast("partial[Any]", server.RequestHandlerClass)

    class WithHeaders(handler.func):  # type: ignore[misc]  # made at run time
        def end_headers(self) -> None:
            for name, value in headers.items():
                self.send_header(name, value)
            super().end_headers()

    server.RequestHandlerClass = partial(WithHeaders, **handler.keywords)


def build_calm(root: Path) -> Site:
    """Build the sample as it is in the repository: everything works."""
    for name in ("content", "status"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "mkdocs.yml", root)
    build_site(Site(root), NOW)
    return Site(root)


def publish_troubled(calm: Site, root: Path) -> Site:
    """Copy a built sample and publish it with every kind of trouble, the worst of all in Downloads."""
    shutil.copytree(calm.root, root, dirs_exist_ok=True)
    site = Site(root)
    (root / "status/incidents/2026-11-21-prints-late.md").write_text(_INCIDENT)
    (root / "status/maintenance/2026-11-21-faster-uploads.md").write_text(_MAINTENANCE)
    project = load_project(site)
    observe(
        site,
        project.status.config.policy,
        {"downloads": ComponentStatus.MAJOR_OUTAGE, "search": ComponentStatus.DEGRADED_PERFORMANCE},
    )
    publish(site, project, NOW)
    return site


def observe(site: Site, policy: Policy, states: Mapping[str, ComponentStatus]) -> None:
    """Write into the site's database four answers of each component's first check."""
    with closing(Store(site.database_url)) as store:
        for component, status in states.items():
            for seconds in (20, 15, 10, 5):
                at = NOW - timedelta(seconds=seconds)
                seen = Observation(
                    component, "http-1", at, status, timedelta(milliseconds=90), "HTTP status 503"
                )
                observed(store, seen, timedelta(seconds=30), policy)


HOSTILE = (
    """</title><script>alert(1)</script> "quoted' onfocus="alert(2)" &amp; <img src=x onerror=alert(3)> 🚀"""
)
"""Put wherever a site may say something; must be shown exactly like this."""

_HOSTILE_UPDATE = f'{HOSTILE}\n\n[press](javascript:alert(4)) ![x](x "y\' onerror=alert(5)")\n'
LONG = "Donaudampfschifffahrtsgesellschaft" * 4 + " of it all"
"""Put wherever a site may say something; must fit into the narrowest window."""

HOSTILE_PAGES: Mapping[str, str] = {
    "home": "",
    "category": "start/",
    "article": "start/first/",
    "troubleshooter": "start/tree/",
    "step": "start/tree/next/",
    "all-steps": "start/tree/all/",
    "contact": "contact/",
    "search": "search/?q=zebra",
    "missing": "no/such/page/",
    "status": "status/",
    "incident": "status/incidents/2026-11-20-hostile/",
    "automatic-incident": "status/incidents/auto-web-20261121-075940/",
    "maintenance": "status/maintenance/2026-11-22-hostile/",
    "history": "status/history/",
    "component": "status/components/web/",
    "subscribe": "status/subscribe/",
    "mine": "status/mine/?c=web",
}


def _files_saying(words: str, update: str) -> dict[str, str]:
    text = words.replace("'", "''")
    at = "2026-11-21T07:50:00+00:00"
    return {
        "mkdocs.yml": f"""\
site_name: 'Name {text}'
site_url: https://help.lumen.example/
copyright: Nobody
docs_dir: content
exclude_docs: "*.yml"
theme: {{name: material, font: false}}
plugins: [waypost]
""",
        "content/index.md": f"""\
---
title: 'Home {text}'
kind: home
summary: 'Summary {text}'
placeholder: 'Ask {text}'
often_asked: [{{label: 'Often {text}', article: start/first.md}}]
popular: [start/first.md]
---
""",
        "content/start/index.md": f"""\
---
title: 'Category {text}'
kind: category
summary: 'Summary {text}'
---
Plain words.
""",
        "content/start/first.md": f"""\
---
title: 'Article {text}'
kind: troubleshooting
summary: 'Summary {text}'
components: [web]
also_asked_as: ['Alias {text}']
related: [contact.md]
---
Words about a zebra.
""",
        "content/start/tree.md": f"""\
---
title: 'Tree {text}'
kind: troubleshooter
summary: 'Summary {text}'
components: [web]
related: [start/first.md]
---
## Begin

- [On](#next)

## Next

Outcome: ticket
""",
        "content/contact.md": f"---\ntitle: 'Contact {text}'\nkind: contact\n---\nPlain words.\n",
        "content/support.yml": f"""\
office: {{name: 'Office {text}', city: Berlin, time_zone: Europe/Berlin, hours: {{monday: "09:00-18:00"}}}}
channels:
  - {{id: email, kind: email, name: 'Channel {text}', address: help@lumen.example, note: 'Note {text}'}}
ticket: {{provider: zendesk, url: "https://tickets.example.org/new"}}
""",
        "status/status.yml": f"""\
page: {{name: 'Page {text}', url: "https://help.lumen.example/status/"}}
components:
  - group: 'Group {text}'
    components:
      - id: web
        name: 'Web {text}'
        description: 'Description {text}'
        checks: [{{http: "http://127.0.0.1:9/", every: 60s}}]
  - {{id: mail, name: 'Mail {text}'}}
""",
        "status/incidents/2026-11-20-hostile.md": f"""\
---
title: 'Incident {text}'
impact: minor
components: {{mail: degraded_performance}}
articles: [start/first.md]
---
## investigating · {at}
{update}""",
        "status/maintenance/2026-11-22-hostile.md": f"""\
---
title: 'Maintenance {text}'
components: [mail]
scheduled_for: 2026-11-22T10:00:00+00:00
scheduled_until: 2026-11-22T11:00:00+00:00
---
## scheduled · {at}
{update}""",
    }


def build_hostile(root: Path) -> Site:
    """Build a tiny site that tries to run a script wherever something can be written."""
    site = _written(root, _files_saying(HOSTILE, _HOSTILE_UPDATE))
    build_site(site, NOW)
    return site


def publish_long(root: Path) -> Site:
    """Publish the status page of a tiny site in which everything has a long name."""
    site = _written(root, _files_saying(LONG, f"{LONG} `{LONG}`\n"))
    publish(site, load_project(site), NOW)
    return site


def publish_corrected(root: Path) -> Site:
    """Publish a tiny site whose incidents changed, were merged and withdrawn, and whose component is retired."""
    site = _written(root, _CORRECTED)
    publish(site, load_project(site), NOW)
    return site


CORRECTED_PAGES = (
    "status/",
    "status/history/",
    "status/components/fax/",
    "status/incidents/2026-11-20-downloads/",
    "status/incidents/2026-11-20-zip/",
    "status/incidents/2026-11-19-log-in/",
)

_CORRECTED = {
    "mkdocs.yml": "site_name: Acme\ntheme: {name: waypost}\nplugins: [waypost]\n",
    "content/index.md": "---\ntitle: Help\nkind: home\n---\n",
    "status/status.yml": """page: {name: Acme, url: "https://acme.example/status/", time_zone: Europe/Berlin}
components:
  - {id: web, name: Web, checks: [{http: "http://127.0.0.1:9/", every: 60s}]}
  - {id: downloads, name: Downloads}
retired: [{id: fax, name: Fax, until: 2026-11-19, description: Invoices by fax}]
""",
    "status/incidents/2026-11-20-downloads.md": """---
title: Downloads fail
impact: major
components: {downloads: partial_outage, fax: degraded_performance}
---
## investigating · 2026-11-20T10:00:00+01:00
They stop half way.

## monitoring · 2026-11-20T10:20:00+01:00 · downloads: degraded_performance, fax: operational
They work again, slowly.
""",
    "status/incidents/2026-11-20-zip.md": """---
title: Zip files are empty
impact: minor
components: {downloads: degraded_performance}
merged_into: 2026-11-20-downloads
---
## investigating · 2026-11-20T10:05:00+01:00
Some are empty.

## resolved · 2026-11-20T10:10:00+01:00
This goes on elsewhere.
""",
    "status/incidents/2026-11-19-log-in.md": """---
title: Nobody can log in
impact: critical
components: {web: major_outage}
---
## investigating · 2026-11-19T10:00:00+01:00
It seems so.

## withdrawn · 2026-11-19T10:30:00+01:00
It was our own test account.
""",
}


def _written(root: Path, files: Mapping[str, str]) -> Site:
    """Write a site, one component of which is down."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    site = Site(root)
    observe(site, Policy(), {"web": ComponentStatus.MAJOR_OUTAGE})
    return site
