"""Under a policy that forbids inline scripts and styles, nothing of ours is held back."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from helpers.browser_sites import Served
from helpers.browser_visit import Visit
from helpers.talkative_site import ARTICLE, LONELY_ARTICLE, Votes, build_talkative, served_with_votes
from waypost.reading.site import Site

pytestmark = pytest.mark.browser

MATERIAL = ("__md_scope=", "var palette=", "var target=document.getElementById(location.hash.slice(1))")
"""How the inline scripts of Material begin; they are allowed by their hashes."""

LISTEN = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
    [event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber, event.sample].join(" ")));
"""
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>(.*?)</script>", re.DOTALL
)
PAGES = (
    "",
    "downloads/",
    ARTICLE,
    LONELY_ARTICLE,
    "downloads/open-a-zip/",
    "contact/",
    "ticket/",
    "search/?q=zip",
    "404.html",
)


def inline_scripts(site: Site) -> set[str]:
    pages = [path for path in site.output.rglob("*.html") if not path.is_relative_to(site.status_output)]
    assert len(pages) > 5
    return {script for page in pages for script in INLINE.findall(page.read_text(encoding="utf-8"))}


def policy(scripts: set[str]) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in sorted(scripts)]
    allowed = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'self'; script-src 'self' 'report-sample' {allowed}; style-src 'self' 'report-sample'; "
        "img-src 'self' data:; connect-src 'self'"
    )


@pytest.fixture(scope="module")
def strict(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Votes]]:
    root = tmp_path_factory.mktemp("strict")
    site = build_talkative(root / "site")
    headers = {"Content-Security-Policy": policy(inline_scripts(site))}
    with served_with_votes(site, root / "votes.jsonl", headers) as served:
        yield served


def test_no_inline_script_is_ours(strict: tuple[Served, Votes]) -> None:
    scripts = inline_scripts(strict[0].site)
    assert [text[:80] for text in scripts if not text.startswith(MATERIAL)] == []
    assert scripts, "those of Material are found, so ours would be"


def test_no_element_of_ours_carries_a_style_or_a_handler(strict: tuple[Served, Votes], visit: Any) -> None:
    seen: Visit = visit(strict[0], scripts=False)
    for path in PAGES:
        seen.goto(path)
        found = seen.page.evaluate(
            """[...document.querySelectorAll("[class*='wp-'], [class*='wp-'] *")].filter((element) =>
              [...element.attributes].some(({ name }) => name === "style" || name.startsWith("on")))
              .map((element) => element.outerHTML.slice(0, 120))"""
        )
        assert found == [], path


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_held_back(strict: tuple[Served, Votes], visit: Any, path: str) -> None:
    seen: Visit = visit(strict[0])
    seen.page.add_init_script(LISTEN)
    seen.goto(path)
    seen.wait_for_status()
    assert seen.page.evaluate("violations") == []


def test_voting_and_searching_work(strict: tuple[Served, Votes], visit: Any) -> None:
    seen: Visit = visit(strict[0])
    seen.page.add_init_script(LISTEN)
    seen.goto(ARTICLE)
    seen.page.get_by_role("button", name="No", exact=True).click()
    seen.page.get_by_label("It is hard to understand").check()
    seen.page.get_by_role("button", name="Send", exact=True).click()
    expect(seen.page.locator(".wp-helpful__said")).to_have_text(
        "Thank you. It goes to the people who write these pages."
    )
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("zebrafish")
    expect(seen.page.locator(".wp-search__popup")).to_contain_text("We found no answer to “zebrafish”.")
    expect(seen.page.get_by_role("link", name="Ask a person")).to_be_visible()
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("zip")
    expect(seen.page.get_by_role("option").first).to_be_visible()
    assert seen.page.evaluate("violations") == []


def test_a_day_of_a_bar_opens(strict: tuple[Served, Votes], visit: Any) -> None:
    seen: Visit = visit(strict[0])
    seen.page.add_init_script(LISTEN)
    seen.goto("status/")
    seen.wait_for_status()
    seen.page.get_by_role("slider").first.press("Home")
    expect(seen.page.locator(".wp-day")).to_be_visible()
    assert seen.page.evaluate("violations") == []


def test_a_violation_would_be_seen(strict: tuple[Served, Votes], visit: Any) -> None:
    seen: Visit = visit(strict[0])
    seen.page.add_init_script(LISTEN)
    seen.goto(ARTICLE)
    seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    seen.until(lambda page: page.evaluate("violations.length > 0"), wanted=True)
