"""Gaps: which alias or article would answer searches that led to nothing, and how much that would gain."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from waypost.base.tokens import words_of
from waypost.formats.search import NO_ANSWER, Query
from waypost.search.rules import constants
from waypost.search.rules.certainty import learned
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.gain import NOTHING_ASKED, Gain
from waypost.search.rules.grouping import (
    Phrasing,
    PhrasingGroup,
    ReadNext,
    UnresolvedReason,
    UnresolvedSearch,
    group_searches,
)
from waypost.search.rules.index import Index, Language, build_index, document_words
from waypost.search.rules.ranking import AnswerState, Ranking, rank

NEAR = 70
"""The least confidence with which the nearest article may be meant, in hundredths of that of an answer. Measured on
five collections: below it are 2 to 19 of 100 searches that an article answers, and 44 to 100 that none does."""

NEAREST = 3
"""Articles that are named for a writer to choose from."""

TRIED = 3
"""Phrasings of a group that are tried as an alias; each takes a new index."""

ASKED = 50
"""Phrasings of a group that are asked again, the most frequent first."""

FOLDS = 5
"""Parts of the questions; each is answered with the aliases that the other parts would give, to predict the gain."""

MOST_WORDS = 8
"""Words that are shown of a group that has no article."""


class Proposal(StrEnum):
    """The advice to a writer."""

    ALIAS = "alias"
    """Add one line to an article."""
    CHOOSE = "choose_article"
    """Say which article is meant: too little tells it."""
    MISSING = "missing_article"
    """Write an article."""
    READ = "read_article"
    """Find out why an article that people read did not help."""
    BY_HAND = "by_hand"
    """Change an article: no alias of its own helps without harm."""
    ANSWERED = "answered"
    """Nothing: the search answers it by now."""


class Signal(StrEnum):
    """What tells that an article is meant."""

    CHOSEN = "chosen"
    """A writer said so."""
    READ = "read_next"
    """It is the one that most of those who found an article by asking in other words have read."""
    TICKET = "ticket_category"
    """Its requests have the category that those who wrote one have chosen."""
    TEXT = "text"
    """It shares a word with most of these searches that says what they are about."""
    QUESTIONS = "phrasings"
    """Several different phrasings lead to it first, and fewer to any other."""


@dataclass(frozen=True)
class Nearest:
    """An article that may be meant."""

    path: str
    """From content/."""
    title: str
    confidence: int
    """Of the phrasing that is nearest to it."""
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class Gap:
    """One question without a helpful answer, and what to do about it."""

    group: PhrasingGroup
    proposal: Proposal
    nearest: tuple[Nearest, ...] = ()
    """The article that the proposal is about, then others that may be meant."""
    alias: str = ""
    asked: Gain = NOTHING_ASKED
    """Searches of the group that the article answers first; with all aliases, after them."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words to write it with."""
        return self.group.words[:MOST_WORDS]


@dataclass(frozen=True)
class Gaps:
    """All questions without a helpful answer."""

    gaps: tuple[Gap, ...]
    """The most frequent first."""
    searches: int
    groups: int
    """All groups, also those beyond the limit."""
    wordless: int
    left_out: int
    checked: Gain
    """Questions whose answer is known, with all aliases: titles, headings, aliases, queries.yml, and searches after
    which an article was read."""
    predicted: Gain
    """Different searches after which an article was read that come first to it, each asked with aliases that other
    searches alone have given."""


@dataclass(frozen=True)
class Content:
    """The documents of a site, and the questions that they must still answer."""

    documents: Sequence[SearchDocument]
    queries: Sequence[Query]
    language: Language
    is_usable: Callable[[str], bool]
    """Tells whether a text may stand in `also_asked_as`."""
    ticket_categories: Mapping[str, str] = field(default_factory=dict)
    """The category of requests that each article leads to, by its path, in the words of the form."""


def plan_gaps(
    content: Content,
    searches: Iterable[UnresolvedSearch],
    limit: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
    reads: Iterable[ReadNext] = (),
    chosen: Mapping[str, str] | None = None,
) -> Gaps:
    """Return the gaps of the `limit` groups that were asked most; their aliases are tried together.

    `progress` gets how many steps are done, of how many; `chosen` has the paths of articles that a writer chose, by
    the phrasings.
    """
    found = tuple(searches)
    site = _SearchedSite(content, chosen or {})
    grouping = group_searches(found, site.index, content.language, reads)
    asked = grouping.groups[:limit]
    steps = len(asked) + FOLDS
    drafts = []
    for number, group in enumerate(asked, start=1):
        drafts.append(site.draft(group))
        progress(number, steps)
    known = [*_known_questions(content), *_read_later(grouping.groups)]
    trial = _Trial(site, drafts, known)
    gaps = tuple(trial.decided())
    predicted = _predicted(site, grouping.groups, gaps, lambda fold: progress(len(asked) + fold, steps))
    return Gaps(
        gaps,
        sum(search.count for search in found),
        len(grouping.groups),
        grouping.wordless,
        grouping.left_out,
        trial.checked,
        predicted,
    )


@dataclass(frozen=True)
class _GapDraft:
    """What is proposed for a group as long as nothing speaks against it."""

    gap: Gap
    aliases: Sequence[str] = ()
    """The phrasings to try, the most frequent first."""


_TOLD = {Signal.CHOSEN, Signal.READ}
"""What tells one article whatever the words are."""

Aliases = Sequence[tuple[str, str]]
"""The path of an article, and a question to add to it."""


class _SearchedSite:
    """The site as it is, and as it would be."""

    def __init__(self, content: Content, chosen: Mapping[str, str]) -> None:
        self.content = content
        self._chosen = chosen
        self._words = [document_words(document, self.content.language) for document in content.documents]
        # An alias belongs to an article; the questions of a faq have documents of their own.
        self._numbers = {d.path: number for number, d in enumerate(content.documents) if "#" not in d.url}
        self.index = learned(build_index(content.documents, self._words, content.language))
        self._rankings: dict[str, Ranking] = {}

    def with_aliases(self, aliases: Aliases) -> Index:
        """Return the index as it would be; only the words of articles that change are counted again."""
        documents, words = list(self.content.documents), list(self._words)
        added: dict[int, list[str]] = defaultdict(list)
        for path, alias in aliases:
            added[self._numbers[path]].append(alias)
        for number, texts in added.items():
            documents[number] = replace(documents[number], aliases=(*documents[number].aliases, *texts))
            words[number] = document_words(documents[number], self.content.language)
        index = build_index(documents, words, self.content.language)
        return replace(index, sure=self.index.sure)

    def ranking(self, question: str) -> Ranking:
        """Return the answer as it is."""
        if question not in self._rankings:
            self._rankings[question] = rank(self.index, question)
        return self._rankings[question]

    def draft(self, group: PhrasingGroup) -> _GapDraft:
        """Choose an article by the agreement of what tells which one is meant."""
        asked = group.phrasings[:ASKED]
        nearest = self._nearest(asked)
        is_named = bool(nearest) and not _TOLD.isdisjoint(nearest[0].signals)
        if not nearest or (not is_named and nearest[0].confidence * 100 < self.index.sure * NEAR):
            return _GapDraft(Gap(group, Proposal.MISSING, nearest[:NEAREST]))
        first = nearest[0]
        total = sum(phrasing.count for phrasing in asked)
        led = [phrasing for phrasing in asked if _first(self.ranking(phrasing.text)) == first.path]
        answered = sum(p.count for p in led if self.ranking(p.text).state is AnswerState.ANSWER)
        before = sum(phrasing.count for phrasing in led)
        gap = Gap(group, Proposal.CHOOSE, nearest[:NEAREST], asked=Gain(answered, answered, total))
        unhelpful = sum(phrasing.reasons.get(UnresolvedReason.NOT_HELPFUL, 0) for phrasing in led)
        unseen = (UnresolvedReason.NO_ANSWER, UnresolvedReason.UNSURE)
        in_vain = before - sum(phrasing.reasons.get(reason, 0) for phrasing in led for reason in unseen)
        if unhelpful * 2 >= total:
            # Where it stands first already and did not help, more ways to it do not help either.
            return _GapDraft(replace(gap, proposal=Proposal.READ))
        if answered == total and not in_vain:
            return _GapDraft(replace(gap, proposal=Proposal.ANSWERED))
        if not _is_agreed(first, asked):
            return _GapDraft(gap)
        return _GapDraft(replace(gap, proposal=Proposal.ALIAS), self.usable(group, first.path))

    def usable(self, group: PhrasingGroup, path: str) -> Sequence[str]:
        """Return the phrasings that can become an alias of an article, the most frequent first."""
        document = self.content.documents[self._numbers[path]]
        known = {plain_question(text) for text in (document.title, *document.aliases)}
        usable = (phrasing.text for phrasing in group.phrasings if self.content.is_usable(phrasing.text))
        return [text for text in usable if plain_question(text) not in known][:TRIED]

    def _nearest(self, asked: Sequence[Phrasing]) -> tuple[Nearest, ...]:
        """Return the articles that may be meant: what people named, then what the phrasings are nearest to."""
        votes: Counter[str] = Counter()
        first: Counter[str] = Counter()
        best: dict[str, int] = {}
        for phrasing in asked:
            ranking = self.ranking(phrasing.text)
            shares: dict[str, int] = {}
            for hit in ranking.hits:
                shares.setdefault(hit.document.path, 1000 * hit.score // max(1, ranking.hits[0].score))
            for path, share in shares.items():
                votes[path] += share * phrasing.count
                best[path] = max(best.get(path, 0), ranking.confidence * share // 1000)
            first.update(list(shares)[:1])
        signals = self._signals(asked, first)
        for path in signals:
            if not _TOLD.isdisjoint(signals[path]):
                best.setdefault(path, 0)
        order = sorted(
            best, key=lambda path: (_TOLD.isdisjoint(signals.get(path, ())), -votes[path], -best[path], path)
        )
        return tuple(
            Nearest(
                path,
                self.content.documents[self._numbers[path]].title,
                best[path],
                tuple(sorted(signals[path])),
            )
            for path in order
        )

    def _sharing(self, question: str) -> set[str]:
        """Return the articles that share a word with a question that says what it is about."""
        concepts = (concept for concept in self.ranking(question).concepts if concept.is_content)
        terms = {
            candidate.entry.term
            for concept in concepts
            for candidate in concept.candidates
            if candidate.worth >= constants.NAMED
        }
        numbers = {number for term in terms for number in self.index.postings[term].documents}
        return {self.content.documents[number].path for number in numbers}

    def _signals(self, asked: Sequence[Phrasing], first: Mapping[str, int]) -> Mapping[str, set[Signal]]:
        """Return what tells of each article that it is meant."""
        found: dict[str, set[Signal]] = defaultdict(set)
        total = sum(phrasing.count for phrasing in asked)
        category = _most(_together(phrasing.categories for phrasing in asked))
        shared = _together(dict.fromkeys(self._sharing(phrasing.text), phrasing.count) for phrasing in asked)
        for path, count in shared.items():
            if count * 2 > total:
                found[path].add(Signal.TEXT)
            if category and self.content.ticket_categories.get(path) == category:
                found[path].add(Signal.TICKET)
        several = _most(first)
        if several and first[several] > 1:
            found[several].add(Signal.QUESTIONS)
        chosen = next((self._chosen[p.text] for p in asked if p.text in self._chosen), "")
        if chosen:
            found[chosen].add(Signal.CHOSEN)
        elif (read := _most(_together(phrasing.read for phrasing in asked))) in self._numbers:
            found[read].add(Signal.READ)
        return found


def _is_agreed(article: Nearest, asked: Sequence[Phrasing]) -> bool:
    """Tell whether several signals name an article, or several people.

    The words of the searches alone are one witness, and the one that led them astray.
    """
    signals = {*article.signals}
    reads = sum(phrasing.read.get(article.path, 0) for phrasing in asked)
    if Signal.CHOSEN in signals:
        return True
    if Signal.READ in signals:
        return len(signals) > 1 or reads > 1
    return signals >= {Signal.TICKET, Signal.TEXT, Signal.QUESTIONS}


def _together(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def _most(counts: Mapping[str, int]) -> str:
    """Return what has more than half of the counts, or nothing."""
    best = max(counts, key=lambda name: counts[name], default="")
    return best if best and counts[best] * 2 > sum(counts.values()) else ""


@dataclass(frozen=True)
class _KnownQuestion:
    """A question whose answer is known."""

    text: str
    path: str
    """Of its article, or NO_ANSWER."""

    def is_right(self, ranking: Ranking) -> bool:
        """Tell whether the article comes first, or none is claimed where there is none."""
        if self.path == NO_ANSWER:
            return ranking.state is not AnswerState.ANSWER
        return _first(ranking) == self.path


def _known_questions(content: Content) -> Iterator[_KnownQuestion]:
    """Yield what the site says itself, in another order of words: word for word it is always found."""
    for query in content.queries:
        yield _KnownQuestion(query.ask, query.answer)
    for document in content.documents:
        headings = (section.heading for section in document.sections)
        for text in dict.fromkeys(filter(None, (document.title, *document.aliases, *headings))):
            yield _KnownQuestion(" ".join(reversed(words_of(text))), document.path)


def _read_later(groups: Iterable[PhrasingGroup]) -> Iterator[_KnownQuestion]:
    """Yield the searches after which an article was read."""
    for group in groups:
        for phrasing in group.phrasings:
            if read := _most(phrasing.read):
                yield _KnownQuestion(phrasing.text, read)


class _Trial:
    """All aliases in the site together; those that harm a known question, or gain nothing, go, and others come."""

    def __init__(
        self, site: _SearchedSite, drafts: Sequence[_GapDraft], known: Sequence[_KnownQuestion]
    ) -> None:
        self._site = site
        self._drafts = drafts
        self._right = [question for question in known if question.is_right(site.ranking(question.text))]
        self._all = known
        self._at = [0] * len(drafts)
        """The alias of each draft that is tried."""
        self.checked = Gain(len(self._right), len(self._right), len(known))

    def decided(self) -> Iterator[Gap]:
        index = self._site.index
        while aliases := self._aliases():
            index = self._site.with_aliases(list(aliases.values()))
            useless = {number for number in aliases if not self._gains(index, number)}
            refused = useless or self._harmful(index, aliases)
            if not refused:
                break
            for number in refused:
                self._at[number] += 1
        if aliases:
            after = sum(question.is_right(rank(index, question.text)) for question in self._all)
            self.checked = replace(self.checked, after=after)
        for number, draft in enumerate(self._drafts):
            if number in aliases:
                yield replace(draft.gap, alias=aliases[number][1], asked=self._asked(index, number))
            elif draft.gap.proposal is Proposal.ALIAS:
                yield replace(draft.gap, proposal=Proposal.BY_HAND)
            else:
                yield draft.gap

    def _aliases(self) -> dict[int, tuple[str, str]]:
        return {
            number: (draft.gap.nearest[0].path, draft.aliases[at])
            for number, (draft, at) in enumerate(zip(self._drafts, self._at, strict=True))
            if at < len(draft.aliases)
        }

    def _asked(self, index: Index, number: int) -> Gain:
        gap = self._drafts[number].gap
        asked = gap.group.phrasings[:ASKED]
        path = gap.nearest[0].path
        after = sum(p.count for p in asked if _answered(rank(index, p.text)) == path)
        return replace(gap.asked, after=after)

    def _gains(self, index: Index, number: int) -> bool:
        gain = self._asked(index, number)
        return gain.after > gain.before

    def _harmful(self, index: Index, aliases: Mapping[int, tuple[str, str]]) -> set[int]:
        """Return the numbers of the aliases that take a question from its article."""
        found: set[int] = set()
        for question in self._right:
            ranking = rank(index, question.text)
            if not question.is_right(ranking):
                thieves = {number for number, (path, _) in aliases.items() if path == _first(ranking)}
                # Without one, words have become less rare: then what was asked least goes first.
                found |= thieves or {max(aliases)}
        return found


def _predicted(
    site: _SearchedSite, groups: Sequence[PhrasingGroup], gaps: Sequence[Gap], progress: Callable[[int], None]
) -> Gain:
    """Measure the aliases on searches that had no part in them.

    Each search is asked with the aliases that there would be without it, and without the others of its fold.
    """
    asked = [*_read_later(groups)]
    before = sum(question.is_right(site.ranking(question.text)) for question in asked)
    after = 0
    for fold in range(FOLDS):
        aliases = []
        for gap in gaps:
            rest = tuple(phrasing for phrasing in gap.group.phrasings if _fold(phrasing.text) != fold)
            if gap.proposal is Proposal.ALIAS and rest:
                draft = site.draft(PhrasingGroup(rest))
                aliases += [(draft.gap.nearest[0].path, alias) for alias in draft.aliases[:1]]
        index = site.with_aliases(aliases)
        held = [question for question in asked if _fold(question.text) == fold]
        after += sum(question.is_right(rank(index, question.text)) for question in held)
        progress(fold + 1)
    return Gain(before, after, len(asked))


def _fold(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace")) % FOLDS


def plain_question(text: str) -> str:
    """Return a question without differences of case, spaces, and marks at its ends."""
    return " ".join(text.casefold().strip("?!. ").split())


def _first(ranking: Ranking) -> str:
    return ranking.hits[0].document.path if ranking.hits else NO_ANSWER


def _answered(ranking: Ranking) -> str:
    return _first(ranking) if ranking.state is AnswerState.ANSWER else NO_ANSWER
