"""An alias goes into front matter of any shape, and not one other byte changes."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.cases import Case, golden
from waypost.base.files.front_matter import parse_markdown
from waypost.base.files.text_files import decode
from waypost.problems import ProblemsFound
from waypost.search.io.article_edit import KEY, add_alias, is_usable_alias, with_alias

ALIAS = "Why: does it stop?"
PATH = "downloads/zip.md"


def aliases(data: bytes) -> list[str]:
    source, problems = decode("a.md", data)
    assert source, problems
    document, problems = parse_markdown(source)
    assert document, problems
    return document.front.data.get(KEY) or []


def article(root: Path, data: bytes) -> Path:
    file = root / "content" / PATH
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def bytes_of(value: str, case: Case) -> bytes:
    text = value.replace("\n", {"crlf": "\r\n", "cr": "\r"}.get(case.get("ends", ""), "\n"))
    return (b"\xef\xbb\xbf" if case.get("mark") else b"") + text.encode()


@golden("gaps/front_matter.yml")
def test_an_alias_is_added_and_the_rest_stays(case: Case, tmp_path: Path) -> None:
    before = bytes_of(case["before"], case)
    article(tmp_path, before)
    if "after" not in case:
        with pytest.raises(ProblemsFound) as refused:
            with_alias(tmp_path, PATH, case.get("alias", ALIAS))
        assert [problem.code for problem in refused.value.problems] == [case["refused"]]
        return
    edited = with_alias(tmp_path, PATH, case.get("alias", ALIAS))
    assert edited is not None
    assert edited.data == bytes_of(case["after"], case)
    assert edited.file.read_bytes() == before, "only the caller writes"


@pytest.mark.parametrize("again", ["how do I stop it", "How do I stop it?", " how  do i STOP it ", "Zip"])
def test_the_same_alias_is_never_written_twice(again: str, tmp_path: Path) -> None:
    article(tmp_path, b"---\ntitle: Zip\nalso_asked_as: [how do I stop it]\n---\nText\n")
    assert with_alias(tmp_path, PATH, again) is None


def test_a_linked_article_is_changed_where_it_is(tmp_path: Path) -> None:
    file = article(tmp_path, b"---\ntitle: Zip\n---\nText\n")
    real = tmp_path / "content" / "real.md"
    file.rename(real)
    file.symlink_to(real)
    edited = with_alias(tmp_path, PATH, ALIAS)
    assert edited is not None
    assert edited.target == real.resolve()


def test_a_file_that_is_gone_or_outside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="missing-file"):
        with_alias(tmp_path, PATH, ALIAS)
    secret = tmp_path.parent / "secret.md"
    secret.write_bytes(b"---\ntitle: Zip\n---\n")
    (tmp_path / "content" / "downloads").mkdir(parents=True)
    (tmp_path / "content" / PATH).symlink_to(secret)
    with pytest.raises(ProblemsFound, match="symlink"):
        with_alias(tmp_path, PATH, ALIAS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        ("   ", "only spaces"),
        ("two\nlines", "a line break"),
        ("a  b", "the format would store it in another way"),
        ("x" * 161, "too long"),
        ("y" * 100_000, "far too long"),
        ("what is {{ config }}", "template code"),
        ("what is {% raw %}", "template code"),
        ("a\x00b", "a control character"),
        ("a\x1b[31mb", "a control character"),
        ("a\x85b", "a line break of YAML 1.1"),
        ("a\u2028b", "a line separator"),
        ("\u202eabc", "reversed text"),
        ("\ud800", "half of a character"),
        ("a\ufeffb", "invisible"),
        ("\u0301a", "a mark that belongs to nothing"),
    ],
)
def test_what_no_reader_could_see_is_no_alias(text: str, why: str) -> None:
    assert not is_usable_alias(text), why


@pytest.mark.parametrize(
    "text", ["zip", "<script>alert(1)</script>", "- a: [b]", "x" * 160, "نمی‌شود", "写真は？"]
)
def test_what_people_ask_can_be_an_alias(text: str) -> None:
    assert is_usable_alias(text)


LINE = st.text(
    st.one_of(
        st.sampled_from("abc éß'\"#:-,[]{}&*!|>%@`?\\~. \u00a0写"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=40,
).map(lambda text: " ".join(text.split()))
TAIL = st.sampled_from(["", " # note", "  "])


@st.composite
def listed(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A key `also_asked_as` in any form, with the aliases it holds."""
    words = draw(st.lists(st.sampled_from(["a", "b c", "it's off", "写真 😀"]), max_size=3, unique=True))
    style = draw(st.sampled_from(["missing", "empty", "flow", "open flow", "block", "level block"]))
    quote = draw(st.sampled_from(["", '"']))
    shown = [f"{quote}{word}{quote}" for word in words]
    tail = draw(TAIL)
    if style == "missing":
        return "", []
    if style == "empty" or (not words and "block" in style):
        return f"{KEY}:{tail}\n", []
    if style == "flow":
        return f"{KEY}: [{', '.join(shown)}]{tail}\n", words
    if style == "open flow":
        return f"{KEY}: [\n" + "".join(f"    {word},{tail}\n" for word in shown) + "  ]\n", words
    indent = "" if style == "level block" else draw(st.sampled_from(["  ", "      "]))
    gap = draw(st.sampled_from(["", "\n", "  # note\n"]))
    return f"{KEY}:{tail}\n" + gap.join(f"{indent}- {word}{tail}\n" for word in shown), words


@settings(deadline=None)
@given(listed(), LINE, st.sampled_from(["\n", "\r\n", "\r"]), st.tuples(*[st.booleans()] * 4))
def test_a_change_is_one_insertion_that_reads_back(
    found: tuple[str, list[str]], alias: str, end: str, switches: tuple[bool, bool, bool, bool]
) -> None:
    first, mark, has_more, is_long = switches
    assume(is_usable_alias(alias))
    key, words = found
    others = "title: 'Zip' # the 😀 title\n" + ("summary: >-\n  two\n\n  lines\n" if has_more else "")
    # What is longer is read by another parser.
    others += f"# {'é' * 5000}\n" if is_long else ""
    text = f"---\n{key}{others}---\nalso_asked_as:\n- no\n" if first else f"---\n{others}{key}--- \nText"
    before = (b"\xef\xbb\xbf" if mark else b"") + text.replace("\n", end).encode()

    after = add_alias(before, alias)

    assert after is not None
    assert aliases(after) == [*words, alias]
    grown = len(after) - len(before)
    prefix = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    assert any(after[:at] + after[at + grown :] == before for at in range(prefix + 1)), "one insertion"
    if end == "\r\n":
        assert not re.search(rb"(?<!\r)\n", after)
    if end == "\r":
        assert b"\n" not in after


@settings(deadline=None)
@given(st.binary(max_size=300), LINE)
def test_any_bytes_are_refused_or_read_back(data: bytes, alias: str) -> None:
    assume(is_usable_alias(alias))
    for text in (data, b"---\n" + data + b"\n---\n", b"---\ntitle: a\nalso_asked_as:" + data + b"\n---\n"):
        add_alias(text, alias)


@settings(deadline=None)
@given(
    st.text(st.sampled_from("ab:-#[]{}&*!|>'\"?, \n\t"), max_size=30),
    st.sampled_from(["{}", "title: a\nalso_asked_as:{}", "title: a\nalso_asked_as:\n  - {}", "title: a\n{}"]),
)
def test_whatever_the_front_matter_holds_the_result_is_as_meant_or_refused(front: str, form: str) -> None:
    data = f"---\n{form.replace('{}', front)}\n---\nText\n".encode()
    source, _ = decode("a.md", data)
    document = parse_markdown(source)[0] if source else None
    with tempfile.TemporaryDirectory() as folder:
        file = article(Path(folder), data)
        try:
            edited = with_alias(Path(folder), PATH, "neverasked")
        except ProblemsFound:
            return
        assert document is not None
        assert edited is not None
        assert file.read_bytes() == data
        assert aliases(edited.data) == [*(document.front.data.get(KEY) or []), "neverasked"]
