"""Read content/synonyms.yml and content/queries.yml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from waypost.base.files.validation import ADD_OR_CORRECT, load_yaml
from waypost.base.files.yaml_source import YamlDocument
from waypost.base.tokens import form_of
from waypost.formats.article import Article
from waypost.formats.search import LONGEST_PHRASE, NO_ANSWER, Query, QueryFile, SynonymFile
from waypost.problems import Problem, did_you_mean

T = TypeVar("T")


def load_search_files(
    root: Path, pages: Mapping[str, Article], paths: Collection[str]
) -> tuple[SynonymFile, QueryFile, list[Problem]]:
    """Read what writers tell the search; a site may have either file, both or none.

    `paths` are those of all pages, also of those that cannot be read.
    """
    document, synonyms, problems = _load(root, "synonyms.yml", SynonymFile)
    if document and synonyms:
        problems += _check_synonyms(document, synonyms)
    document, queries, found = _load(root, "queries.yml", QueryFile)
    problems += found
    if document and queries:
        problems += check_queries(document, queries, pages, paths)
    return synonyms or SynonymFile(), queries or QueryFile(), problems


def _load(root: Path, name: str, model: type[T]) -> tuple[YamlDocument | None, T | None, list[Problem]]:
    path = root / "content" / name
    if not path.exists() and not path.is_symlink():
        return None, None, []
    return load_yaml(root, path, model)


def _check_synonyms(document: YamlDocument, file: SynonymFile) -> Iterator[Problem]:
    for number, group in enumerate(file.synonyms):
        earlier: set[str] = set()
        for at, member in enumerate(group):
            form = form_of(member)
            message = _fault_of(form, earlier)
            if message:
                yield document.problem_at(("synonyms", number, at), "bad-value", message)
            earlier.add(form)


def _fault_of(form: str, earlier: Collection[str]) -> str:
    """Say why a member of a group, as the index writes it, is of no use there; or nothing."""
    if not form:
        return "There is no letter and no digit in this. Write a word or a phrase."
    if len(form.split()) > LONGEST_PHRASE:
        return f"A phrase has at most {LONGEST_PHRASE} words, and longer ones are never found. Shorten it."
    if form in earlier:
        return "Case, accents and hyphens make no difference, so this stands twice in its group. Delete it."
    return ""


def check_queries(
    document: YamlDocument, file: QueryFile, pages: Mapping[str, Article], paths: Collection[str]
) -> Iterator[Problem]:
    """Find questions that the search can never answer as they say.

    `pages` are those that can be read, with drafts, and `paths` are those of all.
    """
    articles = [path for path in paths if path not in pages or pages[path].article_kind]
    earlier: set[str] = set()
    for number, query in enumerate(file.queries):
        form = " ".join(query.ask.casefold().split())
        if form in earlier:
            message = "The same question stands above. Delete one of the two."
            yield document.problem_at(("queries", number, "ask"), "bad-value", message)
        earlier.add(form)
        code, message = _answer_fault(query, paths, articles)
        if message:
            yield document.problem_at(("queries", number, "answer"), code, message)


def _answer_fault(query: Query, paths: Collection[str], articles: Collection[str]) -> tuple[str, str]:
    """Say why nothing can answer a question as it is written, with the code of that; or nothing."""
    if query.answer == NO_ANSWER:
        return "", ""
    if query.answer not in paths:
        hint = did_you_mean(query.answer, articles) or ADD_OR_CORRECT
        return "unknown-article", f"There is no content/{query.answer}.{hint}"
    if query.answer not in articles:
        return "bad-value", "The search finds articles only, and this page is none. Name an article, or none."
    if not form_of(query.ask):
        return "bad-value", "The question holds no letter and no digit, so nothing can be found. Write none."
    return "", ""
