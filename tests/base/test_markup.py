from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest

from waypost.base import markup
from waypost.base.markup import render_markdown

HELP = "https://help.example.org/"


class _Seen(HTMLParser):
    """What a browser makes of a text: elements, and attributes with their entities decoded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <b onclick=x>b</b>",
        "<div>\n\n*a*\n\n</div>",
        "<!-- c --> <?php 1 ?> <![CDATA[x]]> <!DOCTYPE html>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src=//evil.example></iframe",
        "> <style>*{}</style>",
        "- <script>\n  x",
        "    <script>",
        "`<script>`",
        "[<script>](https://a.example)",
        "| <script> |\n|-|\n| <i>1</i> |",
        "<",
        "\x02klzzwxh:0000\x03<script>",
    ],
)
def test_raw_html_is_shown_as_text(text: str) -> None:
    seen = _Seen(render_markdown(text, HELP))
    allowed = {
        "p",
        "em",
        "a",
        "code",
        "pre",
        "ul",
        "li",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert seen.tags <= allowed
    assert "<" in seen.text
    assert set(seen.attributes) <= {"href"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "java&#10;script:alert(1)",
        "java&Tab;script:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html;base64,PHNjcmlwdD4=",
        "blob:https://a.example/x",
        "file:///etc/passwd",
        "//evil.example/",
        "&#47;&#47;evil.example/",
        "\\\\evil.example/",
        "no/scheme",
        "",
    ],
)
def test_links_and_images_with_other_addresses_lose_them(address: str) -> None:
    for text in (f"[x]({address})", f"![x]({address})", f"[x]: {address}\n\n[x] ![x]", f"[x](<{address}>)"):
        seen = _Seen(render_markdown(text, HELP))
        assert not {"href", "src"} & set(seen.attributes), text


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("https://a.example/?b=1&copy=2", "https://a.example/?b=1&copy=2"),
        ("mailto:help@example.org", "mailto:help@example.org"),
        ("tel:+4930", "tel:+4930"),
        ("#part", "#part"),
        ("../other/", "../other/"),
        ("/", HELP),
        ("/payments/failed/", f"{HELP}payments/failed/"),
        ("/a?b=1&copy=2#c", f"{HELP}a?b=1&copy=2#c"),
        ("/javascript:alert(1)", f"{HELP}javascript:alert(1)"),  # a folder of that name, never a script
        ("/https://evil.example/", f"{HELP}https://evil.example/"),
    ],
)
def test_links_lead_where_they_say_and_a_slash_leads_into_the_help_center(address: str, href: str) -> None:
    assert _Seen(render_markdown(f"[x]({address})", HELP)).attributes == {"href": href}


@pytest.mark.parametrize(("root", "href"), [("../", "../a/"), ("./../", "./../a/"), ("", "./a/")])
def test_the_root_of_the_help_center_may_be_relative(root: str, href: str) -> None:
    assert _Seen(render_markdown("[x](/a/)", root)).attributes == {"href": href}
    assert _Seen(render_markdown("[x](/javascript:a)", root)).attributes["href"] != "javascript:a"


def test_addresses_in_angle_brackets_are_links() -> None:
    assert _Seen(render_markdown("<https://a.example/>", HELP)).attributes == {"href": "https://a.example/"}
    assert _Seen(render_markdown("<help@a.example>", HELP)).attributes == {"href": "mailto:help@a.example"}


@pytest.mark.parametrize(
    "text",
    [
        '[x](https://a.example "t\\" onmouseover=\\"alert(1)")',
        '![x"onerror="alert(1)](https://a.example/i.png)',
    ],
)
def test_a_title_cannot_add_attributes(text: str) -> None:
    assert set(_Seen(render_markdown(text, HELP)).attributes) <= {"href", "src", "alt", "title"}


def test_markdown_is_still_markdown() -> None:
    text = "## Cause\n**Bold** and `code` &amp; &copy;\n\n1. one\n2. two\n\n| a |\n|-|\n| b |\n"
    rendered = render_markdown(text, HELP)
    for part in (
        "<h2>Cause</h2>",
        "<strong>Bold</strong>",
        "<code>code</code>",
        "<ol>",
        "<td>b</td>",
        "&amp;",
    ):
        assert part in rendered


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            '```sh\n# ask for the head only\ncurl -I "x"\n```',
            '<pre><code># ask for the head only\ncurl -I "x"\n</code></pre>',
        ),
        ("~~~\n## a\n```\n~~~", "<pre><code>## a\n```\n</code></pre>"),
        ("````\n```\n<b>\n```\n````", "<pre><code>```\n&lt;b&gt;\n```\n</code></pre>"),
        ("- a\n  ```\n  # b\n  ```", "<ul>\n<li>a<pre><code># b\n</code></pre>\n</li>\n</ul>"),
        ("> ```\n> # b", "<blockquote>\n<pre><code># b\n</code></pre>\n</blockquote>"),
        ("    # a", "<pre><code># a\n</code></pre>"),
        ("```\n# a", "<pre><code># a\n</code></pre>"),
        ("~~5 %~~ 3 %", "<p><del>5 %</del> 3 %</p>"),
        (
            "- [ ] a\n- [x] *b*\n- [X] c\n- [y] d",
            "<ul>\n<li>☐ a</li>\n<li>☑ <em>b</em></li>\n<li>☑ c</li>\n<li>[y] d</li>\n</ul>",
        ),
        ("1. [ ] a", "<ol>\n<li>☐ a</li>\n</ol>"),
        ("[ ] a", "<p>[ ] a</p>"),
    ],
)
def test_updates_are_rendered_as_code_hosts_do(text: str, shown: str) -> None:
    assert render_markdown(text, HELP) == shown


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://a.example/x.", "https://a.example/x"),
        ("(http://a.example/b_c_d)", "http://a.example/b_c_d"),
        ("https://a.example/w_(x)", "https://a.example/w_(x)"),
        ("*https://a.example/*", "https://a.example/"),
        ("www.a.example, and", "http://www.a.example"),
        ('https://a.example/?b=1&c=2"', "https://a.example/?b=1&c=2"),
        ("<https://a.example/>", "https://a.example/"),
    ],
)
def test_a_bare_address_is_a_link(text: str, address: str) -> None:
    seen = _Seen(render_markdown(text, HELP))
    assert seen.attributes == {"href": address}


@pytest.mark.parametrize(
    "text",
    [
        "`https://a.example/`",
        "javascript://a.example/",
        "xhttps://a.example/",
        "a@www.a.example",
        "www.",
        "    https://a.example/",
    ],
)
def test_what_is_no_bare_address_stays_text(text: str) -> None:
    assert "a" not in _Seen(render_markdown(text, HELP)).tags


def test_a_link_holds_no_other() -> None:
    assert render_markdown("[https://a.example/](/b/)", HELP).count("<a ") == 1


def test_one_text_leads_to_the_help_center_from_wherever_it_is_shown() -> None:
    text = "[x](/a/) and ![y](/b.png)"
    roots = ["../", "../../", HELP, 'https://a.example/?b=1&c=<"2/']
    for root in [*roots, *roots]:
        assert _Seen(render_markdown(text, root)).attributes == {
            "href": f"{root}a/",
            "src": f"{root}b.png",
            "alt": "y",
        }


def test_a_text_cannot_name_the_root_itself() -> None:
    for text in ("\x02help-root\x03", "[x](\x02help-root\x03a)", "`\x02help-root\x03`", "&#2;help-root&#3;"):
        assert HELP not in render_markdown(text, HELP)


STATEFUL = [
    "[x]: https://a.example/\n\n[x]",
    "[x]",
    "[x][1] [1]\n\n[1]: /a/ 'title'",
    "1. one\n\n    two\n\n2. three",
    "- a\n    - b\n        - c",
    "    code",
    "`a` ``b`` \\* \\_",
    "&copy; <b> &amp;",
    "> a\n> > b\n\nc",
    "| a |\n|-|\n| `b|c` |",
    "***a** b*",
    "",
    "<https://a.example/>",
]
"""Texts that could leave something behind for the next one."""


def _anew(text: str) -> str:
    return markup._convert(text, markup._grammar()).replace(markup._HELP_ROOT, HELP)


def test_what_was_rendered_before_leaves_nothing_behind() -> None:
    grammar, luck = markup._grammar(), random.Random(1)  # noqa: S311  # not a secret
    for text in luck.choices(STATEFUL, k=200):
        assert markup._convert(text, grammar).replace(markup._HELP_ROOT, HELP) == _anew(text), text


def test_a_text_that_nests_too_deep_leaves_nothing_behind() -> None:
    for text in STATEFUL[:5]:
        with pytest.raises(RecursionError):
            render_markdown("- " * 4000 + "end\n\n" + text, HELP)
        assert render_markdown(text, HELP) == _anew(text), text


def test_several_threads_may_render_at_once() -> None:
    texts = [f"{text}\n\nnumber {number}" for number in range(40) for text in STATEFUL]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda text: render_markdown(text, HELP), texts)) == [*map(_anew, texts)]
