from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.authoring.io.incident_edit import add_article
from waypost.authoring.rules.incident_texts import NewUpdate, append_update, line_end
from waypost.formats.status import UpdateStatus

AT = datetime.fromisoformat("2026-11-20T10:02:00+01:00")
UPDATE = NewUpdate(UpdateStatus.IDENTIFIED, AT, "A disk is full.")
ADDED = b"## identified \xc2\xb7 2026-11-20T10:02:00+01:00\nA disk is full.\n"


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        (b"text\n", b"\n"),
        (b"text", b"\n\n"),
        (b"text\n\n", b""),
        (b"text\n\n\n", b""),
        (b"text\r\n", b"\r\n"),
        (b"a\r\ntext", b"\r\n\r\n"),
        (b"text\r\n\r\n", b""),
        (b"a\rtext\r", b"\r"),
        (b"a\r\nb\n", b"\n"),
        (b"", b"\n\n"),
    ],
)
def test_an_update_is_added_below_an_empty_line_with_the_line_ends_of_the_file(
    before: bytes, gap: bytes
) -> None:
    end = line_end(before)
    assert append_update(before, UPDATE) == before + gap + ADDED.replace(b"\n", end)


@given(st.binary(max_size=200), st.text(max_size=200))
def test_every_byte_before_stays(before: bytes, message: str) -> None:
    update = NewUpdate(UpdateStatus.MONITORING, AT, message)
    try:
        after = append_update(before, update)
    except UnicodeEncodeError:
        assert any("\ud800" <= mark <= "\udfff" for mark in message)
        return
    assert after.startswith(before)
    assert b"## monitoring" in after[len(before) :]


def test_the_next_update_is_promised_in_a_line_of_its_own() -> None:
    update = NewUpdate(UpdateStatus.IDENTIFIED, AT, " One.\r\nTwo.\n\n", timedelta(minutes=30))
    assert update.next_update_by == AT + timedelta(minutes=30)
    assert update.body == "One.\nTwo.\n\nNext update by 2026-11-20T10:32:00+01:00."
    assert UPDATE.next_update_by is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\ntitle: T\n---\nbody", "---\ntitle: T\narticles: [a/b.md]\n---\nbody"),
        ("---\r\ntitle: T\r\n---\r\nbody", "---\r\ntitle: T\r\narticles: [a/b.md]\r\n---\r\nbody"),
        ("\ufeff---\ntitle: T\n---\n", "\ufeff---\ntitle: T\narticles: [a/b.md]\n---\n"),
        ("--- \n# c\ntitle: T\n---  \n---\n", "--- \n# c\ntitle: T\narticles: [a/b.md]\n---  \n---\n"),
    ],
)
def test_an_article_is_added_at_the_end_of_the_front_matter(before: str, after: str) -> None:
    assert add_article(before.encode(), "a/b.md") == after.encode()


@pytest.mark.parametrize(
    "before",
    [
        "---\narticles: [x.md]\n---\n",
        "---\ntitle: T\n'articles' : [x.md]\n---\n",
        "---\narticles:\n  - x.md\n---\n",
        "---\n{title: T}\n---\n",
        "---\n  title: T\n---\n",
        "---\n\n---\n",
        "---\ntitle: T\n",
        "title: T\n---\n---\n",
        "",
    ],
)
def test_what_is_not_safe_to_edit_is_left_to_a_person(before: str) -> None:
    assert add_article(before.encode(), "a/b.md") is None


def test_a_path_that_yaml_would_read_otherwise_is_quoted() -> None:
    after = add_article(b"---\ntitle: T\n---\n", 'a, b/"c".md')
    assert after == b'---\ntitle: T\narticles: ["a, b/\\"c\\".md"]\n---\n'
