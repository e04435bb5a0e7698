"""The documents of the search: one for each article, and one for each question of a faq."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from waypost.base.markdown.article_text import text_sections
from waypost.formats.article import Article, ArticleFrontMatter, components_of
from waypost.help.kinds.kind import Structure
from waypost.reading.rules.troubleshooter import searched_text


@dataclass(frozen=True)
class DocumentSection:
    """A part of a document, from one heading to the next."""

    anchor: str
    """The id of its heading; empty before the first."""
    heading: str
    text: str


@dataclass(frozen=True)
class Passage:
    """A piece of a document that can answer on its own."""

    text: str
    section: int = -1
    """The number of its section; -1 for a title, an alias or the summary."""
    is_name: bool = False
    """Whether it is a title, an alias or a heading, which say what something is about."""


@dataclass(frozen=True)
class SearchDocument:
    """One thing that a search can answer with."""

    url: str
    """Its address from the root of the help center, with the anchor of its question."""
    path: str
    """The file it is written in, from content/; its address where Waypost makes it."""
    title: str
    aliases: tuple[str, ...]
    """The question as people ask it, from `also_asked_as`."""
    kind: str
    summary: str
    sections: tuple[DocumentSection, ...]
    category: str = ""
    """The id of its category."""
    components: tuple[str, ...] = ()
    """Ids of the components it depends on."""
    article: str = ""
    """The title of its article; empty where it is a page of its own."""
    tags: tuple[str, ...] = ()
    """Words that it is also found by."""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """What a question is compared with one by one: its title, its aliases, its headings, and its sentences.

        Of a long document, the same share of each section.
        """
        length = sum(len(section.text) for section in self.sections)
        share = min(1.0, SHOWN_TEXT / length) if length else 1.0
        found = [Passage(text, is_name=True) for text in (self.title, *self.aliases) if text]
        found += [Passage(self.summary)] if self.summary else []
        for number, section in enumerate(self.sections):
            if section.heading:
                found.append(Passage(section.heading, number, is_name=True))
            text = _cut(section.text, round(len(section.text) * share))
            found += [Passage(sentence, number) for sentence in sentences_of(text)]
        return tuple(found)

    @property
    def headings(self) -> str:
        """The words of all its headings."""
        return " ".join(section.heading for section in self.sections if section.heading)

    @property
    def text(self) -> str:
        """All its words without its title."""
        return " ".join(
            filter(None, [self.summary, *self.tags, *(_words(section) for section in self.sections)])
        )


SHOWN_TEXT = 1600
"""Characters of a document that are compared sentence by sentence, and that browsers get to show a passage."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])\s*|\s*\n\s*")


def sentences_of(text: str) -> list[str]:
    """Cut a text at the ends of its sentences and lines."""
    return [sentence for part in _SENTENCE_END.split(text) if (sentence := part.strip())]


def _cut(text: str, length: int) -> str:
    """Cut a text at the end of a word."""
    return text if len(text) <= length else text[:length].rpartition(" ")[0] + " …"


def _words(section: DocumentSection) -> str:
    return f"{section.heading} {section.text}".strip()


def search_documents(articles: Sequence[Article]) -> tuple[SearchDocument, ...]:
    """Return everything that can be found in these articles."""
    return tuple(document for article in articles for document in _documents(article))


def _documents(article: Article) -> Iterator[SearchDocument]:
    front = article.front
    aliases = front.also_asked_as if isinstance(front, ArticleFrontMatter) else ()
    sections = _sections(article)
    # The questions of a faq are documents of their own; the page is found by its text above them.
    has_questions = article.structure is Structure.QUESTIONS
    starts = [at for at, (level, _) in enumerate(sections) if level == 2] if has_questions else []
    above = sections[: starts[0]] if starts else sections
    yield SearchDocument(
        article.url,
        article.path,
        article.title,
        tuple(aliases),
        article.kind,
        front.summary,
        tuple(section for _, section in above),
        article.category,
        components_of(front),
        tags=front.tags if isinstance(front, ArticleFrontMatter) else (),
    )
    ends = [*starts[1:], len(sections)][: len(starts)]
    for start, end in zip(starts, ends, strict=True):
        question = sections[start][1]
        answer = DocumentSection(question.anchor, "", question.text)
        yield SearchDocument(
            f"{article.url}#{question.anchor}",
            article.path,
            question.heading,
            (),
            article.kind,
            "",
            (answer, *(section for _, section in sections[start + 1 : end])),
            article.category,
            components_of(front),
            article.title,
        )


def _sections(article: Article) -> list[tuple[int, DocumentSection]]:
    if article.structure is not Structure.TREE:
        return _cut_at_headings(article.body)
    # The steps of a troubleshooter are pages of their own, and their text here has no anchors.
    found = _cut_at_headings(searched_text(article))
    return [(level, replace(section, anchor="")) for level, section in found]


def document_sections(markdown: str) -> tuple[DocumentSection, ...]:
    """Return the sections of a text, without the marks of Markdown."""
    return tuple(section for _, section in _cut_at_headings(markdown))


def _cut_at_headings(markdown: str) -> list[tuple[int, DocumentSection]]:
    """Cut a text at its headings; each section comes with the level of its heading, 0 for what has none."""
    found = [
        (part.level, DocumentSection(part.anchor, part.heading, "\n".join(part.blocks)))
        for part in text_sections(markdown)
    ]
    return [row for row in found if _words(row[1])]
