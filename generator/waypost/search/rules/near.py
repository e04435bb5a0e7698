"""Words that somebody may have meant who wrote one that is nowhere. theme/search/search_near.js is the twin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waypost.search.rules.constants import (
    CANDIDATES,
    FIRST_WRONG,
    INFLECTED,
    LONGEST_ENDING,
    ONE_TYPO,
    PREFIX,
    PREFIX_WHOLE,
    SAME_STEM,
    SHORTEST_FORM,
    SHORTEST_PREFIX,
    SHORTEST_TWO_TYPOS,
    SHORTEST_TYPO,
    TWO_TYPOS,
    TYPING,
)

Near = tuple[str, int]
"""A word, and how near it is, from 1 to 100."""


def near(word: str, forms: Iterable[str], *, typing: bool) -> list[Near]:
    """Return the forms that a word may stand for, nearest first; `typing` says that it may be unfinished."""
    found = [(form, nearness) for form in forms if (nearness := _nearness(word, form, typing=typing))]
    found.sort(key=lambda row: (-row[1], row[0]))
    return found[:CANDIDATES]


def first_letters(word: str) -> Iterator[str]:
    """Yield the letters with which a form near a word can begin: its first, or the second where that is one too many
    or has changed places. A first letter that is missing is not found: all words would have to be looked at."""
    yield from dict.fromkeys(word[:2])


def _nearness(word: str, form: str, *, typing: bool) -> int:
    if " " in form:
        return 0
    if form.startswith(word):
        enough = TYPING if typing else SHORTEST_PREFIX
        return PREFIX + PREFIX_WHOLE * len(word) // len(form) if len(word) >= enough else 0
    shared = _shared(word, form)
    rest = max(len(word), len(form)) - shared
    if shared >= SHORTEST_TYPO and rest <= LONGEST_ENDING and shared >= rest:
        # Another inflection, as far as can be told without its grammar.
        inflected = SAME_STEM if shared == len(form) else INFLECTED
    else:
        inflected = 0
    return max(inflected, _misspelt(word, form))


def _shared(word: str, form: str) -> int:
    most = min(len(word), len(form))
    return next((at for at in range(most) if word[at] != form[at]), most)


def _misspelt(word: str, form: str) -> int:
    if len(word) < SHORTEST_TYPO or abs(len(word) - len(form)) > 2 or len(form) < SHORTEST_FORM:
        return 0
    same_start = word[0] == form[0]
    most = 2 if len(word) >= SHORTEST_TWO_TYPOS and same_start else 1
    edits = distance(word, form, most)
    if edits > most:
        return 0
    return (ONE_TYPO if same_start else FIRST_WRONG) if edits == 1 else TWO_TYPOS


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters must change, go, come or swap places; above `most`, any larger number.

    Optimal string alignment: Boytsov, Indexing methods for approximate dictionary searching (2011), section 2.2.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for column, other_letter in enumerate(other, start=1):
            best = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != other_letter))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == other_letter:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]
