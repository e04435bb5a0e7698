"""Whole sites for the browser tests: the sample when all is well, the sample in trouble, and a hostile one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waypost.adapters.dev_server import DevServer
from waypost.adapters.store import Store
from waypost.app.build import build_site
from waypost.app.publish import publish
from waypost.app.site import Site, load_project
from waypost.core.states import confirm
from waypost.model.status import ComponentStatus, Observation, Policy

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
    "contact": "contact/",
    "missing": "no/such/page/",
    "status": "status/",
    "incident": "status/incidents/2026-11-04-card-payments-fail/",
    "history": "status/history/",
}
TROUBLED_PAGES: Mapping[str, str] = {
    "home-in-trouble": "",
    "status-in-trouble": "status/",
    "automatic-incident": f"status/incidents/{_AUTOMATIC}/",
    "open-incident": "status/incidents/2026-11-21-prints-late/",
    "maintenance": "status/maintenance/2026-11-21-faster-uploads/",
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
def served(site: Site) -> Iterator[Served]:
    """Serve what was built of a site, as `waypost serve` does."""
    server = DevServer(("127.0.0.1", 0), site.output, None)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Served(site, server, f"http://127.0.0.1:{server.server_address[1]}/")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
                seen = Observation(component, "http-1", at, status, timedelta(milliseconds=90), "HTTP status 503")
                store.record(
                    seen, timedelta(seconds=30), lambda state, recent: confirm(state, recent, policy)
                )
