"""The numbers by which a question is answered. The index carries them, so that the browser uses the same.

Worths and nearness are in hundredths, 100 for a word as it was written.
"""

from __future__ import annotations

from waypost.formats.search import LONGEST_PHRASE

LONGEST_QUESTION = 2000
"""Characters that are read."""

MOST_WORDS = 200
"""Words of a question that are read."""

KEY_TERMS = 20
"""Words by which a question is answered, the rarest of it: a longer one is a story, or the text of an error."""

COMPLETED = 50
"""The worth of a longer word for an unfinished one that is a word too, and of one word of a phrase for the phrase."""

WHOLE = 100
"""The worth of a word as it was written."""

STOP = 60
"""The worth of an unknown word that is in every sentence."""

LONGEST_KEY = 120
"""Characters of a question that are compared word for word."""

COMPARED = 8
"""Documents with the most words in common that are compared with the question passage by passage."""

FIRST = 40
"""The factor that makes a score thousandths of the weight of the words that were asked."""

LIKENESS = 1000
"""The likeness of a passage that has the words of the question and no others."""

SECOND = 2
"""How much the nearest passage of a document counts against all its words: a passage that is the question counts
as much as two mentions of all its words."""

NEAREST = 3
"""Documents that are named where it is not sure that any of them answers."""

TAIL = 40
"""A document that is this part as near as the best is shown, in hundredths; the rest only shares a word."""

CANDIDATES = 6
"""Words that one word may stand for. More than this is guessing."""

TYPING = 1
"""Letters of an unfinished word from which it is completed."""

SHORTEST_PREFIX = 3
"""The same for a word that is finished."""

SHORTEST_TYPO = 4
"""Letters of a word and of a form from which on a letter may be wrong."""

SHORTEST_TWO_TYPOS = 7
"""The same for two."""

SHORTEST_ALIKE = 3
"""Letters of words from which on they may be alike."""

SHORTEST_PART = 3
"""Letters of a part of a compound."""

PREFIX = 60
"""How near a form is that begins with the word."""

PREFIX_WHOLE = 30
"""Added to that, in proportion to how much of the form the word makes up."""

ALIKE = 80
"""How near two words would be that share all groups of three letters: galleries and gallery share most."""

LEAST_ALIKE = 40
"""The likeness in hundredths from which on a word that a language has may stand for another."""

LAST_ALIKE = 20
"""The same where no word of a question is known."""

SHORT = 4
"""Letters up to which a word is only like what begins with it, or what it begins with: tear is not like team."""

SHARED = 4
"""Letters at their beginning that a word has in common with any other it may stand for, where nobody knows it."""

RELATED = 70
"""How near a word that is known and another would be that share all groups of three letters."""

LEAST_RELATED = 50
"""The likeness from which on they are related: connect and connection."""

RELATIVES = 2
"""How many related words one stands for."""

ONE_TYPO = 80
"""How near a word is with one letter wrong."""

FIRST_WRONG = 65
"""The same where it is the first letter."""

TWO_TYPOS = 55
"""How near a word is with two letters wrong."""

NAMED = 50
"""The worth from which on a title has a word that was asked."""

QUOTED = 90
"""The weight of the words of a question that must stand above a sentence for it to be quoted, in hundredths of that
of one ordinary word of the site."""

QUOTE_REST = 4
"""How many times less than such a word one counts that is only in the sentence, or, against it, nowhere."""

QUOTE_SHORTEST = 3
"""Different words of a sentence that can be quoted."""

QUOTE_LONGEST = 400
"""Characters of it."""

QUOTE_FIRST = 400
"""What the first sentence of a document has before others, the second half of it, the third a third, and so on; in
thousandths of all that was asked."""

QUOTE_NUMBER = 200
"""The same for a number: many people ask how much or how long."""

QUOTE_LENGTH = 200
"""The same for a sentence of QUOTE_WORDS words; a shorter one has less in proportion."""

QUOTE_WORDS = 15


def ranking_constants() -> dict[str, int]:
    """Return all of them, as search_ranking.js and search_near.js read them: by their names in small letters."""
    own = {name.lower(): value for name, value in globals().items() if name.isupper()}
    return {**own, "longest_phrase": LONGEST_PHRASE}
