from __future__ import annotations

import pytest

from waypost.importing.rules.timelines import plain_markup, safe_words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Latency < 5 s & more > less", "Latency < 5 s & more > less"),  # no HTML: every sign stays
        ("The <queue-7> is slow", "The <queue-7> is slow"),  # a word that looks like a tag
        ("AT&amp;T &lt;3", "AT&T <3"),
        ("One<br>two<br />three", "One\ntwo\nthree"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<b>Bold</b> and <em>not</em>", "**Bold** and *not*"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('See <a href="https://a.example/x">why</a>.', "See [why](https://a.example/x)."),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href="javascript:steal">x</a> <a href="data:text/html,x">y</a>', "x y"),
        ('<a href="https://a.example/)[x](javascript:1)">x</a>', "x"),
        ("<a>bare</a>", "bare"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style>", "x"),
        ("<p>a <instance-id> b</p>", "a <instance-id> b"),
        ("<p>unclosed <b>bold", "unclosed **bold"),
        ("</p></b></a></script>", "**"),
        ("<small>Jun <var data-var='date'>18</var></small>", "Jun 18"),
    ],
)
def test_html_becomes_markdown_and_plain_text_stays(text: str, plain: str) -> None:
    assert plain_markup(text) == plain


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("## resolved · 2026-11-20T10:00:00Z\nx", "### resolved · 2026-11-20T10:00:00Z\nx"),
        ("Next update by noon.", "Next update by  noon."),  # no promise that our files would read
        ("  next update BY 2026-11-20T10:00:00Z", "next update BY  2026-11-20T10:00:00Z"),
        ("Edited 2026-11-20T10:00:00Z.", "Edited  2026-11-20T10:00:00Z."),
        ("```\n## a\n", "```\n## a\n```"),  # code that nobody closed would swallow what follows
        ("~~~\n```\n~~~\n## a", "~~~\n```\n~~~\n### a"),
        ("a\r\nb\rc\x00\x07\x85d", "a\nb\nc\nd"),
        ("#hash\n### three", "#hash\n### three"),
    ],
)
def test_no_line_is_taken_for_one_of_ours(text: str, safe: str) -> None:
    assert safe_words(text) == safe
