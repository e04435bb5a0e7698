"""The files that tune and test the search: content/synonyms.yml and content/queries.yml."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from waypost.formats.field_types import STRICT, Line, content_path, fault

NO_ANSWER = "none"
"""Stands in queries.yml for a question that must find nothing."""


LONGEST_PHRASE = 4
"""Words of a phrase that means something else than its words; longer ones are never found."""


def _expected(text: str) -> str:
    if text == NO_ANSWER:
        return text
    try:
        return content_path(text)
    except PydanticCustomError:
        message = "Expected the path of an article from content/, such as galleries/open.md, or none."
        raise fault("bad-value", message) from None


Expected = Annotated[str, AfterValidator(_expected), Field(max_length=200)]
"""The path of an article from content/, or `none`."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SynonymFile:
    """Words of your product that mean the same; those of the language itself are known."""

    synonyms: Annotated[
        tuple[Annotated[tuple[Line, ...], Field(min_length=2, max_length=20)], ...], Field(max_length=2000)
    ] = ()
    """Groups of 2 to 20 words, or phrases of at most 4 words: who asks for one finds the others too."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Query:
    """A question as somebody asked it, and what must answer it."""

    ask: Annotated[str, Field(min_length=1, max_length=2000)]
    """The question, in the words of whoever asked."""
    answer: Expected
    """The path of the article that answers it, from content/, or `none` where nothing may be found."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class QueryFile:
    """Questions that hold the search to its answers, and how many of them it must answer first."""

    success_at_least: Annotated[float, Field(ge=0, le=1)] = 0.8
    """The share of questions that must get the right article first, or nothing where the answer is `none`."""
    queries: Annotated[tuple[Query, ...], Field(max_length=5000)] = ()
    """The questions."""
