from __future__ import annotations

import os
from pathlib import Path

import pytest

from waypost.base.files.text_files import MAX_BYTES, Source, read_source, walk


def read(root: Path, data: bytes) -> tuple[str | None, list[str]]:
    (root / "a.md").write_bytes(data)
    source, problems = read_source(root, root / "a.md")
    return source and source.text, [problem.format() for problem in problems]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),  # line ends of Windows and of old Macs
        (b"\xef\xbb\xbf---\n", "---\n"),  # the mark that Windows editors put first
        (
            "é 😀 \u202e\t\u0085".encode(),
            "é 😀 \u202e\t\u0085",
        ),  # languages that run to the left need such marks
        (b"", ""),
        (b"x" * MAX_BYTES, "x" * MAX_BYTES),  # the limit itself is allowed
    ],
    ids=["line_ends", "byte_order_mark", "unicode", "empty", "limit"],
)
def test_text_is_read_in_one_form(tmp_path: Path, data: bytes, text: str) -> None:
    assert read(tmp_path, data) == (text, [])


@pytest.mark.parametrize(
    ("data", "place", "code"),
    [
        (b"a\nb\x00", "a.md:2:2", "control-character"),
        (b"a\x1b[31m", "a.md:1:2", "control-character"),  # terminal colours
        ("a\n\nb\x9bc".encode(), "a.md:3:2", "control-character"),  # the second block of control characters
        ("\uffff".encode(), "a.md:1:1", "control-character"),
        (b"ok\ngr\xfcn", "a.md:2:3", "not-utf8"),
        (b"\xed\xa0\x80", "a.md:1:1", "not-utf8"),  # half of a surrogate pair
        (b"\xff\xfea\x00", "a.md:1:1", "not-utf8"),  # UTF-16
        (b"x" * (MAX_BYTES + 1), "a.md:1:1", "file-too-large"),
    ],
)
def test_bytes_that_are_no_text_are_refused_at_their_place(
    tmp_path: Path, data: bytes, place: str, code: str
) -> None:
    text, problems = read(tmp_path, data)
    assert text is None
    assert len(problems) == 1
    assert problems[0].startswith(f"{place}: error {code}: ")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    source, problems = read_source(tmp_path, tmp_path / "a.md")
    assert source is None
    assert problems[0].code == "unreadable"


def test_what_the_system_refuses_becomes_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.md").touch()
    monkeypatch.setattr(Path, "open", refuse)
    source, problems = read_source(tmp_path, tmp_path / "a.md")
    assert source is None
    assert problems[0].message == "The file cannot be read: permission denied."


def test_links_inside_the_site_are_followed_and_others_are_not(tmp_path: Path) -> None:
    root = tmp_path / "site"
    (root / "b").mkdir(parents=True)
    (root / "b" / "real.md").write_text("inside")
    (tmp_path / "real.md").write_text("outside")
    targets = {"near.md": "b/real.md", "far.md": "../real.md", "lost.md": "gone.md", "loop.md": "loop.md"}
    for name, target in targets.items():
        (root / name).symlink_to(target)
    (root / "c").symlink_to("..")  # a file behind a linked folder is as far out as a linked file
    found = {name: read_source(root, root / name) for name in (*targets, "c/real.md")}
    assert {name: source and source.text for name, (source, _) in found.items()} == {
        "near.md": "inside",
        "far.md": None,
        "lost.md": None,
        "loop.md": None,
        "c/real.md": None,
    }
    assert {problem.code for _, problems in found.values() for problem in problems} == {"symlink"}


def test_walk_lists_in_order_leaves_out_hidden_files_and_never_enters_links(tmp_path: Path) -> None:
    for name in ("b/z.md", "b/a.md", "a.md", "c.txt", ".git/x.md", "b/.draft.md", "folder.md/in.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "b" / "up").symlink_to("..")
    (tmp_path / "b" / "lost.md").symlink_to("gone.md")
    files, problems = walk(tmp_path, tmp_path, ".md")
    assert [file.relative_to(tmp_path).as_posix() for file in files] == [
        "a.md",
        "b/a.md",
        "b/z.md",
        "folder.md/in.md",
    ]
    assert [(problem.location.path, problem.code) for problem in problems] == [
        ("b/up", "symlink"),
        ("b/lost.md", "symlink"),
    ]
    assert walk(tmp_path, tmp_path / "nowhere", ".md") == ([], [])


def test_walk_refuses_names_that_no_address_can_hold(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.md")).touch()
    (tmp_path / "two\nlines.md").touch()
    (tmp_path / "fine café.md").touch()
    files, problems = walk(tmp_path, tmp_path, ".md")
    assert [file.name for file in files] == ["fine café.md"]
    assert {(problem.location.path, problem.code) for problem in problems} == {
        ("caf\N{REPLACEMENT CHARACTER}.md", "bad-value"),
        ("two\N{REPLACEMENT CHARACTER}lines.md", "bad-value"),
    }


def test_a_problem_shows_its_line_with_a_mark_under_the_column() -> None:
    source = Source("x.yml", "first\n\tkey: \x1bvalue\n")
    assert source.problem("bad-value", "Why.", 2, 2).format() == (
        "x.yml:2:2: error bad-value: Why.\n    \tkey: �value\n    \t^"
    )
    assert source.problem("bad-value", "Why.", 99, 1).format() == "x.yml:99:1: error bad-value: Why."
    assert source.problem("bad-value", "Why.").format() == "x.yml:1:1: error bad-value: Why."
