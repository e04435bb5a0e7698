from __future__ import annotations

import xml.etree.ElementTree as ET

import markdown
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from waypost.base.markdown.article_text import text_sections
from waypost.base.markdown.article_tree import article_tree
from waypost.base.markdown.page_parts import page_parts
from waypost.help.io.article_markup import ArticleMarkup

TITLES = {"warning": "Warnung", "caution": "Vorsicht"}


@golden("markup/articles.yml")
def test_markdown_is_read_as_people_type_it(case: Case) -> None:
    html = ET.tostring(article_tree(case["text"], TITLES), encoding="unicode")
    html = html.replace("\xa0", " ")
    assert html.removeprefix("<div>").removesuffix("</div>") == case["html"].replace("\\n", "\n")


@golden("markup/articles.yml")
def test_mkdocs_writes_it_out_as_it_is(case: Case) -> None:
    """Python-Markdown takes text for entities and marks of its own; nothing of that may change a page."""
    html = markdown.markdown(case["text"], extensions=[ArticleMarkup(TITLES)])
    shown = ET.fromstring(f"<div>{html}</div>")  # noqa: S314  # our own
    for element in (wanted := article_tree(case["text"], TITLES)).iter():
        element.text, element.tail = element.text or "", element.tail or ""
    assert " ".join(shown.itertext()).split() == " ".join(wanted.itertext()).split()
    assert [element.tag for element in shown.iter()] == [element.tag for element in wanted.iter()]
    assert [element.attrib for element in shown.iter()] == [element.attrib for element in wanted.iter()]


def test_lines_of_elements_are_those_of_the_file() -> None:
    root = article_tree("# A\n\n- b\n\n  c\n\n<p>d</p>\n", None, 10)
    lines = {element.tag: element.get("data-line") for element in root.iter() if element.get("data-line")}
    assert lines == {"h1": "10", "ul": "12", "li": "12", "p": "16"}


def test_elements_that_nobody_could_have_meant_are_read_all_the_same() -> None:
    text = "<div>" * 5000 + "x"
    assert "".join(article_tree(text).itertext()).strip() == "x"
    assert markdown.markdown(text, extensions=[ArticleMarkup()]).count("<div>") == 5000
    assert page_parts(text).leftovers == ()


PIECES = [
    *(
        "# ",
        "- ",
        "1. ",
        "> ",
        "> [!NOTE]",
        "```",
        "    ",
        "\n",
        "\n\n",
        "*",
        "**",
        "`",
        "a",
        "漢",
        "<",
        ">",
        "|",
    ),
    *(
        "[a](b)",
        "[a][b]",
        "[b]: c\n",
        "[^1]",
        "[^1]: n",
        "Term\n: d",
        "\\",
        "&amp;",
        "&",
        "www.a.b",
        "- [ ] a",
    ),
    *("<div>", "</div>", "<details>", "<summary>", "</p>", "<script>", "<!--", "-->", "<![a", "<!x", "<?x"),
    *(
        "<a href='x'>",
        "{#x}",
        "{: .y }",
        ":::note[T]",
        "::::tip",
        ":::",
        '!!! note "x"',
        "??? tip",
        '=== "A"',
    ),
    *("\n|---|\n", "\u2028", "\r\n", "---\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("</div>:::note[T]<div>")
def test_whatever_is_written_is_a_page(text: str) -> None:
    html = markdown.markdown(text, extensions=["toc", ArticleMarkup(TITLES)])
    assert "\x02" not in html
    for section in text_sections(text):
        assert all(section.blocks)
    for leftover in page_parts(text, 5).leftovers:
        assert 5 <= leftover.line <= 5 + len(text.split("\n"))


@pytest.mark.parametrize(
    ("extension", "text", "shown"),
    [
        ("pymdownx.emoji", "a :smile: `:smile:`", 'class="emojione"'),
        ("pymdownx.keys", "++ctrl+a++", "<kbd"),
        ("smarty", "a -- b", "&ndash;"),
        ("pymdownx.mark", "==a==", "<mark>a</mark>"),
    ],
)
def test_extensions_for_words_go_on_working(extension: str, text: str, shown: str) -> None:
    html = markdown.markdown(text, extensions=[extension, ArticleMarkup()])
    assert shown in html
    assert html.count("<code>:smile:</code>") == text.count("`:smile:`")


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("A[^1] b.\n\n[^1]: Note", ["A b.", "Note"]),
        ("- [x] done\n- b\n  - c", ["☑ done", "b", "c"]),
        (":::note[T]\nx\n:::", ["T", "x"]),
        (":::note\nx\n:::", ["x"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a, b.", "1, 2."]),
        ('```sh title="t"\nls\n\ncd\n```', ["t", "ls", "cd"]),
        ("<b>x</b> ![y](z) <!-- n -->\n\n<script>1</script>", ["x y"]),
        ("a  \nb", ["a b"]),
    ],
)
def test_the_words_of_an_article_are_those_of_its_page(text: str, blocks: list[str]) -> None:
    (section,) = text_sections(text)
    assert section.blocks == blocks
