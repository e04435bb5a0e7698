"""What a build remembers of the texts of a site for the next one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waypost.search.io.term_cache import TermMemory
from waypost.search.io.whoosh_words import WordCounts
from waypost.search.rules.documents import SearchDocument, Section
from waypost.search.rules.index import FieldCounts
from waypost.search.rules.weights import FIELDS

Counted = tuple[SearchDocument, FieldCounts]
"""What can be found, with its words."""


class SiteMemory:
    """The words of each text, as far as a build before has counted them.

    Without a folder it remembers nothing. `program` is a digest of what counted the words.
    """

    def __init__(self, folder: Path | None = None, program: str = "") -> None:
        self.likeness: TermMemory[WordCounts] = TermMemory(
            _word_counts, folder and folder / "terms.jsonl", program
        )
        self.search: TermMemory[list[Counted]] = TermMemory(
            _counted, folder and folder / "search.jsonl", program, _written
        )


def _word_counts(read: Any) -> WordCounts:
    return {str(stem): float(count) for stem, count in read.items()}


def _counted(read: Any) -> list[Counted]:
    """Take over what was counted; it is not checked word by word, which would take longer than counting."""
    found = [(_document(*document), tuple(counts)) for document, counts in read]
    if any(len(counts) != len(FIELDS) for _, counts in found):
        raise ValueError(read)
    return found


def _document(  # noqa: PLR0917  # as many as a document has
    url: str,
    path: str,
    title: str,
    aliases: list[str],
    kind: str,
    summary: str,
    sections: list[list[str]],
    category: str,
    components: list[str],
) -> SearchDocument:
    parts = tuple(Section(*section) for section in sections)
    return SearchDocument(url, path, title, tuple(aliases), kind, summary, parts, category, tuple(components))


def _written(found: list[Counted]) -> Any:
    return [
        [
            [
                *(document.url, document.path, document.title, document.aliases, document.kind),
                *(document.summary, [[part.anchor, part.heading, part.text] for part in document.sections]),
                *(document.category, document.components),
            ],
            counts,
        ]
        for document, counts in found
    ]
