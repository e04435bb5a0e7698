"""One page of the status site: its address, its template, and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PageSpec:
    """One page: its address, its template, and its content beside the snapshot."""

    path: str
    """The folder below site/status/, with a slash at its end; empty for the front page."""
    template: str
    """Its name in theme/status/."""
    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    feed: str = ""
    """The folder of the feeds that are about this page alone; empty where it has none."""
    inputs: object = None
    """Its sources beside those of all pages; equal inputs make the same page. None where time alone counts."""

    @property
    def file(self) -> str:
        """Its file below site/status/."""
        return f"{self.path}index.html"
