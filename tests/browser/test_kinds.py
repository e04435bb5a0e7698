"""The kinds of articles as people use them: questions that fold, steps that are ticked, videos that wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from helpers.accessibility import axe_results, places, serious
from helpers.browser_sites import NOW, REPOSITORY, Served, served
from helpers.browser_visit import DESKTOP, PHONE, Visit
from helpers.sites import minimal_site
from waypost.build import build_site

pytestmark = pytest.mark.browser

FAQ = "downloads/download-questions/"
SECOND = "why-did-i-get-several-zip-files"
TROUBLE = "downloads/zip-stops-half-way/"
TUTORIAL = "downloads/download-a-whole-gallery/"
PHONES = "downloads/save-photos-to-a-phone/"
FILES = "working-with-us/move-from-another-service/"

EVIL = """a "quoted' <img src=x onerror=alert(1)> &amp; title"""
PAGES = {
    "how.md": f"""\
---
title: How to sign in
kind: tutorial
time: 90m
prerequisites: [{{text: '{EVIL.replace("'", "''")}'}}]
next: start/ask.md
video:
  title: '{EVIL.replace("'", "''")}'
  url: "https://www.youtube.com/watch?v=aqz-KE-bpKQ"
  poster: start/poster.png
downloads: [{{label: '{EVIL.replace("'", "''")}', file: start/a list.txt}}]
---
Words.

1. One.

    ![Vimeo here](https://vimeo.com/1084537)

2. Two.

3. Three.

![A film elsewhere](https://cdn.example.org/film.mp4)
""",
    "ask.md": """\
---
title: Questions
kind: faq
---
## First?

Answer one, see [the second](#second).

### Inside

Deep words.

## Second?

Answer two.
""",
}
PNG = (
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def small(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A tiny site with every kind of video, whose titles are hostile."""
    site = minimal_site(tmp_path_factory.mktemp("kinds") / "site")
    folder = site.root / "content" / "start"
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    (folder / "poster.png").write_bytes(bytes.fromhex(PNG))
    (folder / "a list.txt").write_text("One\n")
    build_site(site, NOW)
    with served(site) as shown:
        yield shown


WIDER = """() => [...document.querySelectorAll(".wp-main, .wp-main > *")]
  .filter((part) => part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((part) => `${part.localName}.${part.className}`)"""


def answers(page: Page) -> list[bool]:
    """Tell of each answer whether it is to be seen."""
    found: list[bool] = page.evaluate(
        """[...document.querySelectorAll(".wp-answer")].map(
          (answer) => answer.checkVisibility({ contentVisibilityAuto: true }) && answer.offsetHeight > 0)"""
    )
    return found


def test_questions_are_folded_and_open_one_by_one(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(FAQ)
    seen.until(answers, [False] * 6)
    seen.page.get_by_text("Why am I asked for four digits?").and_(seen.page.locator("h2")).click()
    seen.until(answers, [False, False, True, False, False, False])
    seen.assert_quiet()


def test_the_keyboard_opens_a_question_and_reaches_its_link(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(FAQ)
    seen.page.locator("summary").first.focus()
    seen.page.keyboard.press("Enter")
    seen.until(lambda page: answers(page)[0], wanted=True)
    assert seen.style("details.wp-question > summary:focus-visible", "outlineStyle") == "solid"
    seen.page.keyboard.press("Tab")
    focused = seen.page.locator(":focus")
    expect(focused).to_have_attribute("href", "#what-is-the-difference-between-original-and-web-size")
    expect(focused).to_have_attribute(
        "aria-label", "Link to this question: What is the difference between Original and Web size?"
    )
    assert seen.style(":focus", "opacity") == "1"
    box = focused.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24


def test_an_address_opens_the_question_it_names(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(f"{FAQ}#{SECOND}")
    expect(seen.page.locator("details[open]")).to_have_count(1)
    seen.until(lambda page: answers(page)[1], wanted=True)
    top = seen.page.locator(f"#{SECOND}").bounding_box()
    assert top
    assert 60 < top["y"] < 400, "below the header, and to be seen"
    seen.page.evaluate("location.hash = 'does-downloading-change-or-delete-anything'")
    expect(seen.page.locator("details[open]")).to_have_count(2)


def test_hostile_and_unknown_addresses_open_nothing(calm: Served, visit: Any) -> None:
    for name in ("main", "gone", "%E0%A4%A", "<img src=x onerror=alert(1)>"):
        seen: Visit = visit(calm)
        seen.goto(f"{FAQ}#{name}")
        expect(seen.page.locator(".wp-fold__button")).to_have_text("Open all")
        assert seen.page.locator("details[open]").count() == 0
        seen.assert_quiet()


def test_a_link_inside_of_an_answer_opens_the_question_it_names(small: Served, visit: Any) -> None:
    seen: Visit = visit(small)
    seen.goto("start/ask/#inside")
    seen.until(answers, [True, False])
    link, opened = (
        seen.page.get_by_role("link", name="the second", exact=True),
        seen.page.locator("details[open]"),
    )
    link.click()
    expect(opened).to_have_count(2)
    seen.page.locator("summary").nth(1).click()
    expect(opened).to_have_count(1)
    link.click()
    expect(opened).to_have_count(2)


def test_the_table_of_contents_leads_to_open_questions(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(FAQ)
    seen.page.locator(".md-sidebar--secondary").get_by_role("link", name="Why did I get several").click()
    expect(seen.page.locator("details[open]")).to_have_count(1)
    seen.until(lambda page: answers(page)[1], wanted=True)


def test_one_button_opens_and_closes_all(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(FAQ)
    button = seen.page.locator(".wp-fold__button")
    expect(button).to_have_text("Open all")
    button.click()
    seen.until(answers, [True] * 6)
    expect(button).to_have_text("Close all")
    seen.page.locator("summary").first.click()
    expect(button).to_have_text("Open all")
    button.click()
    button.click()
    seen.until(answers, [False] * 6)


def test_the_link_to_a_question_is_copied_when_pressed(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen.goto(FAQ)
    seen.page.locator(f"a.wp-question__link[href='#{SECOND}']").click()
    expect(seen.page.locator(".wp-fold [role=status]")).to_have_text("The link is copied.")
    assert seen.page.evaluate("navigator.clipboard.readText()") == f"{calm.url}{FAQ}#{SECOND}"
    assert seen.page.url.endswith(f"#{SECOND}")
    seen.until(lambda page: answers(page)[1], wanted=True)


def test_paper_shows_every_answer_and_no_buttons(calm: Served, visit: Any) -> None:
    for scripts in (True, False):
        seen: Visit = visit(calm, scripts=scripts)
        seen.goto(FAQ)
        seen.page.emulate_media(media="print")
        seen.until(answers, [True] * 6)
        expect(seen.page.locator(".wp-fold")).to_be_hidden()
        expect(seen.page.locator(".wp-question__link").first).to_be_hidden()


def test_printing_unfolds_and_folds_again(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(f"{FAQ}#{SECOND}")
    expect(seen.page.locator("details[open]")).to_have_count(1)
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(seen.page.locator("details[open]")).to_have_count(6)
    seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(seen.page.locator("details[open]")).to_have_count(1)


def test_without_scripts_all_answers_are_there_and_nothing_waits_for_a_script(
    calm: Served, visit: Any
) -> None:
    seen: Visit = visit(calm, scripts=False)
    seen.goto(FAQ)
    seen.until(answers, [True] * 6)
    expect(seen.page.locator(".wp-fold")).to_be_hidden()
    seen.goto(TUTORIAL)
    expect(seen.page.locator(".wp-progress")).to_be_hidden()
    assert seen.page.locator(".wp-step__box").count() == 0
    seen.assert_quiet()


def test_steps_are_ticked_and_remembered_for_this_visit(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TROUBLE)
    progress = seen.page.locator(".wp-progress")
    expect(progress).to_contain_text("0 of 11 done")
    boxes = seen.page.get_by_role("checkbox")
    expect(boxes).to_have_count(11)
    boxes.first.click()
    seen.page.get_by_role("checkbox", name="Step 3: done").press("Space")
    expect(progress.get_by_role("status")).to_have_text("2 of 11 done")
    assert [box.get_attribute("aria-checked") for box in boxes.all()[:4]] == [
        "true",
        "false",
        "true",
        "false",
    ]
    seen.page.reload()
    expect(progress).to_contain_text("2 of 11 done")
    seen.goto(TUTORIAL)
    expect(progress).to_contain_text("0 of 9 done")
    seen.goto(TROUBLE)
    seen.page.get_by_role("button", name="Start again").click()
    expect(progress).to_contain_text("0 of 11 done")
    expect(boxes.first).to_be_focused()
    seen.page.reload()
    expect(progress).to_contain_text("0 of 11 done")
    seen.assert_quiet()


def test_ways_that_exclude_each_other_are_counted_apart(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(PHONES)
    expect(seen.page.locator(".wp-progress__text")).to_have_text(
        ["0 of 4 done", "0 of 3 done", "0 of 6 done"]
    )
    for number in range(3):
        seen.page.locator("#step-2-1, #step-2-2, #step-2-3").nth(number).get_by_role("checkbox").click()
    expect(seen.page.locator(".wp-progress__text")).to_have_text(
        ["0 of 4 done", "All 3 steps done", "0 of 6 done"]
    )


def test_what_was_kept_may_be_anything(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TROUBLE)
    for kept in ("{", "7", '["gone", 7, null]', '{"a": 1}'):
        seen.page.evaluate(f"sessionStorage.setItem('waypost-steps:{TROUBLE}', {kept!r})")
        seen.page.reload()
        expect(seen.page.locator(".wp-progress")).to_contain_text("0 of 11 done")
    seen.assert_quiet()


def test_steps_can_be_ticked_where_storage_is_off(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.page.add_init_script(
        "for (const name of ['getItem', 'setItem']) Storage.prototype[name] = () => { throw new Error('off'); };"
    )
    seen.goto(TROUBLE)
    seen.page.get_by_role("checkbox").first.click()
    expect(seen.page.locator(".wp-progress")).to_contain_text("1 of 11 done")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("path", [FAQ, TROUBLE, TUTORIAL])
def test_nothing_moves_when_the_scripts_arrive(calm: Served, visit: Any, path: str, width: int) -> None:
    seen: Visit = visit(calm, width=width)
    held: list[Route] = []
    for name in ("faq", "steps"):
        seen.page.route(f"**/{name}.js", lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    seen.page.goto(calm.url + path, wait_until="commit")
    seen.page.wait_for_selector(".wp-article > :last-child", state="attached")
    while not held:
        seen.page.wait_for_timeout(50)
    measure = """[...document.querySelectorAll(".wp-article > *, .wp-steps > li")].map(
      (element) => Math.round(element.getBoundingClientRect().height))"""
    before = seen.page.evaluate(measure)
    held[0].continue_()
    seen.page.wait_for_selector(".wp-fold__button, .wp-step__box")
    assert seen.page.evaluate(measure) == before


def test_a_video_loads_nothing_before_it_is_played(small: Served, visit: Any) -> None:
    seen: Visit = visit(small)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(content_type="text/html", body="<p>player</p>")

    seen.page.route(lambda url: not url.startswith(small.url), answer)
    seen.goto("start/how/")
    seen.page.wait_for_timeout(300)
    assert asked == []
    assert seen.page.locator("iframe, video").count() == 0
    expect(seen.page.locator("figure").first).to_contain_text("The video comes from YouTube.")
    seen.assert_quiet()
    frame = seen.page.locator(".wp-video__frame").first
    before = frame.bounding_box()
    button = seen.page.locator(".wp-video__play").first
    assert button.get_attribute("aria-label") == f"Play: {EVIL}"
    button.focus()
    seen.page.keyboard.press("Enter")
    player = seen.page.locator("iframe")
    expect(player).to_have_attribute("title", EVIL)
    expect(player).to_have_attribute("referrerpolicy", "strict-origin-when-cross-origin")
    assert "fullscreen" in (player.get_attribute("allow") or "")
    expect(player).to_be_focused()
    expect(player.content_frame.locator("p")).to_have_text("player")
    assert asked == ["https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?autoplay=1&rel=0"]
    assert frame.bounding_box() == before, "nothing moves"
    assert seen.dialogs == []


def test_a_film_of_another_host_waits_too(small: Served, visit: Any) -> None:
    seen: Visit = visit(small)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    seen.page.route(lambda url: not url.startswith(small.url), answer)
    seen.goto("start/how/")
    seen.page.get_by_role("button", name="Play: A film elsewhere").click()
    expect(seen.page.locator("video")).to_have_attribute("src", "https://cdn.example.org/film.mp4")
    expect(seen.page.locator("video")).to_have_attribute("aria-label", "A film elsewhere")
    assert set(asked) <= {"https://cdn.example.org/film.mp4"}


def test_a_player_is_only_loaded_over_https(small: Served, visit: Any) -> None:
    seen: Visit = visit(small)
    for source in ("javascript:alert(1)", "http://example.org/", "data:text/html,x", "//example.org"):
        seen.goto("start/how/")
        frame = seen.page.locator(".wp-video__frame").first
        frame.evaluate("(frame, source) => { frame.dataset.source = source; }", source)
        seen.page.locator(".wp-video__play").first.click()
        expect(frame).to_contain_text("cannot be played here")
        assert seen.page.locator("iframe").count() == 0, source
    seen.assert_quiet()


def test_without_scripts_a_video_is_a_link(small: Served, visit: Any) -> None:
    seen: Visit = visit(small, scripts=False)
    seen.goto("start/how/")
    expect(seen.page.locator(".wp-video__play").first).to_be_hidden()
    link = seen.page.get_by_role("link", name="Open it on YouTube")
    expect(link).to_have_attribute("href", "https://www.youtube.com/watch?v=aqz-KE-bpKQ")
    seen.assert_quiet()


def test_a_film_of_the_site_needs_no_script_and_waits(calm: Served, visit: Any) -> None:
    for scripts in (True, False):
        seen: Visit = visit(calm, scripts=scripts)
        asked: list[str] = []
        seen.page.on("request", lambda request, asked=asked: asked.append(request.url))  # type: ignore[misc]
        seen.goto(TUTORIAL)
        film = seen.page.locator("video")
        expect(film).to_have_attribute("preload", "none")
        expect(film).to_be_visible()
        assert not [url for url in asked if url.endswith(".webm")]
        assert [url for url in asked if url.endswith(".webp")] == [
            f"{calm.url}downloads/download-a-whole-gallery.webp"
        ]
        seen.assert_quiet()


def test_a_film_of_the_site_plays_with_its_captions(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TUTORIAL)
    length = seen.page.locator("video").evaluate(
        """async (film) => {
          film.muted = true;
          await film.play();
          film.textTracks[0].mode = "showing";
          for (let tries = 0; !film.textTracks[0].cues?.length && tries < 100; tries += 1) {
            await new Promise((go) => requestAnimationFrame(go));
          }
          return [film.videoWidth, film.textTracks[0].cues.length];
        }"""
    )
    assert length == [960, 4]


def test_a_tutorial_says_what_it_takes_and_what_is_next(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TUTORIAL)
    expect(seen.page.locator(".wp-meta")).to_contain_text("Takes 20 minutes")
    needs = seen.page.get_by_role("region", name="What you need")
    expect(needs.get_by_role("listitem")).to_have_count(3)
    needs.get_by_role("link", name="The link to the gallery").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Open a gallery")
    seen.goto(TUTORIAL)
    seen.page.locator(".wp-next").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Save photos to a phone")


def test_a_file_is_saved_under_its_name(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(FILES)
    link = seen.page.get_by_role("region", name="Downloads").get_by_role("link")
    size = (REPOSITORY / "content/working-with-us/moving-checklist.pdf").stat().st_size
    expect(link).to_contain_text(f"PDF, {round(size / 1000)} kB")
    with seen.page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == "moving-checklist.pdf"


def test_hostile_titles_are_shown_as_they_are(small: Served, visit: Any) -> None:
    seen: Visit = visit(small)
    seen.goto("start/how/")
    expect(seen.page.locator(".wp-needs li")).to_have_text(EVIL)
    expect(seen.page.locator(".wp-files a span")).to_have_text(EVIL)
    expect(seen.page.locator(".wp-video__title").first).to_have_text(EVIL)
    assert seen.page.locator("img[onerror], img[src=x]").count() == 0
    seen.assert_quiet()


@pytest.mark.parametrize(
    ("site", "path"), [("calm", FAQ), ("calm", TROUBLE), ("calm", FILES), ("small", "start/how/")]
)
def test_open_and_ticked_pages_are_accessible(
    calm: Served, small: Served, visit: Any, site: str, path: str
) -> None:
    seen: Visit = visit(calm if site == "calm" else small)
    seen.goto(path)
    if site == "calm":
        seen.wait_for_status()
    for button in (".wp-fold__button", ".wp-step__box"):
        if seen.page.locator(button).count():
            seen.page.locator(button).first.click()
    for scheme in ("light", "dark") if site == "calm" else ("light",):
        seen.prefer(scheme)
        assert places(serious(axe_results(seen.page)["violations"])) == []
    for width in (320, PHONE, DESKTOP):
        seen.size(width)
        assert seen.page.evaluate(WIDER) == [], f"{width} pixels are too few"
