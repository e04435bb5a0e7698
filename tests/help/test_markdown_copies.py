from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import markdown
import pytest

from waypost.base.files.languages import load_words
from waypost.base.markdown.blocks import lines_of
from waypost.base.markdown.links import map_links
from waypost.base.markdown.plain_text import as_markdown
from waypost.formats.article import Article, front_matter_of
from waypost.formats.project import HelpCenter
from waypost.help.rules.catalog import build_catalog
from waypost.help.rules.markdown_copies import llms_txt, markdown_copies
from waypost.publishing.rules.help_site import HelpSite

WORDS = load_words("en")


def page(path: str, kind: str, body: str = "Text.\n", **front: Any) -> Article:
    front = {"title": f"T {path}", **front}
    if kind in ("category", "home", "contact"):
        front["kind"] = kind
    folder = path.rpartition("/")[0]
    return Article(path, kind, folder, front_matter_of(kind)(**front), body, 5)


SITE = (
    page("index.md", "home", "Never shown.\n", title="How can we help?", summary="Answers."),
    page("contact.md", "contact", "Say what happened.\n", title="Contact us"),
    page("zips/index.md", "category", title="Zips & more", summary="All about zips"),
    page(
        "zips/stops.md", "troubleshooting", "\nSee [more](other.md#a).\n", title="A zip stops", summary="Why."
    ),
    page("zips/other.md", "faq", title="Other [things]", owner="secret-team"),
    page("empty/index.md", "category", title="Empty"),
    page("lost.md", "page", title="Lost"),
)


def copies(*pages: Article) -> dict[str, str]:
    center = HelpCenter({item.path: item for item in pages})
    return dict(markdown_copies(center.pages, build_catalog(center, WORDS), WORDS))


def llms(*pages: Article, root: str = "https://x.example/", status: str = "https://x.example/status/") -> str:
    center = HelpCenter({item.path: item for item in pages})
    catalog = build_catalog(center, WORDS)
    return llms_txt(HelpSite("The [Help]", WORDS, root, status), center.pages, catalog)


def test_an_article_is_its_title_its_summary_and_its_text() -> None:
    assert copies(*SITE)["zips/stops.md"] == "# A zip stops\n\n> Why.\n\nSee [more](other.md#a).\n"
    assert copies(*SITE)["zips/other.md"] == "# Other \\[things\\]\n\nText.\n"


def test_nothing_of_the_front_matter_is_given_away() -> None:
    assert not [path for path, text in copies(*SITE).items() if "secret-team" in text]


def test_a_category_lists_its_articles_and_the_home_page_the_categories() -> None:
    found = copies(*SITE)
    assert found["zips/index.md"] == (
        "# Zips & more\n\n> All about zips\n\nText.\n\n"
        "- [A zip stops](stops.md): Why.\n- [Other \\[things\\]](other.md)\n"
    )
    assert found["index.md"] == (
        "# How can we help?\n\n> Answers.\n\n"
        "- [Empty](empty/index.md)\n- [Zips & more](zips/index.md): All about zips\n"
    )
    assert found["empty/index.md"] == "# Empty\n\nText.\n"


def test_sections_are_told_with_their_category() -> None:
    section = replace(
        page("zips/big/index.md", "category", title="Big", summary="Four GB"), category="zips/big"
    )
    inner = replace(page("zips/big/a.md", "page", title="Inner"), category="zips/big")
    found = copies(*SITE, section, inner)
    assert found["zips/index.md"].endswith(
        "- [Other \\[things\\]](other.md)\n\n## [Big](big/index.md)\n\nFour GB\n\n- [Inner](big/a.md)\n"
    )
    assert (
        "- [Zips & more](zips/index.md): All about zips\n  - [Big](zips/big/index.md): Four GB\n"
        in found["index.md"]
    )
    assert "## Zips & more › Big\n\n- [Inner](https://" in llms(*SITE, section, inner)


def test_the_contact_page_leads_to_what_depends_on_the_time() -> None:
    found = copies(*SITE)["contact.md"]
    assert (
        found
        == "# Contact us\n\nSay what happened.\n\n- [All ways to reach us, with their hours](contact/)\n"
    )


LINKS = {
    # A target in zips/stops.md, and what it is in the copy.
    "other.md": "other.md",
    "other.md#part": "other.md#part",
    "../lost.md": "../lost.md",
    "./other.md": "./other.md",
    "index.md": "index.md",
    "steps/first.md": "steps/first/",
    "steps/first.md#part": "steps/first/#part",
    "../gone/index.md": "../gone/",
    "%6Fther.md": "%6Fther.md",
    "picture.png": "picture.png",
    "https://example.org/x.md": "https://example.org/x.md",
    "mailto:a@example.org": "mailto:a@example.org",
    "/from/the/root.md": "/from/the/root.md",
    "#part": "#part",
    "?q=x.md": "?q=x.md",
}


@pytest.mark.parametrize("target", LINKS)
def test_links_lead_somewhere_from_the_twin(target: str) -> None:
    body = f"Go [there]({target}) or [here]({target} 'Title') ![x](<{target}>)\n\n[r]: {target}\n"
    changed = LINKS[target]
    expected = f"Go [there]({changed}) or [here]({changed} 'Title') ![x](<{changed}>)\n\n[r]: {changed}\n"
    assert copies(*SITE[:3], page("zips/stops.md", "page", body), *SITE[4:])["zips/stops.md"].endswith(
        expected
    )


def test_a_link_to_a_first_page_without_a_twin_is_the_folder() -> None:
    assert "[x](./)" in copies(page("a/b.md", "page", "[x](index.md)"))["a/b.md"]


CODE = """\
Use `[a](b.md)` and ``[`](b.md)`` here: [a](b.md).

```markdown
[a](b.md)
~~~
[a](b.md)
```

    [a](b.md)
~~~~
[a](b.md)
~~~
[a](b.md)
~~~~~
[a](b.md)
"""


def test_code_stays_as_it_is() -> None:
    changed = map_links(CODE, lambda target: target.upper())
    lines = [number for number, line in enumerate(changed.split("\n")) if "B.MD" in line]
    assert lines == [0, 8, 14], "an indented block is text of a list as often as code"
    assert changed.split("\n")[0] == "Use `[a](b.md)` and ``[`](b.md)`` here: [a](B.MD)."


def test_a_fence_that_is_not_closed_runs_to_the_end() -> None:
    assert [line.is_code for line in lines_of("a\n```\nb\nc")] == [False, True, True, True]


def test_links_may_stand_close_and_hold_brackets() -> None:
    body = "[a](b.md)[c](d_(e).md) [![p](q.png)](r.md) [x]( s.md ) [y][z] (no.md) ]("
    expected = "[a](B.MD)[c](D_(E).MD) [![p](Q.PNG)](R.MD) [x]( S.MD ) [y][z] (no.md) ]("
    assert map_links(body, lambda target: target.upper()) == expected


@pytest.mark.parametrize(
    "text", ["](" * 50_000, "[" * 100_000, "`" * 100_000, "[a](<" * 30_000, "](a(" * 30_000]
)
def test_a_page_of_brackets_costs_no_more_than_its_length(text: str) -> None:
    assert map_links(text, lambda target: target) == text


@pytest.mark.parametrize(
    "text",
    [
        *("plain words", "a * b * c", "__init__", "[x](y)", "`code`", "<b>bold</b>", "back\\slash"),
        *("Tom & Jerry", "&amp; &#60; &nbsp", "x ] y", "**", "![a](b)", "1 < 2"),
    ],
)
def test_words_come_out_of_markdown_as_they_went_in(text: str) -> None:
    shown = markdown.markdown(as_markdown(text))
    assert html.unescape(re.sub("<[^>]+>", "", shown)) == text


def test_llms_txt_has_the_form_of_its_specification() -> None:
    assert llms(*SITE) == (
        "# The \\[Help\\]\n\n> Answers.\n\n"
        "## Zips & more\n\n"
        "- [A zip stops](https://x.example/zips/stops.md): Why.\n"
        "- [Other \\[things\\]](https://x.example/zips/other.md)\n\n"
        "## More\n\n- [Lost](https://x.example/lost.md)\n\n"
        "## Contact and status\n\n"
        "- [Contact us](https://x.example/contact.md)\n"
        "- [Status](https://x.example/status/): Whether everything works right now, and what does not\n"
    )


def test_llms_txt_of_a_site_without_a_contact_page_or_a_summary() -> None:
    found = llms(page("index.md", "home", title="Help!"))
    assert found.startswith("# The \\[Help\\]\n\n> Help!\n\n## Contact and status\n\n- [Status](")
    assert "> " not in llms()
