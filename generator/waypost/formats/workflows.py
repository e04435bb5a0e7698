"""Which workflows a new site is given."""

from __future__ import annotations

from enum import StrEnum


class Workflows(StrEnum):
    """Where pushes to a new site are checked and published."""

    GITHUB = "github"
    GITLAB = "gitlab"
    BOTH = "both"
    NONE = "none"
