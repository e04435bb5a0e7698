"""What front matter says of how an article is shown, found and described."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from helpers.sites import minimal_site
from waypost.build import build_site
from waypost.formats.article import ArticleFrontMatter, Hidden
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.site_search import search
from waypost.support.rules.ticket_form import SUGGESTIONS_PATH

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXT = "Stripes & herds of the plains.\n\n## Stripes\n\nBlack and white.\n"
PARTS = {
    Hidden.NAVIGATION: "wp-sidebar--folded",
    Hidden.TOC: 'data-md-type="toc"',
    Hidden.FEEDBACK: 'class="wp-helpful',
    Hidden.RELATED: 'class="wp-related"',
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = minimal_site(tmp_path_factory.mktemp("front") / "site")
    fronts = {
        "plain": "related: [start/first.md]",
        "hidden": "related: [start/first.md]\nhide: [navigation, toc, feedback, related]",
        "short": "toc: false",
        "unsearched": "search: false\nalso_asked_as: [okapi]",
        "tagged": 'tags: [quagga, "R&D"]\ndescription: "For engines & previews"',
    }
    for name, front in fronts.items():
        path = site.root / f"content/start/{name}.md"
        path.write_text(
            f"---\ntitle: The {name} one\nsummary: In lists.\n{front}\n---\n{TEXT}", encoding="utf-8"
        )
    build_site(site, NOW)
    return site


def page(site: Site, name: str) -> str:
    return (site.output / f"start/{name}/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", Hidden)
def test_a_page_leaves_out_what_it_hides(part: Hidden, site: Site) -> None:
    is_shown = part is not Hidden.NAVIGATION
    assert (PARTS[part] in page(site, "plain")) is is_shown
    assert (PARTS[part] in page(site, "hidden")) is not is_shown


def test_toc_false_is_short_for_one_of_them(site: Site) -> None:
    text = page(site, "short")
    assert PARTS[Hidden.TOC] not in text
    assert PARTS[Hidden.NAVIGATION] not in text
    assert ArticleFrontMatter(title="T", toc=False).hides(Hidden.TOC)


def test_an_article_that_is_not_searched_is_in_its_list_and_nowhere_else(site: Site) -> None:
    assert [hit.document.path for hit in search(load_project(site), "okapi", 9).hits] == []
    suggested = json.loads((site.output / SUGGESTIONS_PATH).read_bytes())["articles"]
    assert "start/unsearched/" not in [entry["path"] for entry in suggested]
    assert "The unsearched one" not in page(site, "plain").partition('class="wp-related"')[2]
    assert "The unsearched one" in (site.output / "start/index.html").read_text(encoding="utf-8")
    assert "noindex" not in page(site, "unsearched")


def test_tags_are_found_and_lead_to_the_search(site: Site) -> None:
    assert search(load_project(site), "quagga", 3).hits[0].document.path == "start/tagged.md"
    text = page(site, "tagged")
    assert 'href="../../search/?q=quagga">quagga</a>' in text
    assert 'href="../../search/?q=R%26D">R&amp;D</a>' in text


def test_engines_read_the_description_and_lists_the_summary(site: Site) -> None:
    assert '<meta name="description" content="For engines &amp; previews">' in page(site, "tagged")
    assert '<meta name="description" content="In lists.">' in page(site, "plain")
    assert "In lists." in (site.output / "start/index.html").read_text(encoding="utf-8")
