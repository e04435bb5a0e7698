"""The sentence that answers a question, as it stands in an article. theme/search/search_quote.js is the twin.

Articles say in a title or a heading what they are about, and answer below it. So a title that has rare words of
the question shows that the article is the right one, and what it does not have is looked for in the sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from waypost.search.rules import constants
from waypost.search.rules.documents import Passage, SearchDocument
from waypost.search.rules.index import Index, PassageForms
from waypost.search.rules.ranking import AnswerState, AskedForms, Hit, Ranking, asked_forms

_NO_STATEMENT = ("?", "？", "؟", ":", "：", "…")
"""How a text ends that asks, that only leads to what follows, or that was cut off."""


@dataclass(frozen=True)
class Quote:
    """A sentence of an article, or the first question of a troubleshooter, word for word."""

    text: str
    document: SearchDocument
    anchor: str
    """Where it stands on the page; empty where that has no anchor."""


def quote(index: Index, ranking: Ranking) -> Quote | None:
    """Return what to quote as the answer; None where it is not sure enough that it is one."""
    if ranking.state is not AnswerState.ANSWER:
        return None
    hit = ranking.hits[0]
    asked = asked_forms(index, ranking.concepts)
    known = sum(concept.weight for concept in ranking.concepts if concept.candidates)
    sentences = [_weighed(sentence, asked) for sentence in _sentences(index, hit)]
    worths = [_worth(sentence, place, known) for place, sentence in enumerate(sentences)]
    best = sentences[worths.index(max(worths))] if sentences else None
    # Where the best is too long to be read at a glance, the next best is no answer.
    if not best or len(best.passage.text) > constants.QUOTE_LONGEST or not _is_certain(index, best, asked):
        return None
    return Quote(best.passage.text, hit.document, anchor_of(hit.document, best.passage.section))


def anchor_of(document: SearchDocument, section: int) -> str:
    """Return the anchor of a section of a document; for none, such as that of its title, where the document begins."""
    anchor = document.sections[section].anchor if section >= 0 else ""
    return anchor or document.url.partition("#")[2]


@dataclass(frozen=True)
class _Sentence:
    passage: Passage
    forms: PassageForms
    names: Sequence[PassageForms]
    """What stands above it: the title, and maybe a heading."""
    named: int = 0
    """The weight of what was asked that stands above it, in hundredths."""
    added: int = 0
    """The same of what only the sentence has."""
    missing: int = 0
    """The same of what is in neither."""


def _weighed(sentence: _Sentence, asked: Sequence[AskedForms]) -> _Sentence:
    named = added = missing = 0
    for each in asked:
        if worth := max(each.worth_in(forms) for forms in sentence.names):
            named += each.weight * worth
        elif worth := each.worth_in(sentence.forms):
            added += each.weight * worth
        else:
            missing += each.weight * constants.WHOLE
    return replace(sentence, named=named, added=added, missing=missing)


def _sentences(index: Index, hit: Hit) -> Iterator[_Sentence]:
    """Yield what can be quoted of a document; where a heading is nearest to the question, of its section only."""
    document = hit.document
    number = next(at for at, other in enumerate(index.documents) if other is document)
    passages = list(zip(document.passages, index.passages[number], strict=True))
    title = passages[0][1]
    nearest, _ = passages[max(hit.passage, 0)]
    # The steps of a troubleshooter have no anchors. It begins with its first question.
    steps = [
        row
        for row in passages
        if row[0].is_name and row[0].section >= 0 and not _has_anchor(document, row[0])
    ]
    if steps:
        yield _Sentence(*steps[0], [title])
        return
    heading: Sequence[PassageForms] = ()
    for passage, forms in passages:
        if passage.is_name:
            heading = (forms,) if passage.section >= 0 else ()
        elif _can_answer(passage, forms) and (
            not nearest.is_name or nearest.section in (-1, passage.section)
        ):
            yield _Sentence(passage, forms, [title, *heading])


def _has_anchor(document: SearchDocument, passage: Passage) -> bool:
    return document.sections[passage.section].anchor != ""


def _can_answer(passage: Passage, forms: PassageForms) -> bool:
    is_statement = len(forms) >= constants.QUOTE_SHORTEST and not passage.text.endswith(_NO_STATEMENT)
    return passage.section >= 0 and is_statement


def _worth(sentence: _Sentence, place: int, known: int) -> int:
    """Return how likely a sentence is the one that answers; `place` is its number in the document."""
    words = min(len(sentence.forms), constants.QUOTE_WORDS)
    has_number = any(char.isdecimal() for char in sentence.passage.text)
    return (
        sentence.added * constants.LIKENESS // (constants.WHOLE * known)
        + constants.QUOTE_FIRST // (place + 1)
        + constants.QUOTE_LENGTH * words // constants.QUOTE_WORDS
        + constants.QUOTE_NUMBER * has_number
    )


def _is_certain(index: Index, sentence: _Sentence, asked: Sequence[AskedForms]) -> bool:
    """Tell whether what stands above a sentence has enough of what was asked, or is the question itself."""
    total = constants.WHOLE * sum(each.weight for each in asked)
    for forms in sentence.names:
        shared = sum(each.weight * each.worth_in(forms) for each in asked)
        if shared == total == constants.WHOLE * index.weight_of(forms):
            return True
    enough = constants.QUOTED * index.unknown
    return constants.QUOTE_REST * (sentence.named - enough) + sentence.added - sentence.missing >= 0
