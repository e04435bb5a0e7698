from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from waypost.formats.article import FRONT_MATTER, Article, ArticleFrontMatter, PageKind
from waypost.formats.project import HelpCenter
from waypost.formats.support import ContactChannel
from waypost.help.kinds import ARTICLE_KINDS


def article(path: str, kind: str = "page") -> Article:
    return Article(path, kind, "", ArticleFrontMatter(title=f"T {path}"), "", 1)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("index.md", ""),
        ("downloads/index.md", "downloads/"),
        ("downloads/zip.md", "downloads/zip/"),
        ("a/b/c.md", "a/b/c/"),
        ("myindex.md", "myindex/"),
    ],
)
def test_addresses_follow_the_path(path: str, url: str) -> None:
    assert article(path).url == url


def test_every_kind_has_its_front_matter() -> None:
    assert set(FRONT_MATTER) == set(PageKind)


def test_a_help_center_knows_its_pages_by_kind() -> None:
    pages = {str(kind): article(f"{kind}.md", kind) for kind in (*ARTICLE_KINDS, *PageKind)}
    center = HelpCenter(pages)
    assert [item.path for item in center.articles] == [
        "faq.md",
        "troubleshooting.md",
        "troubleshooter.md",
        "tutorial.md",
        "page.md",
    ]
    assert [item.path for item in center.categories] == ["category.md"]
    assert center.only(PageKind.HOME) is pages["home"]
    assert HelpCenter().only(PageKind.HOME) is None


MAIL = {"id": "mail", "kind": "email", "name": "Mail", "address": "help@lumen.example"}
CHANNELS: list[tuple[str, dict[str, Any], bool]] = [
    ("a mail address", {}, True),
    ("a mail channel without one", {"address": "lumen.example"}, False),
    ("an international number", {"kind": "phone", "address": "+49 30 5550 1840"}, True),
    ("a national number", {"kind": "phone", "address": "030 5550 1840"}, False),
    ("a chat on the web", {"kind": "chat", "address": "https://lumen.example/chat"}, True),
    ("a chat without encryption", {"kind": "chat", "address": "http://lumen.example/chat"}, False),
    ("a form that runs code", {"kind": "form", "address": "javascript:alert(1)"}, False),
    ("always open", {"always": True}, True),
    ("always open with hours", {"always": True, "hours": {"monday": "09:00-10:00"}}, False),
]


@pytest.mark.parametrize(("what", "changes", "usable"), CHANNELS, ids=[row[0] for row in CHANNELS])
def test_a_channel_needs_an_address_that_fits_it(what: str, changes: dict[str, Any], usable: bool) -> None:
    def read() -> ContactChannel:
        return TypeAdapter(ContactChannel).validate_python({**MAIL, **changes})

    if usable:
        assert read().id == "mail"
    else:
        with pytest.raises(ValidationError, match=r"\.") as refusal:
            read()
        assert [error["type"] for error in refusal.value.errors()] == ["bad-value"]
