"""The search of a site as it is published: its index in shards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from waypost.base.files.languages import site_words
from waypost.formats.article import Article
from waypost.formats.project import HelpCenter, Project
from waypost.search.io.language import search_language
from waypost.search.io.word_cache import Counted, SiteCache
from waypost.search.rules.certainty import learned
from waypost.search.rules.documents import SearchDocument, search_documents
from waypost.search.rules.index import Index, Language, build_index, document_words
from waypost.search.rules.quotes import Quote, quote
from waypost.search.rules.ranking import Ranking, rank
from waypost.search.rules.shards import Category, search_files
from waypost.search.rules.site_pages import page_documents


def site_language(project: Project) -> Language:
    """Return the language of a site with its synonyms."""
    return search_language(project.language, project.help_center.synonyms)


def site_index(help_center: HelpCenter, language: Language, cache: SiteCache | None = None) -> Index:
    """Index everything that a help center publishes."""
    counted = (cache or SiteCache()).search
    # The words depend on these beside the text.
    setting = f"{language.code}{sorted(language.phrases.items())}\0"
    found = [
        entry
        for article in help_center.searched
        for entry in counted.get(f"{setting}{article!r}", partial(_counted, article, language))
    ]
    for page in page_documents(help_center, site_words(language.code), language.pages):
        found += counted.get(f"{setting}{page!r}", partial(_with_words, [page], language))
    counted.save()
    return learned(build_index([document for document, _ in found], [words for _, words in found], language))


def _counted(article: Article, language: Language) -> list[Counted]:
    return _with_words(search_documents([article]), language)


def _with_words(documents: Sequence[SearchDocument], language: Language) -> list[Counted]:
    return [(document, document_words(document, language)) for document in documents]


def search_outputs(
    help_center: HelpCenter, language: Language, categories: Sequence[Category], cache: SiteCache | None
) -> dict[str, bytes]:
    """Return the files of the search, by their path from the root of the output."""
    return search_files(site_index(help_center, language, cache), language.code, categories)


def search(project: Project, question: str, limit: int) -> Ranking:
    """Return the answers to a question, best first; without hits where nothing answers it."""
    return rank(site_index(project.help_center, site_language(project)), question, limit)


@dataclass(frozen=True)
class Reply:
    """What readers get for a question."""

    ranking: Ranking
    quote: Quote | None
    """The sentence that answers; None where it is not sure enough that one does."""


def ask(project: Project, questions: Iterable[str], limit: int) -> Iterator[Reply]:
    """Yield the answer to each question, with `limit` results at most."""
    index = site_index(project.help_center, site_language(project))
    for question in questions:
        ranking = rank(index, question, limit)
        yield Reply(ranking, quote(index, ranking))
