from __future__ import annotations

import pytest

from waypost.publishing.pages import render as status_pages


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are really made."""
    made: list[str] = []
    renderer = status_pages._Renderer
    page = renderer.page

    def spy(self: status_pages._Renderer, spec: status_pages.PageSpec) -> bytes:
        made.append(spec.path)
        return page(self, spec)

    monkeypatch.setattr(renderer, "page", spy)
    return made
