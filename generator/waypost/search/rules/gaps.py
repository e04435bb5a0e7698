"""Gaps: which alias or article would answer searches that led to nothing, and how many it would answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from waypost.formats.search import NO_ANSWER, Query
from waypost.search.rules.certainty import learned
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.evaluation import ask, questions_of
from waypost.search.rules.grouping import PhrasingGroup, UnresolvedReason, UnresolvedSearch, group_searches
from waypost.search.rules.index import DocumentWords, Index, Language, build_index, document_words
from waypost.search.rules.ranking import rank

NEAR = 70
"""The least confidence with which the nearest article is proposed, in hundredths of that of an answer."""

NEAREST = 3
"""Articles that are named for a writer to choose from."""

TRIED = 3
"""Phrasings of a group that are tried as an alias; each takes a new index."""

ASKED = 50
"""Phrasings of a group that are asked again with each alias that is tried, the most frequent first."""

MOST_WORDS = 8
"""Words that are shown of a group that has no article."""


class Proposal(StrEnum):
    """The advice to a writer."""

    ALIAS = "alias"
    """Add one line to an article."""
    MISSING = "missing_article"
    """Write an article."""
    READ = "read_article"
    """Find out why an article that the search leads to did not help."""
    BY_HAND = "by_hand"
    """Change an article: no alias of its own helps without harm."""
    ANSWERED = "answered"
    """Nothing: the search answers it by now."""


@dataclass(frozen=True)
class Nearest:
    """An article that may be meant."""

    path: str
    """From content/."""
    title: str
    confidence: int
    """Of the phrasing that is nearest to it."""


@dataclass(frozen=True)
class Gain:
    """How a number of questions changes."""

    before: int
    after: int
    of: int


@dataclass(frozen=True)
class Gap:
    """One question without a helpful answer, and what to do about it."""

    group: PhrasingGroup
    proposal: Proposal
    nearest: tuple[Nearest, ...] = ()
    """The article that the proposal is about, then others that may be meant."""
    alias: str = ""
    asked: Gain = Gain(0, 0, 0)
    """Searches of the group that the article answers first; with an alias, after it."""
    checked: Gain = Gain(0, 0, 0)
    """Questions of content/queries.yml that are answered as they should be."""

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
    """Questions of content/queries.yml that are answered as they should be, before and after all aliases."""


@dataclass(frozen=True)
class Content:
    """The documents of a site, and the questions that they must still answer."""

    documents: Sequence[SearchDocument]
    queries: Sequence[Query]
    language: Language
    is_usable: Callable[[str], bool]
    """Tells whether a text may stand in `also_asked_as`."""


def plan_gaps(
    content: Content,
    searches: Iterable[UnresolvedSearch],
    limit: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Gaps:
    """Return the gaps of the `limit` groups that were asked most; each alias counts for those after it.

    `progress` gets how many groups are done, of how many.
    """
    found = tuple(searches)
    planner = _Planner(content)
    grouping = group_searches(found, planner.index, content.language)
    chosen = grouping.groups[:limit]
    before = planner.right
    gaps = []
    for number, group in enumerate(chosen, start=1):
        gaps.append(planner.decide(group))
        progress(number, len(chosen))
    return Gaps(
        tuple(gaps),
        sum(search.count for search in found),
        len(grouping.groups),
        grouping.wordless,
        grouping.left_out,
        Gain(before, planner.right, len(content.queries)),
    )


class _Planner:
    """The site as it would be with every alias that was proposed so far."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._documents = list(content.documents)
        self._words = [document_words(document, content.language) for document in self._documents]
        # An alias belongs to an article; the questions of a faq have documents of their own.
        self._numbers = {d.path: number for number, d in enumerate(self._documents) if "#" not in d.url}
        self.index = learned(build_index(self._documents, self._words, content.language))
        self._near = self.index.sure * NEAR // 100
        self.right = _right(self.index, content.queries)

    def decide(self, group: PhrasingGroup) -> Gap:
        nearest = self._nearest(group)
        if not nearest or nearest[0].confidence < self._near:
            return Gap(group, Proposal.MISSING, nearest)
        path = nearest[0].path
        asked = group.phrasings[:ASKED]
        led = [phrasing for phrasing in asked if _first(self.index, phrasing.text) == path]
        before = sum(phrasing.count for phrasing in led)
        total = sum(phrasing.count for phrasing in asked)
        in_vain = before - sum(phrasing.reasons.get(UnresolvedReason.NO_ANSWER, 0) for phrasing in led)
        as_it_is = Gain(before, before, total)
        if in_vain * 2 >= total:
            # Where it stands first already and did not help, more ways to it do not help either.
            return Gap(group, Proposal.READ, nearest, asked=as_it_is)
        if before == total:
            return Gap(group, Proposal.ANSWERED, nearest, asked=as_it_is)
        for alias in self._aliases(group, path):
            index, document, words = self._with(path, alias)
            after = sum(phrasing.count for phrasing in asked if _first(index, phrasing.text) == path)
            right = _right(index, self._content.queries) if after > before else 0
            if after > before and right >= self.right:
                checked = Gain(self.right, right, len(self._content.queries))
                number = self._numbers[path]
                self._documents[number], self._words[number] = document, words
                self.index, self.right = index, right
                return Gap(group, Proposal.ALIAS, nearest, alias, Gain(before, after, total), checked)
        return Gap(group, Proposal.BY_HAND, nearest, asked=as_it_is)

    def _nearest(self, group: PhrasingGroup) -> tuple[Nearest, ...]:
        """Return the articles that the phrasings are nearest to; each phrasing votes as often as it was asked."""
        votes: Counter[str] = Counter()
        best: dict[str, int] = {}
        for phrasing in group.phrasings[:ASKED]:
            ranking = rank(self.index, phrasing.text, NEAREST)
            for place, hit in enumerate(ranking.hits):
                path = hit.document.path
                # A lower hit is at most as near as its score says.
                confidence = ranking.confidence * hit.score // max(1, ranking.hits[0].score)
                votes[path] += confidence * phrasing.count if place == 0 else 0
                best[path] = max(best.get(path, 0), confidence)
        order = sorted(votes, key=lambda path: (-votes[path], -best[path], path))
        return tuple(
            Nearest(path, self._documents[self._numbers[path]].title, best[path]) for path in order[:NEAREST]
        )

    def _aliases(self, group: PhrasingGroup, path: str) -> Sequence[str]:
        """Return the phrasings that can become an alias of an article, the most frequent first."""
        document = self._documents[self._numbers[path]]
        known = {plain_question(text) for text in (document.title, *document.aliases)}
        usable = (phrasing.text for phrasing in group.phrasings if self._content.is_usable(phrasing.text))
        return [text for text in usable if plain_question(text) not in known][:TRIED]

    def _with(self, path: str, alias: str) -> tuple[Index, SearchDocument, DocumentWords]:
        """Return the index as it would be with an alias; only the words of its article are counted again."""
        number = self._numbers[path]
        document = self._documents[number]
        document = replace(document, aliases=(*document.aliases, alias))
        words = document_words(document, self._content.language)
        documents = [*self._documents[:number], document, *self._documents[number + 1 :]]
        all_words = [*self._words[:number], words, *self._words[number + 1 :]]
        return build_index(documents, all_words, self._content.language), document, words


def plain_question(text: str) -> str:
    """Return a question without differences of case, spaces, and marks at its ends."""
    return " ".join(text.casefold().strip("?!. ").split())


def _right(index: Index, queries: Sequence[Query]) -> int:
    """Count the questions that are answered as they should be."""
    results = ask(questions_of(queries), lambda question: rank(index, question))
    return sum(result.is_right for result in results)


def _first(index: Index, question: str) -> str:
    hits = rank(index, question, 1).hits
    return hits[0].document.path if hits else NO_ANSWER
