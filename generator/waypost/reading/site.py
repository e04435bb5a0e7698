"""A site on disk: where its parts are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Site:
    """Where the parts of a site are."""

    root: Path

    @property
    def output(self) -> Path:
        """The folder that is published."""
        return self.root / "site"

    @property
    def status_output(self) -> Path:
        """The folder of the status pages."""
        return self.output / "status"

    @property
    def cache(self) -> Path:
        """The folder for what only makes the next command faster; it may be deleted at any time."""
        return self.root / ".waypost" / "cache"

    @property
    def database_url(self) -> str:
        """The database, unless another is named."""
        # Characters such as ? have a meaning in addresses and are quoted here.
        return f"sqlite:///{quote(str(self.root / '.waypost' / 'waypost.db'))}"
