"""Plugins of others beside ours, as docs/plugins.md tells: what works, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.sites import ROOT, minimal_site
from waypost.reading.site import Site

DOCS = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


def built(folder: Path, plugins: str, body: str = "Words.") -> tuple[Site, str]:
    """Build a site in a process of its own, in which those plugins may do as they like; return what was said."""
    site = minimal_site(folder / "site")
    config = site.root / "mkdocs.yml"
    text = config.read_text(encoding="utf-8").replace("plugins: [waypost]", f"plugins:\n{plugins}")
    config.write_text(text, encoding="utf-8")
    (site.root / "content/start/first.md").write_text(f"---\ntitle: First\nsummary: S.\n---\n{body}\n")
    command = [sys.executable, "-m", "waypost", "build", "--site", str(site.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return site, done.stdout + done.stderr


def page(site: Site, path: str = "start/first/index.html") -> str:
    return (site.output / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("plugins", ["  - waypost\n  - macros\n", "  - macros\n  - waypost\n"])
def test_macros_may_stand_above_and_below(plugins: str, tmp_path: Path) -> None:
    site, told = built(tmp_path, plugins, "We are called {{ config.site_name }}, and {{ 6 * 7 }} it is.")
    assert "We are called Minimal, and 42 it is." in page(site), told


def test_glightbox_shows_the_pictures_and_ours_leaves_them_to_it(tmp_path: Path) -> None:
    body = f"![A dot](data:image/png;base64,{PICTURE})\n\n![A shot](shot.png)"
    site, told = built(tmp_path, "  - waypost\n  - glightbox\n", body)
    assert '<a class="glightbox"' in page(site), told


def test_redirects_lead_to_articles(tmp_path: Path) -> None:
    site, told = built(
        tmp_path, "  - waypost\n  - redirects: {redirect_maps: {old/page.md: start/first.md}}\n"
    )
    assert "../../start/first/" in page(site, "old/page/index.html"), told


@pytest.mark.parametrize("name", ["i18n", "search"])
def test_what_cannot_work_is_refused_at_its_line(name: str, tmp_path: Path) -> None:
    _, told = built(tmp_path, f"  - {name}\n  - waypost\n")
    assert "mkdocs.yml:7:5: error bad-value: " in told
    assert "emove" in told


def test_the_table_tells_of_each() -> None:
    assert all(f"| `{name}` |" in DOCS for name in ("macros", "glightbox", "redirects", "i18n", "search"))
