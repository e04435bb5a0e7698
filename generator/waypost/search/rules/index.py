"""The index of one site: which words there are, and how much each is worth in which document."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from waypost.base.tokens import form_of, words_of, written_words
from waypost.search.rules import constants
from waypost.search.rules.documents import SearchDocument


@dataclass(frozen=True)
class SynonymGroup:
    """Words and phrases that people use for one thing."""

    members: tuple[str, ...]
    weight: float
    """The worth of a document with one of the other members, against one with the member that was asked."""


@dataclass(frozen=True)
class Language:
    """One language as the index needs it."""

    code: str
    stem: Callable[[str], str]
    """Returns the stem that the inflections of a word share; the word is as people write it, in small letters."""
    stop: frozenset[str] = frozenset()
    """Words that are in every sentence, which tell only how something is asked."""
    light: frozenset[str] = frozenset()
    """Words of any conversation, which say little about a question."""
    synonyms: Sequence[SynonymGroup] = ()
    links: Sequence[str] = ()
    """What may stand between the parts of a compound; empty in languages that part them by spaces."""
    words: frozenset[str] = frozenset()
    """Its most frequent words, as search sees them; empty where nobody has counted them."""
    pages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What people ask for the pages that every site has, by their names in site_pages.py."""

    def term_of(self, form: str) -> str:
        """Return the stem of a word; a phrase is its own."""
        return form if " " in form else self.stem(form)

    @cached_property
    def phrases(self) -> Mapping[str, Sequence[tuple[str, ...]]]:
        """The synonyms of several words, as their words, by the first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for group in self.synonyms:
            for member in group.members:
                words = tuple(form_of(member).split())
                if len(words) > 1:
                    found.setdefault(words[0], []).append(words)
        return found


Counts = Mapping[str, int]
"""How often each term stands in a text."""


@dataclass(frozen=True)
class DocumentField:
    """One part of a document."""

    name: str
    weight: float
    saturation: float
    """k1 of BM25: how slowly further mentions stop to count."""
    length: float
    """b of BM25: how much a long text counts less, from 0 to 1."""


FIELDS = (
    DocumentField("title", weight=2.0, saturation=1.2, length=0.4),
    DocumentField("headings", weight=0.8, saturation=1.2, length=0.5),
    DocumentField("text", weight=1.0, saturation=1.5, length=0.75),
)
"""BM25 as Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), section 3, with their usual k1."""


def rarity(holders: int, documents: int) -> float:
    """Return the weight of a word by how many documents of all hold it: Robertson's idf, never below zero."""
    return math.log(1 + (documents - holders + 0.5) / (holders + 0.5))


Impacts = dict[str, dict[int, float]]
"""The worth of each term in each document, by the document's number."""


def holders(documents: Sequence[Sequence[Counts]]) -> Counter[str]:
    """Return in how many documents each term is."""
    return Counter(term for fields in documents for term in set().union(*fields))


def impacts(documents: Sequence[Sequence[Counts]], weights: Mapping[str, float]) -> Impacts:
    """Return the worth of each term in each document; a document is given as the counts of its FIELDS.

    `weights` has the weight of each term. The numbers of the documents ascend for each term.
    """
    averages = [_average(texts) for texts in zip(*documents, strict=True)] if documents else []
    found: Impacts = defaultdict(dict)
    for number, fields in enumerate(documents):
        for part, average, text in zip(FIELDS, averages, fields, strict=True):
            length = sum(text.values()) / average
            norm = part.saturation * (1 - part.length + part.length * length)
            for term, count in text.items():
                held = found[term]
                value = part.weight * (part.saturation + 1) * count / (count + norm) * weights[term]
                held[number] = held.get(number, 0.0) + value
    return found


def _average(texts: Sequence[Counts]) -> float:
    """Return the words of a text that has any."""
    lengths = [length for text in texts if (length := sum(text.values()))]
    return sum(lengths) / len(lengths) if lengths else 1.0


SCALE = 4
"""Steps of an impact to one unit of BM25."""

FINE = 16
"""Steps of a word's weight to one unit of rarity."""

LIGHT = 0.6
"""The weight of a word of any sentence or conversation against other words."""


@dataclass(frozen=True)
class Form:
    """A word as it is written somewhere."""

    term: int
    """The number of the stem that it has in common with its inflections."""
    weight: int
    """Its weight, in steps of 1/FINE: the rarer, the more."""


@dataclass(frozen=True)
class Postings:
    """The documents that a term is worth something in, by their numbers, which ascend."""

    documents: Sequence[int]
    impacts: Sequence[int]


@dataclass(frozen=True)
class KnownSynonyms:
    """Words of a site that mean the same."""

    worth: int
    """What one is worth for another, in hundredths."""
    forms: Mapping[int, Sequence[str]]
    """The forms of each, by the number of its term."""


@dataclass(frozen=True)
class Index:
    """The data of the ranking; browsers get it in shards."""

    documents: tuple[SearchDocument, ...]
    passages: Sequence[Sequence[PassageForms]]
    """The words of the passages of each document, in their order."""
    forms: Mapping[str, Form]
    """By the word; those that were only named as synonyms are among them, and what is asked word for word behind a
    space (`question_key`). In the order of the alphabet."""
    postings: Sequence[Postings]
    """By the number of the term."""
    stop: frozenset[str]
    phrases: frozenset[str]
    """Entries of `forms` with spaces: words that mean something else together."""
    unknown: int
    """The weight of a word that is nowhere: that of the mean of all words, as nothing is known of it."""
    synonyms: Sequence[KnownSynonyms]
    links: Sequence[str]
    """What may stand between the parts of a compound."""
    compounds: Mapping[str, Sequence[str]]
    """The parts of the compounds that stand in passages."""
    spelling: Mapping[str, str]
    """Of a word that no document has, the letters that it may lack at its front; empty for a word of the language,
    which lacks none. In the order of the alphabet."""
    sure: int = 0
    """The confidence from which on a document answers; it is learned from the documents (certainty.py)."""

    @cached_property
    def by_letter(self) -> Mapping[str, Sequence[str]]:
        """The forms by their first letter, in the order of the alphabet."""
        found: dict[str, list[str]] = {}
        for form in self.forms:
            found.setdefault(form[0], []).append(form)
        return found

    @cached_property
    def form_shards(self) -> Sequence[Sequence[str]]:
        """The forms in the pieces in which browsers get them."""
        keys = [form for form in self.forms if form.startswith(" ")]
        words = [form for form in self.forms if not form.startswith(" ")]
        return [
            forms[start : start + size]
            for forms, size in ((keys, QUESTIONS_IN_SHARD), (words, FORMS_IN_SHARD))
            for start in range(0, len(forms), size)
        ]

    @cached_property
    def _shard_of(self) -> Mapping[str, int]:
        return {form: number for number, shard in enumerate(self.form_shards) for form in shard}

    def synonyms_of(self, term: int) -> list[tuple[int, str]]:
        """Return the forms of the synonyms of a term, each with its worth."""
        return [
            (group.worth, form)
            for group in self.synonyms
            if term in group.forms
            for other, forms in group.forms.items()
            if other != term
            for form in forms
        ]

    def parts(self, word: str) -> Sequence[str]:
        """Return the parts of a compound that is no form itself; none where it is none."""
        return parts_of(word, self.forms, self.links)

    def inflections(self, form: str) -> list[str]:
        """Return the forms with the stem of a form that stand in its shard, as a browser finds them."""
        if form not in self.forms:
            return []
        term = self.forms[form].term
        return [other for other in self.form_shards[self._shard_of[form]] if self.forms[other].term == term]

    def neighbours(self, form: str) -> list[str]:
        """Return the words beside a form in its shard that have other stems; words of any sentence are none."""
        term = self.forms[form].term
        return [
            other
            for other in self.form_shards[self._shard_of[form]]
            if self.forms[other].term != term and other not in self.stop and " " not in other
        ]

    def weight_of(self, passage: PassageForms) -> int:
        """Return the weight of the words of a passage together; inflections of one word count once."""
        entries = [self.forms[form] for form in passage if form in self.forms]
        return sum({entry.term: entry.weight for entry in entries}.values())


def parts_of(word: str, known: Container[str], links: Sequence[str]) -> Sequence[str]:
    """Return the two known words that a compound is made of, the first as long as possible; none for another word."""
    shortest = constants.SHORTEST_PART
    for end in range(len(word) - shortest, shortest - 1, -1) if links else ():
        if word[:end] in known:
            for link in links:
                start = end + len(link)
                if len(word) - start >= shortest and word[end:start] == link and word[start:] in known:
                    return word[:end], word[start:]
    return ()


FORMS_IN_SHARD = 250

QUESTIONS_IN_SHARD = 60
"""The same of questions that are known word for word, which are longer."""

FieldCounts = tuple[Counts, ...]
"""How often each form stands in each of FIELDS."""

PassageForms = Sequence[str]
"""The different words of a passage."""


@dataclass(frozen=True)
class DocumentWords:
    """The words of a document, as they are written."""

    fields: FieldCounts
    passages: Sequence[PassageForms]
    stems: Mapping[str, str]
    """Of the words that are no stem themselves. They are kept with the words, because grammar takes its time."""


def document_words(document: SearchDocument, language: Language) -> DocumentWords:
    """Count the words of each field of a document, and the phrases among them."""
    texts = {
        "title": document.title,
        "headings": document.headings,
        # An alias is one more sentence, compared with a question on its own like any other. In a field for aliases,
        # or beside the title, it would take questions from the articles that have none.
        # A mark between two keeps the end of one and the start of the next from making a phrase.
        "text": " . ".join((document.text, *document.aliases)),
    }
    fields = tuple(_count(texts[field.name], language) for field in FIELDS)
    written = written_words(" ".join(texts.values()))
    stems = {form: language.term_of(written.get(form, form)) for form in set().union(*fields)}
    return DocumentWords(
        fields,
        [list(dict.fromkeys(words_of(passage.text))) for passage in document.passages],
        {form: stem for form, stem in sorted(stems.items()) if form != stem},
    )


def _count(text: str, language: Language) -> Counts:
    words = words_of(text)
    counts = Counter(words)
    for at, word in enumerate(words):
        for phrase in language.phrases.get(word, ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                counts[" ".join(phrase)] += 1
    return counts


def question_key(text: str) -> str:
    """Return what two texts have in common that ask the same word for word: case, marks and a final s aside.

    It begins with a space, so that it is no word; it is empty where a text has no words.
    """
    words = [word[:-1] if len(word) > 1 and word.endswith("s") else word for word in words_of(text)]
    return f" {' '.join(words)}"[: constants.LONGEST_KEY] if words else ""


TITLE_KEY, ALIAS_KEY, HEADING_KEY = 3, 2, 1
"""The impact of a document for a question that is its title, one of its aliases, or one of its headings."""


def _question_keys(documents: Sequence[SearchDocument]) -> dict[str, dict[int, int]]:
    """Return the documents that ask each question word for word, with their impact."""
    found: dict[str, dict[int, int]] = {}
    for number, document in enumerate(documents):
        texts = [(document.title, TITLE_KEY)]
        texts += [(alias, ALIAS_KEY) for alias in document.aliases]
        texts += [(section.heading, HEADING_KEY) for section in document.sections]
        for text, impact in texts:
            if key := question_key(text):
                found.setdefault(key, {}).setdefault(number, impact)
    return found


def build_index(
    documents: Sequence[SearchDocument], words: Sequence[DocumentWords], language: Language
) -> Index:
    """Weigh every word of every document; `words` are those of `document_words`, in the same order."""
    stems = {form: form for each in words for text in each.fields for form in text}
    for each in words:
        stems.update(each.stems)
    forms = set(stems)
    whole = forms - language.stop
    compounds = {form: parts for form in sorted(whole) if (parts := parts_of(form, whole, language.links))}
    stemmed = [tuple(_stemmed(text, stems, compounds) for text in each.fields) for each in words]
    anywhere = holders(stemmed)
    light = {stems.get(word) or language.stem(word) for word in (*language.light, *language.stop)}
    weights = {
        term: rarity(count, len(documents)) * (LIGHT if term in light else 1)
        for term, count in anywhere.items()
    }
    worth = impacts(stemmed, weights)
    _add_synonyms(worth, stems, language)
    keys = _question_keys(documents)
    terms = sorted(worth)
    numbers = {term: number for number, term in enumerate(chain(terms, keys))}
    content = [weight for term, weight in weights.items() if term not in light]
    unknown = sum(content) / len(content) if content else 1.0
    entries = {
        form: Form(numbers[stem], max(1, round(weights.get(stem, unknown) * FINE)))
        for form, stem in stems.items()
        if stem in numbers
    }
    entries.update((key, Form(numbers[key], 0)) for key in keys)
    return Index(
        documents=tuple(documents),
        passages=[[with_parts(passage, compounds) for passage in each.passages] for each in words],
        forms=dict(sorted(entries.items())),
        postings=[
            *(_postings(worth[term]) for term in terms),
            *(Postings(list(held), list(held.values())) for held in keys.values()),
        ],
        stop=language.stop,
        phrases=frozenset(form for form in stems if " " in form),
        unknown=max(1, round(unknown * FINE)),
        synonyms=_known_synonyms(forms, stems, numbers, language),
        links=language.links,
        compounds=compounds,
        spelling=_spelling(forms, language),
    )


SHORTEST_HEADLESS = 4
"""Letters of a word that is known by what follows its first."""


def _spelling(forms: Collection[str], language: Language) -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for form in sorted(forms):
        if len(form) > SHORTEST_HEADLESS and form.isalpha() and form not in language.stop:
            found[form[1:]] += form[0]
    found.update(dict.fromkeys(language.words, ""))
    return {word: found[word] for word in sorted(found) if word not in forms}


def _stemmed(text: Counts, stems: Mapping[str, str], compounds: Mapping[str, Sequence[str]]) -> Counts:
    found: dict[str, int] = defaultdict(int)
    for form, count in text.items():
        for each in (form, *compounds.get(form, ())):
            found[stems[each]] += count
    return found


def with_parts(passage: PassageForms, compounds: Mapping[str, Sequence[str]]) -> PassageForms:
    """Return the words of a passage, and the parts of compounds among them."""
    parts = [part for form in passage for part in compounds.get(form, ())] if compounds else []
    return list(dict.fromkeys((*passage, *parts))) if parts else passage


def _postings(worth: Mapping[int, float]) -> Postings:
    kept = [(number, steps) for number, value in worth.items() if (steps := round(value * SCALE))]
    return Postings([number for number, _ in kept], [steps for _, steps in kept])


def _add_synonyms(worth: Impacts, stems: dict[str, str], language: Language) -> None:
    """Let synonyms count for each other; a synonym that no document holds becomes a known word."""
    own = {term: dict(held) for term, held in worth.items()}
    for group in language.synonyms:
        members = {form: stems.get(form) or language.term_of(form) for form in map(form_of, group.members)}
        known = {stem for stem in members.values() if stem in own}
        if not known:
            continue
        for form, stem in members.items():
            stems.setdefault(form, stem)
            for other in known - {stem}:
                _merge(worth, stem, own[other], group.weight)


def _known_synonyms(
    written: Collection[str], stems: Mapping[str, str], numbers: Mapping[str, int], language: Language
) -> list[KnownSynonyms]:
    """Return the groups of synonyms of which some are written; of the others nothing can be found in a passage."""
    forms: dict[str, list[str]] = defaultdict(list)
    for form in sorted(written):
        forms[stems[form]].append(form)
    found = []
    for group in language.synonyms:
        members = dict.fromkeys(
            stems[form_of(member)] for member in group.members if form_of(member) in stems
        )
        known = {numbers[stem]: forms.get(stem, ()) for stem in members if stem in numbers}
        if len(known) > 1 and any(known.values()):
            found.append(KnownSynonyms(round(group.weight * constants.WHOLE), known))
    return found


def _merge(worth: Impacts, term: str, other: Mapping[int, float], share: float) -> None:
    held = dict(worth.get(term, {}))
    for number, value in other.items():
        held[number] = max(held.get(number, 0.0), value * share)
    worth[term] = dict(sorted(held.items()))
