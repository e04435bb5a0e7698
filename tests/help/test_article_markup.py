from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import markdown
import pytest

from helpers.cases import golden
from waypost.base.files.languages import load_words
from waypost.formats.article import Article, ArticleFrontMatter, CategoryFrontMatter, PageKind
from waypost.help.io.article_markup import ArticleMarkup, PageMarkup

EXTENSIONS = ["admonition", "attr_list", "footnotes", "tables", "fenced_code", "toc"]
SHOWN = {
    "href": "href", "src": "src", "data-wp-steps": "data", "data-wp-progress": "data", "data-wp-video": "video",
    "data-source": "source", "preload": "preload", "poster": "poster", "data-captions": "captions",
    "aria-labelledby": "labelledby",
}  # fmt: skip
QUOTED = {"aria-label": "label", "data-title": "title", "alt": "alt"}
INLINE = ("code", "em", "strong", "sup", "span")
VOID = ("br", "hr", "img", "input", "source", "track")


class Outline(HTMLParser):
    """Writes a page as one line an element, as a browser reads it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.ends: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in INLINE:
            return
        given = {name: value or "" for name, value in attrs}
        line = "  " * len(self.open) + tag
        line += f"#{given['id']}" if "id" in given else ""
        line += "".join(f".{name}" for name in given.get("class", "").split())
        line += "".join(f" {SHOWN[name]}={value}" for name, value in given.items() if name in SHOWN)
        line += "".join(f' {QUOTED[name]}="{value}"' for name, value in given.items() if name in QUOTED)
        self.lines.append(line)
        if tag not in VOID:
            self.open.append((tag, len(self.lines) - 1))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in INLINE:
            return
        opened, _ = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        if data.strip() or (data == " " and self.open):
            number = self.open[-1][1]
            text = data.replace("\n", "")
            had = self.lines[number].endswith('"') and '"\x00' in self.lines[number]
            self.lines[number] = (
                self.lines[number][:-1] + text + '"' if had else f'{self.lines[number]} "\x00{text}"'
            )


def outline(html: str) -> str:
    """Return the structure of a page; what is inline counts as the text around it, footnotes as their text."""
    parser = Outline()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return "\n".join(line.replace("\x00", "") for line in parser.lines)


def render(
    text: str, kind: str, path: str = "a/b.md", extensions: list[str] | None = None, **front: Any
) -> str:
    extension = ArticleMarkup()
    article = Article(path, kind, "a", ArticleFrontMatter(title="T", kind=kind, **front), text, 1)
    extension.page = PageMarkup(article, load_words("en"))
    return markdown.markdown(text, extensions=[*EXTENSIONS, *(extensions or []), extension])


@golden("kinds/*.yml")
def test_plain_markdown_gets_the_structure_of_its_kind(case: dict[str, Any]) -> None:
    front = case.get("front", {})
    html = render(case["text"], case["kind"], case.get("path", "a/b.md"), case.get("extensions"), **front)
    assert outline(html) == case["outline"].rstrip("\n"), case["why"]


@pytest.mark.parametrize("kind", ["faq", "troubleshooting", "tutorial", "page"])
def test_footnotes_stay_below_everything(kind: str) -> None:
    html = render("## Why?\n\n1. Because.[^1]\n\n## More?\n\nYes.\n\n[^1]: A note.\n", kind)
    outer = [line for line in outline(html).splitlines() if not line.startswith("  ")]
    assert outer[-1].startswith("div.footnote")
    assert outer[-2].startswith("section.wp-outcome") is (kind == "troubleshooting")


def test_the_address_of_a_question_is_what_the_table_of_contents_says() -> None:
    extension = ArticleMarkup()
    article = Article("a.md", "faq", "", ArticleFrontMatter(title="T", kind="faq"), "", 1)
    extension.page = PageMarkup(article, load_words("en"))
    settings = {"toc": {"permalink": True}}
    renderer: Any = markdown.Markdown(extensions=["toc", extension], extension_configs=settings)
    html = renderer.convert("## Why this?\n\nSo.\n")
    assert [token["id"] for token in renderer.toc_tokens] == ["why-this"]
    assert html.count('href="#why-this"') == 1, "toc's own link gives way to ours"
    assert "¶" not in html


@pytest.mark.parametrize("page", [None, "category"])
def test_pages_that_are_no_articles_stay_as_they_are(page: str | None) -> None:
    text = "## A\n\n1. b\n\n![c](https://youtu.be/aqz-KE-bpKQ)\n"
    extension = ArticleMarkup()
    if page:
        front = CategoryFrontMatter(title="T", kind=PageKind.CATEGORY)
        extension.page = PageMarkup(
            Article("a/index.md", PageKind.CATEGORY, "a", front, "", 1), load_words("en")
        )
    plain = markdown.markdown(text, extensions=EXTENSIONS).replace("\n", "")
    assert markdown.markdown(text, extensions=[*EXTENSIONS, extension]) == plain


def test_one_extension_serves_page_after_page() -> None:
    extension, words = ArticleMarkup(), load_words("de")

    def pages() -> Iterator[str]:
        for kind in ("faq", "tutorial", None):
            front = ArticleFrontMatter(title="T", kind=kind or "page")
            extension.page = PageMarkup(Article("a.md", kind, "", front, "", 1), words) if kind else None
            yield markdown.markdown("## A\n\n1. b\n", extensions=["toc", extension])

    faq, tutorial, other = pages()
    assert "wp-question" in faq
    assert "Link zu dieser Frage: A" in faq
    assert "wp-steps" not in faq
    assert "wp-steps" in tutorial
    assert "wp-question" not in tutorial
    assert "wp-" not in other


def test_hostile_text_leaves_no_element_or_handler() -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    for kind in ("faq", "page"):
        html = render(
            f"## a `{evil}`\n\n![a](https://youtu.be/aqz-KE-bpKQ)\n",
            kind,
            video={"title": evil, "file": "a/b.mp4"},
        )
        assert "<script" not in html
        assert "<img" not in html


@pytest.mark.parametrize(
    "address", ["javascript:alert(1).mp4", "data:video/mp4,x.mp4", "//host.example/a.mp4", "/a.mp4"]
)
def test_only_files_beside_the_article_are_played_without_asking(address: str) -> None:
    assert "<video" not in render(f"![a]({address})\n", "page")
