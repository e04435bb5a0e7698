"""What writers tell the search: content/synonyms.yml and content/queries.yml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from waypost.model.types import STRICT, ContentPath, Line

NO_ANSWER: Literal["none"] = "none"
"""Stands in queries.yml for a question that must find nothing."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SynonymFile:
    """Words of your product that mean the same; those of the language itself are known."""

    synonyms: Annotated[
        tuple[Annotated[tuple[Line, ...], Field(min_length=2, max_length=20)], ...], Field(max_length=2000)
    ] = ()
    """Groups of words or phrases: who asks for one finds the others too."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Query:
    """A question as somebody asked it, and what must answer it."""

    ask: Annotated[str, Field(min_length=1, max_length=2000)]
    """The question, in the words of whoever asked."""
    answer: Literal["none"] | ContentPath
    """The path of the article that answers it, from content/, or `none` where nothing may be found."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class QueryFile:
    """Questions that hold the search to its answers, and how many of them it must answer first."""

    success_at_least: Annotated[float, Field(ge=0, le=1)] = 0.8
    """The share of questions that must get the right article first, or nothing where the answer is `none`."""
    queries: Annotated[tuple[Query, ...], Field(max_length=5000)] = ()
    """The questions."""
