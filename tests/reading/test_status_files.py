from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from waypost.formats.status import UpdateStatus
from waypost.reading.io.status_files import load_status_config, load_status_site

MINIMAL = Path(__file__).parent.parent / "projects" / "minimal"


def test_the_minimal_site_is_read() -> None:
    config, problems = load_status_config(MINIMAL)
    assert problems == []
    assert config is not None
    site, problems = load_status_site(MINIMAL, config)
    assert problems == []
    assert [item.id for item in (*site.incidents, *site.maintenances)] == [
        "2026-10-02-mail-arrives-late",
        "2026-10-18-new-disks",
    ]


REPEATING = """---
title: Backups are checked
components: [web]
scheduled_for: 2026-10-23T02:30:00+02:00
scheduled_until: 2026-10-23T04:00:00+02:00
repeats: {every: day, until: 2026-10-26}
---
## scheduled · 2026-10-20T10:00:00+02:00
Pages pause.

## cancelled · 2026-10-21T10:00:00+02:00 · 2026-10-24
Not on that day.

## completed · 2026-10-26T02:45:00+01:00
All are good.

Edited 2026-10-26T09:00:00+01:00
"""


def test_each_window_of_work_that_repeats_is_a_maintenance_in_the_zone_of_the_page(tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(MINIMAL, root)
    config = root / "status" / "status.yml"
    text = config.read_text(encoding="utf-8")
    assert "time_zone: Europe/Berlin" in text
    (root / "status" / "maintenance" / "backups.md").write_text(REPEATING, encoding="utf-8")
    loaded, _ = load_status_config(root)
    assert loaded is not None
    site, problems = load_status_site(root, loaded)
    assert problems == []
    found = {work.id: work for work in site.maintenances if work.series == "backups"}
    assert {name: work.scheduled_for.isoformat() for name, work in found.items()} == {
        "backups-2026-10-23": "2026-10-23T02:30:00+02:00",
        "backups-2026-10-24": "2026-10-24T02:30:00+02:00",
        "backups-2026-10-25": "2026-10-25T02:30:00+02:00",
        "backups-2026-10-26": "2026-10-26T02:30:00+01:00",
    }
    assert [work.updates[-1].status for work in found.values()] == [
        UpdateStatus.SCHEDULED,
        UpdateStatus.CANCELLED,
        UpdateStatus.SCHEDULED,
        UpdateStatus.COMPLETED,
    ]
    last = found["backups-2026-10-26"].updates[-1]
    assert (last.body, last.edited) == ("All are good.", datetime(2026, 10, 26, 8, tzinfo=UTC))
    assert last.window is None
    assert found["backups-2026-10-24"].updates[-1].window == date(2026, 10, 24)
