"""The file lint.yml: how strict the rules for writers are, and where one does not apply."""

from __future__ import annotations

from dataclasses import field
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import STRICT, Duration, Line


class RuleLevel(StrEnum):
    """How much a finding matters: an error fails `waypost lint`, a warning does not, off is not looked for."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


@dataclass(frozen=True, config=STRICT, kw_only=True)
class RuleSetting:
    """How much a rule matters in this site."""

    level: RuleLevel
    """error, warning or off."""
    reason: Line
    """Why, for whoever reads it next year."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Silence:
    """A place where a rule does not apply."""

    rule: Line
    """The code of the rule, such as missing-alt."""
    files: Annotated[tuple[Line, ...], Field(min_length=1)]
    """Paths from the root of the site; `*` stands for any name: `content/news/*.md`."""
    reason: Line
    """Why, for whoever reads it next year."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Cadence:
    """How long an open incident may be silent."""

    critical: Duration = timedelta(minutes=30)
    """While the impact is critical."""
    major: Duration = timedelta(minutes=60)
    """While it is major."""
    minor: Duration = timedelta(minutes=120)
    """While it is minor; an incident without impact may be silent."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class LintConfig:
    """The whole file; every key may be left out."""

    reviewed_within: Duration = timedelta(days=365)
    """How long an article counts as true after its day in `reviewed`."""
    near_duplicate: Annotated[float, Field(gt=0, le=1)] = 0.8
    """How alike two articles may be before they count as the same: 1 is the same words, 0 shares none."""
    updates_within: Cadence = field(default_factory=Cadence)
    """How long an open incident may be silent."""
    postmortem_within: Duration = timedelta(days=7)
    """How long after a major or critical incident its postmortem is due."""
    announced_ahead: Duration = timedelta(hours=72)
    """How long before maintenance its customers are told."""
    rules: dict[str, RuleSetting] = field(default_factory=dict)
    """How much each rule matters, by its code; the others keep their own level."""
    silence: tuple[Silence, ...] = ()
    """Where a rule does not apply."""
