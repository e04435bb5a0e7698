"""What the HTML itself says of trouble, for readers whose browser runs no scripts."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from helpers.browser_sites import NOW, observe
from helpers.sites import minimal_site, replace
from waypost.build import build_site
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Policy
from waypost.reading.site import Site

LINE = re.compile(r"<p class=\"wp-notice wp-now wp-aware\".*?</p>", re.DOTALL)


def built(site: Site, page: str) -> str:
    """Build and return what the banner of a page says, without tags."""
    build_site(site, NOW)
    found = LINE.search((site.output / page).read_text(encoding="utf-8"))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    replace(site.root / "content/contact.md", "kind: contact", "kind: contact\ncomponents: [mail]")
    return site


def test_trouble_at_the_time_of_the_build_stands_in_the_html_with_its_date(site: Site) -> None:
    observe(site, Policy(), {"web": ComponentStatus.MAJOR_OUTAGE})
    text = built(site, "start/first/index.html")
    assert "Web pages: outage Web pages: trouble since 21 Nov," in text
    assert "As of 21 Nov, 09:00 (Europe/Berlin). Follow this incident" in text
    assert "Mail" in built(site, "contact/index.html")


def test_without_trouble_the_html_claims_nothing(site: Site) -> None:
    observe(site, Policy(), {"web": ComponentStatus.OPERATIONAL})
    assert built(site, "start/first/index.html") == "This page is about Web pages. See the status page"


def test_a_page_that_names_no_component_has_no_banner(site: Site) -> None:
    assert built(site, "index.html") == ""


def test_a_component_of_the_contact_page_must_exist(site: Site) -> None:
    replace(site.root / "content/contact.md", "[mail]", "[mial]")
    with pytest.raises(
        Exception, match=r"There is no component 'mial' in status/status.yml. Did you mean 'mail'"
    ):
        build_site(site, NOW)


def test_the_home_page_tells_of_the_whole_service(site: Site) -> None:
    observe(site, Policy(), {"web": ComponentStatus.MAJOR_OUTAGE})
    build_site(site, NOW)
    home = (site.output / "index.html").read_text(encoding="utf-8")
    line = home[home.index("data-wp-notice") : home.index("</p>", home.index("data-wp-notice"))]
    assert 'data-status="major_outage"' in line
    assert "<b>Web pages cannot be used right now.</b>" in line
    assert "As of 21 Nov, 09:00 (Europe/Berlin)." in line
