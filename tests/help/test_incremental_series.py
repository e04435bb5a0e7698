"""An incremental build gives the bytes of a clean one, whatever was edited in between."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.edited_site import EditedSite
from helpers.repositories import Repository, day
from helpers.sites import MINIMAL, file_bytes
from waypost.build import build_site
from waypost.reading.site import Site

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

SITES = 6
SERIES = 10
"""Series of edits of each site; each ends with a comparison."""


COMPILED = ".waypost/cache/templates"
"""Where builds keep the compiled templates, which are the same for all sites."""


def clean_build(root: Path, folder: Path, now: datetime) -> dict[str, bytes]:
    """Build a copy of a site that nothing was ever built from; it finds only what other copies compiled."""
    kept = folder.with_name("compiled")
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns("site", ".waypost"))
    if kept.exists():
        shutil.copytree(kept, folder / COMPILED)
    build_site(Site(folder), now)
    built = file_bytes(folder / "site")
    shutil.copytree(folder / COMPILED, kept, dirs_exist_ok=True)
    shutil.rmtree(folder)
    return built


@pytest.mark.parametrize("seed", range(SITES))
def test_a_series_of_edits_ends_in_the_same_bytes_as_a_clean_build(seed: int, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(MINIMAL, root)
    edited = EditedSite(root, seed)
    repository = Repository(root)
    (root / ".gitignore").write_text("/site/\n/.waypost/\n")
    build_site(Site(root), NOW)
    for series in range(SERIES):
        done = [edited.edit() for _ in range(edited.random.randint(1, 5))]
        if edited.random.random() < 0.5:
            repository.commit(day(1) + timedelta(hours=series))
        now = NOW + timedelta(hours=series)
        build_site(Site(root), now)
        ours, clean = file_bytes(root / "site"), clean_build(root, tmp_path / "clean", now)
        assert ours.keys() == clean.keys(), done
        assert [path for path in ours if ours[path] != clean[path]] == [], done
