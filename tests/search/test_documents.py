from __future__ import annotations

import pytest

from waypost.base.markdown.anchors import heading_anchor
from waypost.base.markdown.article_tree import article_tree
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.article import Article, ArticleFrontMatter
from waypost.search.rules.documents import search_documents

FAQ = """\
Money comes back.

## Can I get **my** money back?

Yes, within [14 days](../rules.md).

### For prints

Also.

## How long does it take?

Five days.
"""


def article(kind: str) -> Article:
    front = ArticleFrontMatter(
        title="Refunds", kind=kind, summary="About money.", also_asked_as=("money back",)
    )
    return Article("payments/refunds.md", kind, "payments", front, FAQ, 9)


def test_each_question_of_a_faq_can_be_found_by_itself() -> None:
    whole, first, second = search_documents([article("faq")])
    assert (whole.url, whole.title, whole.aliases) == ("payments/refunds/", "Refunds", ("money back",))
    assert first.url == "payments/refunds/#can-i-get-my-money-back"
    assert first.title == "Can I get my money back?"
    assert first.text == "Yes, within 14 days. For prints Also."
    assert (second.title, second.text) == ("How long does it take?", "Five days.")


def test_other_kinds_are_one_document_with_their_headings() -> None:
    (whole,) = search_documents([article("tutorial")])
    assert whole.headings == "Can I get my money back? For prints How long does it take?"
    assert whole.text.startswith("About money. Money comes back. Can I get my money back?")


@pytest.mark.parametrize(
    "heading",
    [
        "Can I?",
        "Größe & Farbe ändern",
        "What is  2.0 -- exactly?",
        "`code` and *more*",
        "Häufig_gefragt",
        "100 %",
        "1. First",
        "<span>Red</span> heading",
        "パスワードを変更する",
        "हिन्दी में",
        "A [link](x.md) & an ![image](y.png)",
    ],
)
def test_anchors_are_those_of_the_rendered_page(heading: str) -> None:
    assert article_tree(f"## {heading}")[0].get("id") == heading_anchor(heading)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Bold** and _soft_ and `code`", "Bold and soft and code"),
        ("# Title\n\n1. one\n2. two\n\n- three", "Title one two three"),
        ("![a picture](x.png) and [a link](y.md)", "a picture and a link"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("**Cause:** an [update](/a/) of `x`.\n\n- one\n- two", "Cause: an update of x. one two"),
        ("## Title\n> quoted ![alt](a.png)", "Title quoted alt"),
        ("snake_case and 2 * 3 * 4", "snake_case and 2 * 3 * 4"),
        ("1. first\n2. second", "first second"),
        (r"B \[x\] and \*no star\* and 5\. it", "B [x] and *no star* and 5. it"),
        ("", ""),
    ],
)
def test_marks_are_taken_off(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            '!!! note "Colours and cropping"\n    A print looks darker.',
            "Colours and cropping\nA print looks darker.",
        ),
        ("??? tip\n    Fold it.", "Fold it."),
        ('???+ warning "Beware"\n    Of it.', "Beware\nOf it."),
        ('=== "Windows"\n    Press it.', "Windows\nPress it."),
        ("| Size | Pixels |\n| --- | ---: |\n| Web | 2048 |", "Size, Pixels.\nWeb, 2048."),
        ("Size | Pixels\n--- | ---\nWeb | 2048", "Size, Pixels.\nWeb, 2048."),
        ("```python\nprint(1)\n```", "print(1)"),
        ("before <!-- not shown\nat all --> after", "before after"),
        ('<div class="x" markdown>Inside <b>bold</b></div>', "Inside bold"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("[Save it](x.md){ .md-button #save }", "Save it"),
        ("a || b, {value} and **stars**", "a || b, {value} and stars"),
    ],
)
def test_a_passage_shows_what_readers_see(written: str, shown: str) -> None:
    page = Article("a/x.md", "page", "a", ArticleFrontMatter(title="X"), written, 4)
    assert search_documents([page])[0].text == shown


@pytest.mark.parametrize(
    "text", ["<" * 50_000, "| " * 50_000, "{#" * 50_000, "<!--" * 20_000, '!!! "' * 20_000, "<a " * 30_000]
)
def test_a_hostile_text_becomes_words_in_time(text: str) -> None:
    page = Article("a/x.md", "page", "a", ArticleFrontMatter(title="X"), text, 4)
    assert search_documents([page])[0].title == "X"


def test_sections_lead_to_their_anchors() -> None:
    body = "Intro.\n\n## One\n\ntext\n\n### Two {#own}\n\nmore\n\n## One\n\nagain\n"
    page = Article("a/x.md", "page", "a", ArticleFrontMatter(title="X"), body, 4)
    (document,) = search_documents([page])
    assert [(part.anchor, part.heading, part.text) for part in document.sections] == [
        ("", "", "Intro."),
        ("one", "One", "text"),
        ("own", "Two", "more"),
        ("one_1", "One", "again"),
    ]
