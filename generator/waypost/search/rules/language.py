"""What search knows of a language: how its words inflect, which say little, and which mean the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


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
