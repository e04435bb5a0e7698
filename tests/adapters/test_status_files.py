from __future__ import annotations

from pathlib import Path

from waypost.adapters.status_files import load_status_config, load_status_site

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
