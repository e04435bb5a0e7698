"""What search knows of a language: how its words inflect, which say little, and which mean the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from waypost.core.search.words import words_of


@dataclass(frozen=True)
class SynonymGroup:
    """Words and phrases that people use for one thing."""

    members: tuple[str, ...]
    weight: float
    """What a document that says it in one of the other ways is worth, against one that says it in this."""


@dataclass(frozen=True)
class Language:
    """One language as the index needs it; browsers get what came of it."""

    code: str
    stem: Callable[[str], str]
    """Reduces a word to what its inflections share; equal words give equal stems."""
    stop: frozenset[str] = frozenset()
    """Words that are in every sentence; nothing is found by them."""
    light: frozenset[str] = frozenset()
    """Words of any conversation, which tell little about what somebody asks."""
    synonyms: Sequence[SynonymGroup] = ()

    def terms(self, text: str) -> list[str]:
        """Return the stems of the words of a text that can be found, in its order."""
        return [self.stem(word) for word in words_of(text) if word not in self.stop]
