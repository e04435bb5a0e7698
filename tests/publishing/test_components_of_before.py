"""Components that were retired or renamed: history, old incidents and every address stay true."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from waypost.base.files.languages import load_words
from waypost.formats.status import ComponentStatus, Coverage, StateChange
from waypost.formats.status_site import History
from waypost.publishing.files import status_files
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.snapshot import take_snapshot

NOW = datetime.fromisoformat("2026-11-20T12:00:00+01:00")
CONFIG = """
page: {name: Acme, url: "https://acme.example/status/", time_zone: Europe/Berlin}
components:
  - {id: %s, name: Mail, checks: [{http: "http://127.0.0.1:9/", every: 60s}]%s}
  - {id: api, name: API}
%s
"""
INCIDENT = """---
title: Nobody can log in
impact: major
components: {web: major_outage, mail: partial_outage}
---
## investigating · 2026-11-19T10:00:00+01:00
It fails.

## monitoring · 2026-11-19T10:20:00+01:00 · web: operational
Better.

## resolved · 2026-11-19T11:00:00+01:00
It works again.
"""
WORK = """---
title: New disks
components: [web, mail]
scheduled_for: 2026-11-18T02:00:00+01:00
scheduled_until: 2026-11-18T03:00:00+01:00
---
## scheduled · 2026-11-10T02:00:00+01:00
Soon.
"""
WEB = "  - {id: web, name: Web}"
RETIRED = "retired: [{id: web, name: Web, until: 2026-11-19}]"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+01:00")


ROWS = History(
    changes=tuple(
        StateChange("web", "http-1", moment(at), status, moment(at))
        for at, status in (
            ("17T09:00", ComponentStatus.OPERATIONAL),
            ("17T10:00", ComponentStatus.MAJOR_OUTAGE),
            ("17T10:30", ComponentStatus.OPERATIONAL),
        )
    ),
    coverage=(Coverage("web", "http-1", moment("17T09:00"), moment("17T12:00")),),
)


def published(root: Path, config: str) -> dict[str, bytes]:
    root.mkdir()
    for path, text in {
        "status/status.yml": config,
        "status/incidents/2026-11-19-log-in.md": INCIDENT,
        "status/maintenance/2026-11-18-disks.md": WORK,
        "content/index.md": "---\ntitle: Help\nkind: home\n---\n",
        "mkdocs.yml": "site_name: Acme\ntheme: {name: waypost}\nplugins: [waypost]\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    project = load_project(Site(root))
    snapshot = take_snapshot(project.status, ROWS, NOW, load_words())
    return status_files(snapshot, project, {})


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    root = tmp_path_factory.mktemp("sites")
    return {
        "before": published(root / "before", CONFIG % ("mail", "", WEB)),
        "retired": published(root / "retired", CONFIG % ("mail", "", RETIRED)),
        "renamed": published(root / "renamed", CONFIG % ("post", ", formerly: [mail]", WEB)),
    }


def api(files: dict[str, bytes], name: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(files[f"api/v2/{name}.json"])
    return found


@pytest.mark.parametrize("change", ["retired", "renamed"])
def test_no_address_and_no_id_is_lost(sites: dict[str, dict[str, bytes]], change: str) -> None:
    lost = sites["before"].keys() - sites[change].keys()
    # Of what is no more there is no uptime to come.
    assert lost == ({"badge/web-uptime.svg"} if change == "retired" else set())
    before, after = (api(sites[name], "incidents")["incidents"] for name in ("before", change))
    ids = [[update["id"] for update in item["incident_updates"]] for item in before]  # type: ignore[attr-defined]
    assert [[update["id"] for update in item["incident_updates"]] for item in after] == ids  # type: ignore[attr-defined]
    changed = [
        [
            {(row["code"], row["new_status"]) for row in update["affected_components"] or ()}
            for item in found
            for update in item["incident_updates"]  # type: ignore[attr-defined]
        ]
        for found in (before, after)
    ]
    assert changed[0] == changed[1]


def test_incidents_that_checks_found_stay_when_their_component_is_retired(
    sites: dict[str, dict[str, bytes]],
) -> None:
    page = "incidents/auto-web-20261117-090000/index.html"
    assert sites["before"].keys() & sites["retired"].keys() >= {page}
    assert b"30 minutes" in sites["retired"][page]


def test_a_retired_component_is_gone_from_the_present(sites: dict[str, dict[str, bytes]]) -> None:
    files = sites["retired"]
    assert [item["name"] for item in api(files, "components")["components"]] == ["Mail", "API"]
    assert b'data-wp-component="web"' not in files["index.html"]
    assert b"Retired" in files["components/web/index.html"]
    assert b"Nobody can log in" in files["components/web/index.html"]
    assert b"Retired" in files["badge/web.svg"]
    document = json.loads(files["waypost.json"])
    assert [(it["id"], it["until"]) for it in document["retired"]] == [("web", "2026-11-19")]
    (incident,) = (it for it in document["incidents"] if it["id"] == "2026-11-19-log-in")
    assert [(it["component"], it["status"]) for it in incident["affected"]] == [
        ("web", "major_outage"),
        ("mail", "partial_outage"),
    ]


def test_a_renamed_component_leads_on_from_its_old_addresses(sites: dict[str, dict[str, bytes]]) -> None:
    files = sites["renamed"]
    assert b"components/post/" in files["components/mail/index.html"]
    assert files["components/mail/feed.atom"] == files["components/post/feed.atom"]
    assert files["badge/mail.svg"] == files["badge/post.svg"]
    ids = {name: api(sites[name], "components")["components"][0]["id"] for name in ("before", "renamed")}
    assert ids["before"] == ids["renamed"]


def test_rows_of_the_old_id_count_for_the_new_one() -> None:
    assert replace(ROWS).renamed({"web": "portal"}).changes[0].component == "portal"
    assert ROWS.renamed({"web": "web"}) is ROWS
