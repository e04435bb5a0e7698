"""Under the policy of the documentation, which forbids scripts and styles in pages, nothing of ours is held back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import material
import pytest
from playwright.sync_api import Browser, Route, expect

from helpers.browser_sites import CALM_PAGES, NOW, REPOSITORY, TROUBLED_PAGES, Served, served
from helpers.browser_visit import GROUND, Visit, visiting
from helpers.sites import MINIMAL
from helpers.talkative_site import ARTICLE, CHAT, Votes, build_talkative, served_with_votes
from waypost.build import build_site
from waypost.reading.site import Site

pytestmark = pytest.mark.browser

PAGE = (REPOSITORY / "docs/feedback-and-privacy.md").read_text(encoding="utf-8")
[POLICY] = re.findall(r"^Content-Security-Policy: (.+)$", PAGE, re.MULTILINE)

LISTEN = """document.addEventListener("securitypolicyviolation", (event) => heldBack(
  [event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber, event.sample].join(" ")));"""

REDIRECT = "help/zip-problems.html"
CALM = {**CALM_PAGES, "ticket": "ticket/", "redirect": REDIRECT}


class InlineCode(HTMLParser):
    """Collects what a page may not have under the policy, wherever it stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        runs = tag == "script" and "json" not in (values.get("type") or "") and "src" not in values
        if runs or tag == "style" or any(name == "style" or name.startswith("on") for name in values):
            self.found.append(self.get_starttag_text() or tag)


class Watched:
    """A visit under the policy, with what was held back in it."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page
        self.held_back: list[str] = []
        visit.page.expose_function("heldBack", self._hold)
        visit.page.add_init_script(LISTEN)

    def _hold(self, what: str) -> None:
        self.held_back.append(what)

    def goto(self, path: str) -> None:
        """Open a page, and wait until its live parts are there."""
        self.visit.goto(path)
        self.visit.wait_for_status()

    def assert_free(self) -> None:
        """Fail where anything was held back, or the console complained."""
        assert self.held_back == []
        self.visit.assert_quiet()


def inline_code(folder: Path) -> dict[str, list[str]]:
    pages = list(folder.rglob("*.html"))
    assert len(pages) > 5
    found = {str(page.relative_to(folder)): InlineCode(page.read_text("utf-8")).found for page in pages}
    return {page: code for page, code in found.items() if code}


@pytest.fixture(scope="module")
def strict(calm: Served) -> Iterator[Served]:
    with served(calm.site, {"Content-Security-Policy": POLICY}) as site:
        yield site


@pytest.fixture(scope="module")
def strict_trouble(troubled: Served) -> Iterator[Served]:
    with served(troubled.site, {"Content-Security-Policy": POLICY}) as site:
        yield site


@pytest.fixture(scope="module")
def walker(browser: Browser, strict: Served) -> Iterator[Watched]:
    with visiting(browser, strict) as visit:
        yield Watched(visit)


@pytest.fixture(scope="module")
def troubled_walker(browser: Browser, strict_trouble: Served) -> Iterator[Watched]:
    with visiting(browser, strict_trouble) as visit:
        yield Watched(visit)


# Every page


def test_no_page_of_the_sample_has_a_script_a_style_or_a_handler_in_it(
    calm: Served, troubled: Served
) -> None:
    assert inline_code(calm.site.output) == {}
    assert inline_code(troubled.site.status_output) == {}


def test_each_template_of_pages_is_opened(calm: Served) -> None:
    """A page of each folder at the top of the help center and of the status page is among those that are opened."""
    opened = [calm.site.output / path.partition("?")[0] for path in {**CALM, **TROUBLED_PAGES}.values()]
    tops = {path.name for path in calm.site.status_output.iterdir() if any(path.rglob("index.html"))}
    missed = {
        name
        for name in tops
        if not any((calm.site.status_output / name) in (at, *at.parents) for at in opened)
    }
    assert missed == set()


@pytest.mark.parametrize("kind", CALM)
def test_nothing_is_held_back(walker: Watched, kind: str) -> None:
    walker.goto(CALM[kind])
    walker.assert_free()
    assert kind != "redirect" or walker.page.url.endswith("/downloads/zip-stops-half-way/")


@pytest.mark.parametrize("kind", TROUBLED_PAGES)
def test_nothing_is_held_back_in_trouble(troubled_walker: Watched, kind: str) -> None:
    troubled_walker.goto(TROUBLED_PAGES[kind])
    troubled_walker.assert_free()


def test_what_is_in_the_page_would_be_held_back_and_seen(strict: Served, visit: Any) -> None:
    seen = Watched(visit(strict))
    seen.goto("")
    seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    seen.visit.until(lambda _: len(seen.held_back), wanted=1)
    assert seen.visit.errors


# What pages do


def test_the_search_answers_in_its_box_and_on_its_page(walker: Watched) -> None:
    walker.goto("search/?q=my+zip+stops")
    expect(walker.page.get_by_role("link", name="zip").first).to_be_visible()
    walker.goto(CALM["faq"])
    walker.page.keyboard.press("/")
    walker.page.keyboard.type("zip stops")
    expect(walker.page.get_by_role("option").first).to_be_visible()
    walker.assert_free()


def test_a_choice_of_colours_is_kept_and_there_before_the_script_of_material(
    strict: Served, visit: Any
) -> None:
    seen = Watched(visit(strict))
    seen.goto("")
    for _ in range(2):
        seen.page.locator(".md-header__option label:visible").click()
    seen.page.route("**/bundle.*.js", lambda route: route.abort())
    seen.visit.goto("downloads/")
    assert seen.visit.style("body", "backgroundColor") == GROUND["dark"]
    assert seen.page.locator("body").get_attribute("data-md-color-media") == "(prefers-color-scheme: dark)"
    seen.visit.goto("status/")
    assert seen.visit.style("body", "backgroundColor") == GROUND["dark"]
    assert seen.held_back == []


def test_no_colour_is_painted_before_the_chosen_one(strict: Served, visit: Any) -> None:
    """The switch comes before anything of the page can be seen, however slow the scripts below are."""
    seen = Watched(visit(strict))
    seen.goto("")
    for _ in range(2):
        seen.page.locator(".md-header__option label:visible").click()
    seen.page.add_init_script(
        """window.grounds = [];
        const look = () => {
          if (document.body) grounds.push(getComputedStyle(document.body).backgroundColor);
          requestAnimationFrame(look);
        };
        look();"""
    )
    seen.goto(CALM["tutorial"])
    assert set(seen.page.evaluate("grounds")) == {GROUND["dark"]}
    seen.assert_free()


def test_troubleshooters_steps_forms_and_bars_work(strict: Served, visit: Any) -> None:
    seen = Watched(visit(strict))
    seen.goto(CALM["troubleshooter"])
    seen.page.locator("a.wp-answer").first.click()
    expect(seen.page).to_have_url(re.compile(r"find-out-why-a-download-stops/.+"))
    seen.goto(CALM["tutorial"])
    expect(seen.page.locator(".wp-progress").first).not_to_be_empty()
    seen.goto("ticket/")
    seen.page.get_by_role("textbox").first.fill("My zip stops half way")
    seen.goto("status/")
    seen.page.get_by_role("slider").first.press("Home")
    expect(seen.page.locator(".wp-day")).to_be_visible()
    seen.assert_free()


@pytest.fixture(scope="module")
def talkative(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Votes]]:
    root = tmp_path_factory.mktemp("strict")
    site = build_talkative(root / "site")
    chat = CHAT.rpartition("/")[0]
    policy = POLICY.replace("script-src 'self'", f"script-src 'self' {chat}/")
    with served_with_votes(site, root / "votes.jsonl", {"Content-Security-Policy": policy}) as both:
        yield both


def test_votes_and_unresolved_searches_are_taken(talkative: tuple[Served, Votes], visit: Any) -> None:
    seen = Watched(visit(talkative[0]))
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
    seen.assert_free()


def test_a_chat_is_loaded_where_its_host_is_added(talkative: tuple[Served, Votes], visit: Any) -> None:
    def program(route: Route) -> None:
        route.fulfill(body="document.body.append('Chat is here')", content_type="text/javascript")

    seen = Watched(visit(talkative[0]))
    seen.page.route("https://chat.example.com/**", program)
    seen.goto("contact/")
    seen.page.get_by_role("button", name="Start a chat").first.click(force=True)
    expect(seen.page.get_by_text("Chat is here")).to_be_visible()
    assert seen.held_back == []


# What sites switch on


FEATURES = """\
site_name: Features
site_url: https://help.example.org/
docs_dir: content
exclude_docs: "*.yml"
theme:
  name: material
  features: [content.tabs.link, content.code.copy, content.code.annotate]
  icon: {admonition: {note: material/alert}}
  font: false
extra:
  analytics: {provider: google, property: G-X}
  consent: {title: Cookies, description: "May we?"}
plugins: [waypost]
markdown_extensions:
  - admonition
  - attr_list
  - md_in_html
  - tables
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
"""
TABS = """\
---
title: Tabs
summary: All that Material does with scripts and styles of its own.
---
!!! note "Mind this"
    It has an icon of the site's own.

=== "Mac"

    For a Mac.

=== "Linux"

    For Linux.

| Left | Right |
| :--- | ----: |
| a    | b     |

```sh
waypost build
```
"""


@pytest.fixture(scope="module")
def features(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("features") / "site"
    shutil.copytree(MINIMAL, root)
    (root / "mkdocs.yml").write_text(FEATURES)
    (root / "content/start/tabs.md").write_text(TABS)
    (root / "content/start/more.md").write_text(TABS.replace("title: Tabs", "title: More tabs"))
    build_site(Site(root), NOW)
    with served(Site(root), {"Content-Security-Policy": POLICY}) as site:
        yield site


def test_features_of_material_need_nothing_in_the_page(features: Served, visit: Any) -> None:
    assert inline_code(features.site.output) == {}
    seen = Watched(visit(features))
    seen.goto("start/tabs/")
    consent = seen.page.locator(".md-consent__inner")
    seen.page.clock.run_for(300)
    expect(consent).to_be_visible()
    assert seen.held_back == [], "nothing is asked of Google before there is consent"
    seen.page.get_by_role("button", name="Accept").click()
    expect(consent).to_be_hidden()
    icon = seen.page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--md-admonition-icon--note')"
    )
    assert "M13 14h-2V9h2" in icon.replace("%20", " ")
    cell = seen.page.locator("td", has_text="b").first
    assert cell.evaluate("cell => getComputedStyle(cell).textAlign") in ("right", "-webkit-right")
    expect(seen.page.locator("button.md-clipboard, .md-code__button").first).to_be_attached()
    seen.page.locator(".tabbed-labels label", has_text="Linux").click()
    seen.page.route("**/bundle.*.js", lambda route: route.abort())
    seen.visit.goto("start/more/")
    expect(seen.page.get_by_text("For Linux.")).to_be_visible()
    seen.visit.goto("start/tabs/#__tabbed_1_1")
    expect(seen.page.get_by_text("For a Mac.")).to_be_visible()
    assert seen.held_back, "nobody has added its host to the policy"
    assert [what for what in seen.held_back if "https://www.googletagmanager.com/" not in what] == []


def test_whatever_material_writes_into_pages_is_replaced() -> None:
    """Another version of Material may bring another inline script or style: then its template is to be replaced."""
    templates = Path(material.__file__).parent / "templates"
    ours = REPOSITORY / "theme/mkdocs"
    inline = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))|<style|\\u003cstyle|\bstyle=\"")
    found = {
        path.relative_to(templates).as_posix()
        for path in templates.rglob("*.html")
        if ".icons" not in path.parts and inline.search(path.read_text(encoding="utf-8"))
    }
    replaced = {path.relative_to(ours).as_posix() for path in ours.rglob("*.html")}
    other = {
        "base.html": "the typefaces, in a block that main.html replaces",
        "redirect.html": "pages with `template: redirect.html`, which articles cannot name",
        "partials/integrations/analytics/google.html": "included by a template that is replaced",
        "fragments/tags/default/listing.html": "of the plugin `tags`",
    }
    assert found - replaced == other.keys()
