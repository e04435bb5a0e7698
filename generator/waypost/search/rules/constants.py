"""The numbers by which a question is answered. The index carries them, so that the browser uses the same.

Worths and nearness are in hundredths, 100 for a word as it was written.
"""

from __future__ import annotations

from waypost.formats.search import LONGEST_PHRASE

LONGEST_QUESTION = 2000
"""Characters that are read."""

MOST_WORDS = 40
"""A longer question is a story, and its start says what it is about."""

COMPLETED = 50
"""The worth of a longer word for an unfinished one that is a word too, and of one word of a phrase for the phrase."""

TAIL = 4
"""A document with less than this part of the best score is no answer: it only shares a word with the question."""

WHOLE = 100
"""The worth of a word as it was written."""

SCALE = 4
"""The factor that makes a score hundredths of the weights of all words of the question."""

ENOUGH = 112
"""The least confidence in the best answer. Calibrated on two collections, with questions that the one answers
and the other does not, and with questions of daily life: docs/performance.md has the figures."""

ENOUGH_COVERED = 20
"""The least part of the question, in hundredths, that an answer must cover: one common word of many is not enough."""

CANDIDATES = 6
"""Words that one word may stand for. More than this is guessing."""

TYPING = 1
"""Letters of an unfinished word from which it is completed."""

SHORTEST_PREFIX = 3
"""The same for a word that is finished."""

SHORTEST_TYPO = 4
"""Letters of a word from which on a letter may be wrong."""

SHORTEST_TWO_TYPOS = 7
"""The same for two."""

SHORTEST_FORM = 3
"""Letters of a form that a misspelt word may stand for."""

PREFIX = 60
"""How near a form is that begins with the word."""

PREFIX_WHOLE = 30
"""Added to that, in proportion to how much of the form the word makes up."""

SAME_STEM = 80
"""How near a word is that goes on behind a form: pictures to picture."""

LONGEST_ENDING = 4
"""Letters in which two forms of a word may differ at their end: stopping and stops."""

INFLECTED = 70
"""How near two words are that only end differently: galleries and gallery."""

ONE_TYPO = 80
"""How near a word is with one letter wrong."""

FIRST_WRONG = 65
"""The same where it is the first letter."""

TWO_TYPOS = 55
"""How near a word is with two letters wrong."""


def ranking_constants() -> dict[str, int]:
    """Return all of them, as search_ranking.js and search_near.js read them: by their names in small letters."""
    own = {name.lower(): value for name, value in globals().items() if name.isupper()}
    return {**own, "longest_phrase": LONGEST_PHRASE}
