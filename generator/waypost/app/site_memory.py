"""What a build remembers of the texts of a site for the next one."""

from __future__ import annotations

from typing import Any

from waypost.adapters.build_record import Reuse
from waypost.adapters.term_memory import TermMemory
from waypost.adapters.whoosh_words import WordCounts
from waypost.core.search.index import FieldCounts
from waypost.core.search.weights import FIELDS


class SiteMemory:
    """The words of each text, as far as a build before has counted them."""

    def __init__(self, reuse: Reuse | None = None) -> None:
        program = reuse.program if reuse else ""
        self.likeness: TermMemory[WordCounts] = TermMemory(
            _word_counts, reuse.file("terms.jsonl") if reuse else None, program
        )
        self.search: TermMemory[FieldCounts] = TermMemory(
            _field_counts, reuse.file("search.jsonl") if reuse else None, program
        )


def _word_counts(read: Any) -> WordCounts:
    return {str(stem): float(count) for stem, count in read.items()}


def _field_counts(read: Any) -> FieldCounts:
    counts = tuple({str(form): int(count) for form, count in field.items()} for field in read)
    if len(counts) != len(FIELDS):
        raise ValueError(read)
    return counts
