from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from waypost.formats.article import Article, front_matter_of
from waypost.formats.field_types import FormerAddress
from waypost.reading.rules.redirects import Redirect, file_at, redirects

READ = TypeAdapter(FormerAddress).validate_python

USABLE = {
    # What a writer gives, and the address it stands for.
    "old/page/": "old/page/",
    "old/page": "old/page/",
    "old.html": "old.html",
    "old/Page.HTM": "old/Page.HTM",
    "old.html/": "old.html/",
    "hc/en-us/articles/360001-How-do-I": "hc/en-us/articles/360001-How-do-I/",
    "v1.2/page.md": "v1.2/page.md/",
    "größe mit raum/": "größe mit raum/",
    "a..b/.hidden/": "a..b/.hidden/",
}


@pytest.mark.parametrize("written", USABLE)
def test_an_address_may_be_whatever_it_was(written: str) -> None:
    assert READ(written) == USABLE[written]


UNUSABLE = (
    *(
        "",
        "/",
        "/old",
        "//host/old",
        "https://x.example/old",
        "mailto:a@b.example",
        "old?x",
        "old#x",
        "old%20x",
    ),
    *("..", ".", "../old", "old/..", "old/../x", "old/./x", "old//x", ".git/config", "a\\b", " old", "old "),
    *("a\nb", "a\x00b", "a\u202eb", "x" * 201, "ü" * 101 + "/x", "C:/x"),
)


@pytest.mark.parametrize("written", UNUSABLE)
def test_what_is_no_address_below_the_root_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        READ(written)


FILES = {
    # An address; its file, and the root as seen from it.
    "old/page/": ("old/page/index.html", "../../"),
    "old/": ("old/index.html", "../"),
    "old.html": ("old.html", "./"),
    "old/page.html": ("old/page.html", "../"),
}


@pytest.mark.parametrize("address", FILES)
def test_links_are_relative_so_that_they_work_below_any_path(address: str) -> None:
    redirect = Redirect(address, 'a/b "c" ü/', "Title")
    assert (redirect.file, redirect.root) == FILES[address]
    assert redirect.link == f"{redirect.root}a/b%20%22c%22%20%C3%BC/"


def test_the_home_page_is_a_file_too() -> None:
    assert file_at("") == "index.html"


def page(path: str, kind: str, **front: Any) -> Article:
    if kind not in ("faq", "page"):
        front["kind"] = kind
    return Article(path, kind, "", front_matter_of(kind)(title=path, **front), "", 1)


def test_articles_and_categories_have_former_addresses() -> None:
    pages = (
        page("a/b.md", "faq", redirect_from=("x", "y.html")),
        page("a/index.md", "category", redirect_from=("z/",)),
        page("c.md", "page"),
        page("index.md", "home"),
        page("contact.md", "contact"),
    )
    assert list(redirects({item.path: item for item in pages})) == [
        Redirect("x/", "a/b/", "a/b.md"),
        Redirect("y.html", "a/b/", "a/b.md"),
        Redirect("z/", "a/", "a/index.md"),
    ]
