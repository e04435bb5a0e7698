"""Read content/synonyms.yml and content/queries.yml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from waypost.adapters.validation import ADD_OR_CORRECT, load_yaml
from waypost.adapters.yaml_source import YamlDocument
from waypost.core.search.index import form_of
from waypost.model.article import Article
from waypost.model.search import NO_ANSWER, QueryFile, SynonymFile
from waypost.problems import Problem, did_you_mean

T = TypeVar("T")


def load_search_files(
    root: Path, pages: Mapping[str, Article]
) -> tuple[SynonymFile, QueryFile, list[Problem]]:
    """Read what writers tell the search; a site may have either file, both or none."""
    document, synonyms, problems = _load(root, "synonyms.yml", SynonymFile)
    if document and synonyms:
        problems += _check_synonyms(document, synonyms)
    document, queries, found = _load(root, "queries.yml", QueryFile)
    problems += found
    if document and queries:
        problems += _check_queries(document, queries, pages)
    return synonyms or SynonymFile(), queries or QueryFile(), problems


def _load(root: Path, name: str, model: type[T]) -> tuple[YamlDocument | None, T | None, list[Problem]]:
    path = root / "content" / name
    if not path.exists() and not path.is_symlink():
        return None, None, []
    return load_yaml(root, path, model)


def _check_synonyms(document: YamlDocument, file: SynonymFile) -> Iterator[Problem]:
    for number, group in enumerate(file.synonyms):
        for at, member in enumerate(group):
            if not form_of(member):
                message = "There is no letter and no digit in this. Write a word or a phrase."
                yield document.problem_at(("synonyms", number, at), "bad-value", message)


def _check_queries(
    document: YamlDocument, file: QueryFile, pages: Mapping[str, Article]
) -> Iterator[Problem]:
    for number, query in enumerate(file.queries):
        if query.answer != NO_ANSWER and query.answer not in pages:
            hint = did_you_mean(query.answer, pages) or ADD_OR_CORRECT
            message = f"There is no article content/{query.answer}.{hint}"
            yield document.problem_at(("queries", number, "answer"), "bad-value", message)
