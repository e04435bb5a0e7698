from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from posixpath import join, normpath

from helpers.sites import minimal_site, replace
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_LINK = re.compile(r'\b(?:href|src)="([^"]*)"')


def published(site: Site) -> dict[str, str]:
    publish(site, load_project(site), NOW)
    return {
        path.relative_to(site.status_output).as_posix(): path.read_text(encoding="utf-8")
        for path in site.status_output.rglob("*")
        if path.is_file()
    }


def test_whatever_a_status_page_links_to_is_published(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    files = published(site)
    pages = {path for path in files if path.endswith(".html")}
    assert {"components/web/index.html", "subscribe/index.html", "mine/index.html"} <= pages
    missing = set()
    for page in pages:
        for link in map(unescape, _LINK.findall(files[page])):
            address = link.partition("#")[0]
            target = normpath(join("status", page, "..", address))
            if link.startswith(("https:", "#")) or not target.startswith("status"):
                continue
            path = target.removeprefix("status").removeprefix("/")
            if path not in files and f"{path}/index.html".removeprefix("/") not in files:
                missing.add((page, link))
    assert missing == set()


def test_lines_to_copy_name_what_is_published(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    files = published(site)
    root = "https://help.example.org/status/"
    for page in ("components/web/index.html", "subscribe/index.html"):
        (*snippets,) = re.findall(r"<code>(.*?)</code>", files[page])
        named = {path for line in map(unescape, snippets) for path in re.findall(rf"{root}([\w./-]*)", line)}
        assert any(path.endswith(".svg") for path in named)
        for path in named:
            assert path in files or f"{path}index.html" in files, f"{page}: {path}"


def test_the_page_of_a_component_that_is_removed_is_removed(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    assert "components/mail/index.html" in published(site)
    replace(site.root / "status" / "status.yml", "  - id: mail\n    name: Mail\n", "")
    for path in (site.root / "status").rglob("*.md"):
        path.unlink()
    files = published(site)
    assert not [path for path in files if "mail" in path]
    assert list(json.loads(files["now.json"])["components"]) == ["web"]
