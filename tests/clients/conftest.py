"""The pages that clients read: published once, each on a server of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.client_pages import published


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The address of the page in each state."""
    folder: Path = tmp_path_factory.mktemp("clients")
    with published(folder) as addresses:
        yield addresses
