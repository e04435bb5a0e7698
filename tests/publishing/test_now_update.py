"""What now.json says of an incident in words: the first sentence of its latest update, which searches quote."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpers.sites import minimal_site
from waypost.authoring.incidents import NewIncident, new_update, plan_open, plan_update
from waypost.authoring.io.planned_files import write_planned
from waypost.formats.status import ComponentStatus, Impact, UpdateStatus
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_first_sentence_of_the_latest_update_is_told_without_its_marks(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    new = NewIncident("Pages do not open", {"web": ComponentStatus.PARTIAL_OUTAGE}, Impact.MAJOR)
    write_planned(plan_open(site, new, "They stay **white**. We look.", NOW, timedelta(minutes=30)).files)
    assert told(site, 1) == "They stay white."
    update = new_update(UpdateStatus.IDENTIFIED, "A [disk](https://x.example) is full.\n\nMore soon.", NOW)
    write_planned(plan_update(site, "pages", update).files)
    assert told(site, 2) == "A disk is full."


def told(site: Site, minutes: int) -> str:
    publish(site, load_project(site), NOW + timedelta(minutes=minutes))
    now = json.loads((site.status_output / "now.json").read_text(encoding="utf-8"))
    [incident] = now["incidents"]
    return str(incident["update"])
