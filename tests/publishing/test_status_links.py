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


LINKED = """\
---
title: Links of every form
impact: major
components: {web: partial_outage}
---
## investigating · 2026-11-20T10:02:00+01:00
See [how](/faq/b/), ![plan](/plan.png) and [by name].

[by name]: /faq/c/

    [in code](/d/)
"""


def test_no_program_gets_a_link_without_its_host(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    folder = site.root / "status/incidents"
    folder.mkdir(exist_ok=True)
    (folder / "2026-11-20-links.md").write_text(LINKED, encoding="utf-8")
    files = published(site)
    for path in ("api/v2/summary.json", "api/v2/incidents.json", "waypost.json"):
        incidents = json.loads(files[path])["incidents"]
        incident = next(item for item in incidents if "Links" in (item.get("name") or item.get("title")))
        body = incident["incident_updates" if "api" in path else "updates"][0]["body"]
        assert re.findall(r"\]:?[( ](\S+?)(?:[)\s]|$)", body.partition("    ")[0]) == [
            f"https://help.example.org/{link}" for link in ("faq/b/", "plan.png", "faq/c/")
        ], path
        assert "    [in code](/d/)" in body
    for path in ("feed.atom", "feed.rss", "feed.json", "history.atom", "history.rss"):
        links = re.findall(r"(?:href|src)=\\?(?:&quot;|\")(.*?)\\?(?:&quot;|\")", unescape(files[path]))
        assert {"https://help.example.org/faq/b/", "https://help.example.org/plan.png"} <= {*links}
        assert not [link for link in links if "://" not in link], path


def test_the_page_of_a_component_that_is_removed_is_removed(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    assert "components/mail/index.html" in published(site)
    replace(site.root / "status" / "status.yml", "  - id: mail\n    name: Mail\n", "")
    for path in (site.root / "status").rglob("*.md"):
        path.unlink()
    files = published(site)
    assert not [path for path in files if "mail" in path]
    assert list(json.loads(files["now.json"])["components"]) == ["web"]
