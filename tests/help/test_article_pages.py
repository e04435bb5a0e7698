"""What a build makes of each kind: the structure, the files beside it, and addresses that lead somewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from helpers.sites import minimal_site
from waypost.build import build_site
from waypost.problems import Problem
from waypost.reading.site import Site

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
FILES = ("films/a film.mp4", "films/poster.png", "films/words.vtt", "start/list.txt")
ARTICLES = {
    "films/how.md": """\
---
title: How
kind: tutorial
time: 5m
next: start/first.md
video: {title: A film, file: films/a film.mp4, poster: films/poster.png, captions: films/words.vtt}
downloads: [{label: A list, file: start/list.txt}]
---
Words.

1. One.

![Another](a%20film.mp4)
""",
    "films/far.md": """\
---
title: Far
kind: faq
video: {title: A film, url: "https://vimeo.com/1084537", poster: films/poster.png}
---
## Why?

Because.
""",
    "films/rebuild-the-index.md": "---\ntitle: Run `waypost --clean <all>` again\n---\nWords.\n",
    "films/old/index.md": "---\ntitle: Old films\nkind: category\nposition: 3\n---\n",
    "films/old/slow-to-index.md": "---\ntitle: Slow\ncategory: films/old\nposition: 1\n---\nWords.\n",
    "films/index.md": "---\ntitle: Films\nkind: category\n---\n1. no step\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, list[Problem]]:
    site = minimal_site(tmp_path_factory.mktemp("pages") / "site")
    for name in FILES:
        path = site.root / "content" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 1500)
    for name, text in ARTICLES.items():
        path = site.root / "content" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    result = build_site(site, NOW)
    return site, list(result.warnings)


def html(site: Site, path: str) -> str:
    return (site.output / path / "index.html").read_text(encoding="utf-8")


def test_a_build_with_every_part_warns_of_nothing(built: tuple[Site, list[Problem]]) -> None:
    assert [problem.format() for problem in built[1]] == []


@pytest.mark.parametrize("page", ["films/how/", "films/far/"])
def test_what_a_page_names_is_in_the_output(built: tuple[Site, list[Problem]], page: str) -> None:
    site = built[0]
    article = re.search(r"<article.*?</article>", html(site, page), re.DOTALL)
    assert article
    found = re.findall(r'(?:src|poster|href|data-captions)="([^"]+)"', article[0])
    local = [name for name in found if not urlsplit(name).scheme and not name.startswith("#")]
    assert len(local) >= 2
    for name in local:
        path = unquote(urlsplit(urljoin(f"/{page}", name)).path).lstrip("/")
        target = site.output / path
        assert (target / "index.html" if path.endswith("/") or not path else target).is_file(), name


def test_each_kind_has_its_structure_and_its_scripts(built: tuple[Site, list[Problem]]) -> None:
    how, far, category = (html(built[0], path) for path in ("films/how", "films/far", "films"))
    assert how.count("<video") == 2
    assert 'id="step-1"' in how
    assert "TXT, 2 kB" in how
    assert "steps.js" in how
    assert "faq.js" not in how
    assert "video.js" not in how, "the browser plays films of the site by itself"
    assert far.count('<details class="wp-question"') == 1
    assert "faq.js" in far
    assert "video.js" in far
    assert "kinds.css" in far
    assert "wp-steps" not in category
    assert "kinds.css" not in category


def test_the_output_holds_the_scripts(built: tuple[Site, list[Problem]]) -> None:
    folder = Path(built[0].output) / "assets" / "waypost"
    for name in ("faq.js", "steps.js", "video.js", "kinds.css"):
        assert (folder / name).is_file()


def test_code_in_a_title_is_code_on_its_page_and_plain_elsewhere(built: tuple[Site, list[Problem]]) -> None:
    page = html(built[0], "films/rebuild-the-index")
    plain = "Run waypost --clean &lt;all&gt; again"
    assert '<h1 id="main">Run <code>waypost --clean &lt;all&gt;</code> again</h1>' in page
    assert f"<title>{plain} - " in page
    assert f">{plain}</a>" in html(built[0], "films")
    for path in (Path(built[0].output) / "films/rebuild-the-index.md", Path(built[0].output) / "llms.txt"):
        assert "Run waypost --clean &lt;all> again" in path.read_text(encoding="utf-8")


def test_a_name_that_merely_ends_in_index_is_one_like_any_other(built: tuple[Site, list[Problem]]) -> None:
    page = html(built[0], "films/old/slow-to-index")
    assert re.findall(r"<a href=[^>]+>([^<]+)</a>", page.split('class="wp-crumb"')[1].split("</p>")[0]) == [
        "Help",
        "Films",
        "Old films",
    ]


def test_the_icon_of_each_kind_is_in_lists(built: tuple[Site, list[Problem]]) -> None:
    listed = html(built[0], "films").split('class="wp-list"')[1].split("</ul>")[0]
    assert listed.count("wp-list__icon") == 3
    assert listed.count("<svg") == 3
    assert "Tutorial, 5 minutes" in listed
    assert "Questions" in listed
