"""What a page gets when it asks the search: answers, and the truth where the index cannot be had."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from helpers.search_lists import index_of
from helpers.static_site import shown, write_index, write_scripts
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.index import Index, Language

pytestmark = pytest.mark.browser

ASK = """
async ([question, how]) => {
  const { ask } = await import("/js/search_client.js");
  return ask(question, how);
}
"""
FILLER = [
    {"url": f"other-{number}/", "title": f"Something else {number}", "text": f"filler{number} words"}
    for number in range(700)
]
"""Enough for several shards of words."""


def documents() -> list[SearchDocument]:
    long = "Nothing of interest stands here. " * 12
    return [
        SearchDocument(
            "downloads/zip/",
            "downloads/zip.md",
            "A <b>zip</b> download stops",
            (),
            "troubleshooting",
            "What to do when it stops.",
            (
                DocumentSection("", "", f"An archive is cut. {long}"),
                DocumentSection(
                    "parts", "Download in parts", f"{long} Choose two gigabytes at a time. {long}"
                ),
                DocumentSection("sleep", "Keep awake", "The computer must not sleep."),
            ),
            "downloads",
            ("downloads",),
        ),
        SearchDocument(
            "mail/questions/#where",
            "mail/questions.md",
            "Where is the mail?",
            (),
            "faq",
            "",
            (
                DocumentSection("where", "", "In the folder for spam."),
                DocumentSection("more", "Ask again", "The link is sent again."),
            ),
            "mail",
            article="Questions about mail",
        ),
        SearchDocument("mail/zip/", "mail/zip.md", "The mail with the zip", (), "page", "", (), "mail"),
        SearchDocument(
            "alone/", "alone.md", "Pelican", (), "page", "", (DocumentSection("", "", "A bird."),)
        ),
    ]


def index(extra: str = "") -> Index:
    language = Language("en", str, stop=frozenset({"the", "a", "is", "where", "in"}))
    found = [
        *documents(),
        *(SearchDocument(f"{extra}/", "x.md", extra, (), "page", "", ()) for _ in extra[:1]),
    ]
    return index_documents(found, language)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_scripts(tmp_path)
    write_index(tmp_path, index())
    return tmp_path


@pytest.fixture
def page(browser: Browser, folder: Path) -> Iterator[Page]:
    with shown(folder) as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}index.html")
        yield page
        context.close()


def replaced(file: Path, content: bytes, later: int) -> None:
    """Write a file that a server tells from the one before: it tells times in whole seconds."""
    changed = file.stat().st_mtime + 10 * later
    file.write_bytes(content)
    os.utime(file, (changed, changed))


def ask(page: Page, question: str, **how: Any) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate(ASK, [question, how])
    return answer


def text(parts: list[list[Any]]) -> str:
    return "".join(f"[{part}]" if is_match else part for part, is_match in parts)


def test_a_hit_says_what_it_is_and_where_it_lives(page: Page) -> None:
    first = ask(page, "zip download")["hits"][0]
    assert (first["title"], first["kind"]) == ("A <b>zip</b> download stops", "troubleshooting")
    assert first["category"] == {"id": "downloads", "title": "Downloads", "url": "downloads/"}
    assert first["components"] == ["downloads"]
    assert text(first["titleParts"]) == "A <b>[zip]</b> [download] stops"


@pytest.mark.parametrize(
    ("question", "url", "section", "passage"),
    [
        (
            "zip archive",
            "downloads/zip/",
            "",
            "An [archive] is cut. Nothing of interest stands here. Nothing",
        ),
        (
            "gigabytes",
            "downloads/zip/#parts",
            "Download in parts",
            "Choose two [gigabytes] at a time. Nothing",
        ),
        ("computer sleep", "downloads/zip/#sleep", "Keep awake", "The [computer] must not [sleep]."),
        ("spam folder", "mail/questions/#where", "", "In the [folder] for [spam]."),
        ("link sent again", "mail/questions/#more", "Ask again", "The [link] is [sent] [again]."),
    ],
)
def test_a_hit_leads_to_the_place_that_answers(
    page: Page, question: str, url: str, section: str, passage: str
) -> None:
    first = ask(page, question)["hits"][0]
    assert (first["url"], first["section"]) == (url, section)
    assert text(first["passage"]).startswith(passage)


def test_what_was_found_can_be_narrowed(page: Page) -> None:
    whole = ask(page, "zip mail")
    assert {each["kind"]: each["count"] for each in whole["kinds"]} == {
        "page": 1,
        "faq": 1,
        "troubleshooting": 1,
    }
    assert [(each["id"], each["count"]) for each in whole["categories"]] == [("mail", 2), ("downloads", 1)]
    narrow = ask(page, "zip mail", kinds=["faq", "page"], categories=["mail"])
    assert {hit["url"] for hit in narrow["hits"]} == {"mail/zip/", "mail/questions/#where"}
    assert (narrow["total"], narrow["categories"]) == (2, whole["categories"])
    assert len(ask(page, "zip mail", limit=1)["hits"]) == 1


def test_a_document_without_a_category_and_without_a_text_is_shown(page: Page) -> None:
    [pelican] = ask(page, "pelican")["hits"]
    assert (pelican["category"], text(pelican["passage"])) == (None, "A bird.")
    [mail] = [hit for hit in ask(page, "zip mail")["hits"] if hit["url"] == "mail/zip/"]
    assert mail["passage"] == []


def test_a_correction_is_told_and_the_words_can_be_asked_as_they_were_typed(page: Page) -> None:
    answer = ask(page, "pelcan")
    assert (answer["state"], answer["corrected"]) == ("answer", "pelican")
    assert text(answer["hits"][0]["titleParts"]) == "[Pelican]"
    typed = ask(page, "pelcan", asTyped=True)
    assert (typed["state"], typed["corrected"], typed["hits"]) == ("nothing", "", [])
    assert ask(page, "pelican", asTyped=True)["hits"][0]["title"] == "Pelican"


def test_a_heading_is_shown_as_itself_with_its_article(page: Page) -> None:
    first = ask(page, "keep awake")["hits"][0]
    assert (first["title"], first["article"]) == ("Keep awake", "A <b>zip</b> download stops")
    assert (first["url"], first["section"]) == ("downloads/zip/#sleep", "")
    assert text(first["titleParts"]) == "[Keep] [awake]"
    assert text(first["passage"]) == "The computer must not sleep."
    question = ask(page, "where is the mail")["hits"][0]
    assert (question["title"], question["article"]) == ("Where is the mail?", "Questions about mail")
    assert question["url"] == "mail/questions/#where"
    below = ask(page, "ask again")["hits"][0]
    assert (below["title"], below["article"]) == ("Ask again", "Where is the mail?")


def test_a_heading_of_several_articles_names_none_of_them(page: Page, folder: Path) -> None:
    parts = (DocumentSection("todo", "What to try", "Restart it."),)
    found = [SearchDocument(f"{name}/", "x.md", name, (), "page", "", parts) for name in ("Zebra", "Okapi")]
    write_index(folder, index_documents(found, Language("en", str)))
    hits = ask(page, "what to try")["hits"]
    assert [(hit["title"], hit["section"]) for hit in hits] == [
        ("Zebra", "What to try"),
        ("Okapi", "What to try"),
    ]
    assert hits[0]["url"] == "Zebra/#todo"


def test_a_long_sentence_is_shown_from_the_word_that_was_asked(page: Page, folder: Path) -> None:
    sentence = f"{'nothing of interest ' * 12}but the flamingo is pink and stands on one leg"
    sections = (DocumentSection("", "", sentence),)
    birds = SearchDocument("birds/", "birds.md", "Birds", (), "page", "", sections)
    write_index(folder, index_documents([birds], Language("en", str)))
    assert text(ask(page, "flamingo pink")["hits"][0]["passage"]).startswith("… [flamingo] is [pink] and")


def test_a_question_that_nothing_answers_for_sure_names_three_at_most(page: Page) -> None:
    answer = ask(page, "the zip of my grandmother in her attic beside the garden")
    assert answer["state"] == "unsure"
    assert 1 <= len(answer["hits"]) <= 3
    assert answer["nearest"] == []


def test_a_question_without_an_answer_names_the_largest_topics(page: Page) -> None:
    answer = ask(page, "xyzzyq")
    assert (answer["state"], answer["hits"], answer["corrected"]) == ("nothing", [], "")
    assert [category["id"] for category in answer["nearest"]] == ["mail", "downloads"]


def test_what_goes_on_is_named_where_it_is_asked_for(page: Page) -> None:
    events = [
        {"components": ["downloads"], "name": "Download service", "title": ""},
        {"components": ["mail"], "name": "", "title": "Spam folders swallow our mails"},
    ]

    def asked(question: str) -> list[str]:
        found: list[str] = ask(page, question, events=events)["events"]
        return found

    assert asked("zip download") == ["downloads"]
    assert asked("is the downlod broken") == ["downloads"]
    assert asked("spam folder") == ["mail"]
    assert asked("pelican in the spam of my brown computer bag") == [], "one word of many"
    assert asked("pelican") == []
    assert ask(page, "download")["events"] == []


def test_only_the_newest_question_is_answered(page: Page) -> None:
    answers = page.evaluate(
        """async () => {
          const { ask } = await import("/js/search_client.js");
          return Promise.all([ask("zip"), ask("zip d"), ask("pelican")]);
        }"""
    )
    assert answers[:2] == [None, None]
    assert answers[2]["hits"][0]["title"] == "Pelican"


def test_a_new_build_under_an_open_page_is_taken_over(page: Page, folder: Path) -> None:
    assert ask(page, "pelican")["state"] == "answer"
    write_index(folder, index("flamingo"))
    assert ask(page, "spam")["hits"][0]["title"] == "Where is the mail?"
    page.reload()
    assert ask(page, "flamingo")["hits"][0]["title"] == "flamingo"


@pytest.mark.parametrize("later", [0, 10], ids=["in the same second", "later"])
def test_words_that_are_gone_are_looked_for_in_the_new_index(
    browser: Browser, folder: Path, later: int
) -> None:
    write_index(folder, index_of({"language": "en", "documents": FILLER}))
    with shown(folder) as url:
        page = browser.new_page()
        page.goto(f"{url}index.html")
        assert ask(page, "filler5")["hits"][0]["url"] == "other-5/"
        changed = [{**entry, "title": f"Changed {number}"} for number, entry in enumerate(FILLER)]
        manifest = folder / "search/manifest.json"
        moment = manifest.stat().st_mtime + later
        write_index(folder, index_of({"language": "en", "documents": changed}))
        os.utime(manifest, (moment, moment))
        assert ask(page, "words filler612")["hits"][0]["title"] == "Changed 612"
        page.close()


@pytest.mark.parametrize(
    "broken", [b"", b"{}", b"<!doctype html><title>Not found</title>", b'{"format": 99, "table": "x"}']
)
def test_an_index_that_cannot_be_read_is_told_and_tried_again(
    page: Page, folder: Path, broken: bytes
) -> None:
    manifest = folder / "search/manifest.json"
    good = manifest.read_bytes()
    replaced(manifest, broken, 1)
    answer = ask(page, "zip")
    assert (answer["state"], answer["question"], answer["hits"]) == ("failed", "zip", [])
    replaced(manifest, good, 2)
    assert ask(page, "zip")["state"] == "answer"


@pytest.mark.parametrize("name", ["i-", "f-", "t-", "r-"])
@pytest.mark.parametrize("damage", ["missing", "cut", "page"])
def test_a_file_that_fails_once_does_no_harm(page: Page, name: str, damage: str) -> None:
    failed: list[str] = []

    def answer(route: Route) -> None:
        if failed:
            route.continue_()
            return
        failed.append(route.request.url)
        if damage == "missing":
            route.fulfill(status=404)
        elif damage == "page":
            route.fulfill(status=200, content_type="text/html", body="<!doctype html>Not here")
        else:
            body = route.fetch().body()
            route.fulfill(status=200, body=body[: len(body) // 2])

    page.context.route(f"**/search/{name}*.bin", answer)
    assert ask(page, "zip download")["state"] == "answer"
    assert len(failed) == 1


def test_a_search_whose_program_cannot_be_loaded_is_told(page: Page) -> None:
    page.context.route("**/js/search_worker.js", lambda route: route.abort())
    assert ask(page, "zip")["state"] == "failed"
    page.context.unroute("**/js/search_worker.js")
    assert ask(page, "zip")["state"] == "answer"


def test_nothing_is_fetched_before_somebody_asks_and_nothing_twice(page: Page) -> None:
    asked: list[str] = []
    page.context.on(
        "request", lambda request: asked.append(request.url) if "/search/" in request.url else None
    )
    page.evaluate("import('/js/search_client.js')")
    assert asked == []
    page.evaluate("import('/js/search_client.js').then(({ warm }) => warm())")
    ask(page, "zip")
    # What a worker fetches is told a little later.
    page.wait_for_timeout(300)
    first = list(asked)
    assert sum("manifest.json" in url for url in first) == 1
    ask(page, "zip")
    page.wait_for_timeout(300)
    assert asked == first


def test_the_manifest_is_small_and_names_one_table(folder: Path) -> None:
    manifest = json.loads((folder / "search/manifest.json").read_text())
    assert set(manifest) == {"format", "table"}
    assert (folder / f"search/i-{manifest['table']}.bin").is_file()


def test_a_help_center_without_articles_has_no_answer(page: Page, folder: Path) -> None:
    write_index(folder, index_documents([], Language("en", str)))
    answer = ask(page, "anything at all")
    assert (answer["state"], answer["hits"], answer["nearest"]) == ("nothing", [], [])
    assert ask(page, "a", typing=True)["state"] == "nothing"
