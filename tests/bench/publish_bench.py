"""Measure publishing: whole, after one change, and from a failing answer to the file on disk.

Run it with `make bench-publish`. `--profile` shows where the time goes after one change of state.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from waypost.app.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROUNDS = 7

INCIDENT = """\
---
title: Downloads {n} stop half way
impact: minor
components: {{component-{c}: degraded_performance}}
---
## investigating · {begin}
Downloads of **large galleries** stop half way since {n} o'clock. Single photos are not affected.

Next update by {promised}.

## resolved · {end}
A disk of one of our stores was full. We gave it more room, and [watch it](/downloads/) from now on.
"""


def make_site(folder: Path, components: int, incidents: int, *, address: str = "http://127.0.0.1:9/") -> Site:
    """Write a site with so many components, in groups of ten, and so many incidents of the last two years."""
    status = folder / "status"
    (status / "incidents").mkdir(parents=True)
    (folder / "content").mkdir()
    (folder / "content" / "index.md").write_text("---\ntitle: Help\nkind: home\n---\nHello.\n")
    (folder / "mkdocs.yml").write_text(
        "site_name: Bench\ndocs_dir: content\ntheme: {name: material}\nplugins: [waypost]\n"
    )
    lines = [
        "page: {name: Bench, url: 'https://status.example.org/', time_zone: Europe/Berlin}",
        "components:",
    ]
    for n in range(components):
        if n % 10 == 0:
            lines += [f"  - group: Group {n // 10}", "    components:"]
        lines.append(
            f"      - {{id: component-{n}, name: Component {n}, description: What number {n} does for people, "
            f"checks: [{{http: '{address}', every: 60s}}]}}"
        )
    (status / "status.yml").write_text("\n".join(lines) + "\n")
    for n in range(incidents):
        begin = NOW - timedelta(hours=17 * n + 5)
        said = {"begin": begin, "promised": begin + 30 * MINUTE, "end": begin + 47 * MINUTE}
        text = INCIDENT.format(n=n, c=n % components, **{name: at.isoformat() for name, at in said.items()})
        (status / "incidents" / f"{begin:%Y-%m-%d}-downloads-{n}.md").write_text(text)
    return Site(folder)
