"""The index of a site is the same whether its words were counted now or by an earlier build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.sites import sample_site
from waypost.formats.project import Project
from waypost.reading.project import load_project
from waypost.search.io.word_cache import SiteCache
from waypost.search.rules.index import document_words
from waypost.search.site_search import search_outputs, site_index, site_language

CATEGORIES = [("downloads", "Downloads", "downloads/")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return load_project(sample_site(tmp_path_factory.mktemp("outputs") / "site"))


def cache(folder: Path, program: str = "program") -> SiteCache:
    return SiteCache(folder, program)


def published(project: Project, kept: SiteCache | None = None) -> dict[str, bytes]:
    return search_outputs(project.help_center, site_language(project), CATEGORIES, kept)


def test_what_is_remembered_gives_the_same_files(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = published(project)
    assert published(project, cache(tmp_path)) == plain
    # Nothing is counted a second time.
    monkeypatch.setattr("waypost.search.site_search.document_words", lambda *_: pytest.fail("counted again"))
    assert published(project, cache(tmp_path)) == plain


def test_another_program_and_other_synonyms_count_anew(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(project, cache(tmp_path))
    counted: list[str] = []

    def counting(document, phrases):  # type: ignore[no-untyped-def]  # passes on
        counted.append(document.url)
        return document_words(document, phrases)

    monkeypatch.setattr("waypost.search.site_search.document_words", counting)
    published(project, cache(tmp_path, "another program"))
    everything = len(counted)
    assert everything > len(project.help_center.articles)
    site_index(
        project.help_center,
        site_language(Project(project.help_center, project.status, language="de")),
        cache(tmp_path),
    )
    assert len(counted) == 2 * everything


DOCUMENT = ["u", "p", "t", [], "no kind", "", [], "", [], ""]
DAMAGED = {
    "empty": "",
    "cut": "{",
    "list": "[]",
    "key": '["key"]',
    "short": '["key", [[["u"], []]]]',
    "kind": json.dumps(["key", [[DOCUMENT, [{}, {}, {}, {}]]]]),
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED)
def test_lines_that_were_damaged_are_forgotten(project: Project, tmp_path: Path, line: str) -> None:
    plain = published(project, cache(tmp_path))
    file = tmp_path / "search.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    key = json.loads(next(filter(None, lines)))[0]
    broken = line.replace("key", key)
    file.write_text("\n".join([broken, *lines[3:]]), encoding="utf-8")
    assert published(project, cache(tmp_path)) == plain


def test_every_document_can_be_opened_and_has_its_category(project: Project) -> None:
    index = site_index(project.help_center, site_language(project))
    urls = [document.url for document in index.documents]
    assert len(urls) == len(set(urls)) > len(project.help_center.articles)
    categories = {page.category for page in project.help_center.categories}
    articles = {page.url for page in project.help_center.articles}
    placed = [document for document in index.documents if document.url.partition("#")[0] in articles]
    assert {document.category for document in placed} <= categories
    assert {document.url for document in index.documents if not document.category} == {
        "status/",
        "status/subscribe/",
        "contact/",
        "ticket/",
    }
    faq = [document for document in index.documents if "#" in document.url]
    assert faq, "questions are documents of their own"
    assert all(
        document.sections[0].anchor == document.url.partition("#")[2] for document in faq if document.sections
    )
