"""One history read back from every place that shows its uptime: pages, documents, badges and commands."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from lxml import html

from helpers.sites import ROOT, minimal_site, replace, sample_site
from waypost.cli import main
from waypost.history.verification import verify_history
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)

INCIDENT = """\
---
title: Web pages fail
impact: critical
components: {web: major_outage}
---
## investigating · 2026-11-20T10:00:00Z
Pages do not open.

## monitoring · 2026-11-20T10:10:00Z · web: degraded_performance
They open again, slowly.

## resolved · 2026-11-20T15:10:00Z
All is well.
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("WAYPOST_DATABASE", raising=False)
    place = minimal_site(tmp_path / "site")
    for folder in ("incidents", "maintenance"):
        shutil.rmtree(place.root / "status" / folder)
    monkeypatch.chdir(place.root)
    monkeypatch.setattr("waypost.cli.status.utc_now", lambda: NOW)
    return place


def write_incident(place: Site) -> None:
    folder = place.root / "status/incidents"
    folder.mkdir()
    (folder / "2026-11-20-web-pages-fail.md").write_text(INCIDENT, encoding="utf-8")


def write(place: Site, changes: str, coverage: str) -> None:
    write_incident(place)
    status = place.root / "status"
    (status / "history").mkdir()
    (status / "history/changes.tsv").write_text(
        f"at\tcomponent\tcheck\tstatus\tconfirmed_at\treason\n{changes}", encoding="utf-8"
    )
    (status / "history/coverage.tsv").write_text(
        f"component\tcheck\tfrom\tuntil\n{coverage}", encoding="utf-8"
    )


def well_since(start: str) -> tuple[str, str]:
    row = f"{start}\tweb\thttp-1\toperational\t{start}\t\n"
    return row, f"web\thttp-1\t{start}\t2026-11-20T20:00:00Z\n"


def published(place: Site, now: datetime = NOW) -> Snapshot:
    return publish(place, load_project(place), now).snapshot


def document(place: Site, name: str) -> Any:
    return json.loads((place.status_output / name).read_text(encoding="utf-8"))


def page(place: Site, path: str) -> Any:
    return html.fromstring((place.status_output / path / "index.html").read_text(encoding="utf-8"))


def cells(table: Any) -> Iterator[str]:
    for cell in table.xpath(".//td"):
        yield " ".join(cell.text_content().split())


def test_ten_minutes_of_outage_and_five_hours_of_slowness_are_the_same_everywhere(site: Site) -> None:
    write(site, *well_since("2026-11-01T00:00:00Z"))
    published(site)
    (table,) = page(site, "components/web").find_class("wp-table--uptimes")
    assert list(cells(table)) == [
        "99.30 % of 24 hours",
        "99.89 % of 7 days",
        "99.96 % of 19 days",
        "99.96 % of 19 days",
        "99.96 % of 19 days",
    ]
    for found in (
        document(site, "now.json")["components"]["web"],
        document(site, "waypost.json")["components"][0],
    ):
        assert (found["uptime"]["24h"], found["uptime"]["90d"]) == (99.3, 99.96)
        assert found["coverage"]["24h"] == {"percent": 100, "source": "measured"}
        assert found["coverage"]["90d"] == {"percent": 22, "source": "measured"}
    badge = html.fromstring((site.status_output / "badge/web-uptime.svg").read_bytes())
    assert badge.findtext(".//title") == "Web pages: 99.96 % of 19 days"
    shown = CliRunner().invoke(main, ["status"])
    assert shown.exit_code == 0
    (line,) = [line for line in shown.stdout.splitlines() if "Web pages" in line and "24 hours" in line]
    assert "99.30 % of 24 hours" in line
    assert "99.96 % of the 19 days measured" in line
    assert json.loads(CliRunner().invoke(main, ["status", "--json"]).stdout)["components"]["web"]["uptime"][
        "24h"
    ] == pytest.approx(99.3)


def test_the_page_and_the_bars_say_one_sentence_for_the_days_they_show(site: Site) -> None:
    write(site, *well_since("2026-08-30T00:00:00Z"))
    published(site)
    for path in ("", "components/web", "mine"):
        (bar, *_) = page(site, path).find_class("wp-bar")
        names = {part.get("class"): part.get("aria-label") for part in bar.xpath("./*[@role='img']")}
        axes = {
            part.get("class").split()[-1]: [" ".join(it.text_content().split()) for it in part]
            for part in bar.getparent().getparent().find_class("wp-axis")[:2]
        }
        whole, half = "99.99 % of the 82 days measured", "99.98 % of 45 days"
        assert axes == {
            "wp-bar__whole": ["90 days ago", whole, "today"],
            "wp-bar__half": ["45 days ago", half, "today"],
        }, path
        assert names["wp-bar__whole"].startswith("The last 90 days: "), path
        assert names["wp-bar__whole"].endswith(f" Uptime: {whole}."), path
        assert names["wp-bar__half"].startswith("The last 45 days: 44 operational, 1 major outage."), path
        assert names["wp-bar__half"].endswith(f" Uptime: {half}."), path


def test_a_new_site_with_a_past_incident_and_no_poll_shows_no_percentage(site: Site) -> None:
    write_incident(site)
    replace(site.root / "status/status.yml", "  - id: mail\n    name: Mail\n", "")
    published(site)
    texts = [path.read_text(encoding="utf-8") for path in site.status_output.rglob("*.html")]
    shown = [" ".join(html.fromstring(text).xpath("//main//text()")) for text in texts]
    # How much of a day is data is no uptime, and 99.9 % is what is aimed at.
    numbers = {found for text in shown for found in re.findall(r"\w+ \w+ [\d.]+ % \w+", text)}
    assert {found for found in numbers if not found.startswith(("Data for", "goal is"))} == set()
    assert document(site, "now.json")["components"]["web"]["uptime"]["90d"] is None
    summary = document(site, "api/v2/summary.json")
    assert summary["status"]["indicator"] == "none"
    assert [item["status"] for item in summary["components"]] == ["operational"] * len(summary["components"])
    assert document(site, "now.json")["indicator"] == "none"


def test_the_sample_shows_no_contradiction_without_a_poller_and_after_four_months(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYPOST_DATABASE", raising=False)
    place = sample_site(tmp_path / "sample")
    end = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    for now in (end, end + timedelta(days=8), end + timedelta(days=120)):
        snapshot = published(place, now)
        found = document(place, "now.json")
        assert (found["indicator"], document(place, "api/v2/status.json")["status"]["indicator"]) == (
            "none",
        ) * 2
        assert found["incidents"] == []
        for item in snapshot.components:
            assert item.known_status == "operational"
            window = item.uptimes.windows["90d"]
            assert (window.ratio is None) == (now > end + timedelta(days=90)), item.id
        captions = page(place, "").xpath("//*[contains(@class, 'wp-axis')]/span[2]/text()")
        assert all(" % of " in text or text == "no percentage: nothing measured" for text in captions)
        assert any("%" in text for text in captions) == (now < end + timedelta(days=90))


def test_what_is_published_is_proven_and_fits_its_schema(site: Site) -> None:
    write(site, *well_since("2026-11-20T19:30:00Z"))
    published(site)
    proof = verify_history(site, None, NOW)
    assert proof.percentages.differences == ()
    assert proof.percentages.compared > 60
    schema = json.loads((ROOT / "docs/schema/now.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document(site, "now.json"))
    now = document(site, "now.json")
    now["components"]["web"]["coverage"]["24h"]["percent"] = 100
    (site.status_output / "now.json").write_text(json.dumps(now), encoding="utf-8")
    (difference,) = verify_history(site, None, NOW).percentages.differences
    assert difference.what == "components.web.coverage.24h.percent"
