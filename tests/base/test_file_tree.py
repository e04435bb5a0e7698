from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.sites import file_bytes
from waypost.base.files import file_tree
from waypost.base.files.file_tree import FileChange, TreeCache, sync_changes, sync_tree, write_atomic


def test_a_tree_holds_exactly_what_it_should(tmp_path: Path) -> None:
    assert sync_tree(tmp_path / "new", {"a/b.html": b"1", "c.css": b"2"}) == ["c.css", "a/b.html"]
    assert sync_tree(tmp_path / "new", {"c.css": b"3", "d/e.js": b"4"}) == ["c.css", "d/e.js", "a/b.html"]
    assert file_bytes(tmp_path / "new") == {"c.css": b"3", "d/e.js": b"4"}
    assert not (tmp_path / "new" / "a").exists()


def test_what_did_not_change_is_not_touched(tmp_path: Path) -> None:
    files = {"a.html": b"1", "b/c.html": b"2"}
    sync_tree(tmp_path, files)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in files}
    inode = (tmp_path / "a.html").stat().st_ino
    assert sync_tree(tmp_path, files | {"b/c.html": b"3"}) == ["b/c.html"]
    assert (tmp_path / "a.html").stat().st_mtime_ns == before["a.html"]
    assert (tmp_path / "a.html").stat().st_ino == inode


def test_pages_come_after_what_they_refer_to_and_removals_last(tmp_path: Path) -> None:
    sync_tree(tmp_path, {"old.css": b"", "old.html": b""})
    done = sync_tree(tmp_path, {"index.html": b"", "a.html": b"", "z.css": b"", "api/v2.json": b""})
    assert done[:4] == ["api/v2.json", "z.css", "a.html", "index.html"]
    assert sorted(done[4:]) == ["old.css", "old.html"]


def test_kept_names_are_left_alone_and_only_at_the_top(tmp_path: Path) -> None:
    for name in ("CNAME", "images/a.png", "images/empty/", "sub/CNAME"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).mkdir(parents=True) if name.endswith("/") else (tmp_path / name).write_bytes(b"k")
    assert sync_tree(tmp_path, {"i.html": b""}, keep=["CNAME", "images"]) == ["i.html", "sub/CNAME"]
    assert file_bytes(tmp_path) == {"CNAME": b"k", "images/a.png": b"k", "i.html": b""}
    assert (tmp_path / "images" / "empty").is_dir()


def test_leftovers_of_a_killed_run_are_removed_without_a_word(tmp_path: Path) -> None:
    for name in (".a.html.4194306.waypost-tmp", "b/.c.html.4194305.waypost-tmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"half")
    assert sync_tree(tmp_path, {"a.html": b"whole"}) == ["a.html"]
    assert file_bytes(tmp_path) == {"a.html": b"whole"}


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.html"
    write_atomic(path, b"old")
    contents: list[bytes] = []
    replace = Path.replace

    def spy(self: Path, target: Path) -> Path:
        contents.append(path.read_bytes())
        assert self.parent == path.parent, "a rename is atomic only inside one folder"
        assert self.read_bytes() == b"new"
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", spy)
    with path.open("rb") as reader:  # somebody is downloading it
        assert write_atomic(path, b"new") is True
        assert reader.read() == b"old"
    assert contents == [b"old"]
    assert file_bytes(tmp_path) == {"a.html": b"new"}


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync_tree(tmp_path, {"a.html": b"old", "b.html": b"old"})

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(data[:1])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(file_tree.Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            sync_tree(tmp_path, {"a.html": b"new"})
    assert (tmp_path / "a.html").read_bytes() == b"old"
    assert (tmp_path / "b.html").read_bytes() == b"old"
    sync_tree(tmp_path, {"a.html": b"new"})
    assert file_bytes(tmp_path) == {"a.html": b"new"}


def test_a_folder_that_another_process_removes_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_tree(tmp_path, {"a/b": b"1", "c": b"1"})
    look = file_tree._present

    def rival(root: Path, *rest: Any) -> file_tree._FolderContent:
        found = look(root, *rest)
        shutil.rmtree(root / "a")
        return found

    monkeypatch.setattr(file_tree, "_present", rival)
    assert sync_tree(tmp_path, {"a/new": b"2", "c": b"1"}) == ["a/new", "a/b"]
    assert file_bytes(tmp_path) == {"a/new": b"2", "c": b"1"}


def test_a_path_may_change_between_file_and_folder(tmp_path: Path) -> None:
    sync_tree(tmp_path, {"a/b": b"1"})
    sync_tree(tmp_path, {"a": b"2"})
    assert (tmp_path / "a").read_bytes() == b"2"
    sync_tree(tmp_path, {"a/b/c": b"3"})
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"3"


def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    parent = os.getppid()
    mine = tmp_path / f".page.html.{parent}.waypost-tmp"
    dead = tmp_path / ".page.html.999999999.waypost-tmp"
    mine.write_bytes(b"half")
    dead.write_bytes(b"half")
    sync_tree(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]


def test_what_could_not_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(tmp_path / "page.html", b"new")
    assert list(tmp_path.iterdir()) == []


def test_what_belongs_to_the_web_host_is_left_alone(tmp_path: Path) -> None:
    theirs = (".git/HEAD", ".nojekyll", ".well-known/security.txt", "CNAME")
    for name in theirs:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("theirs")
    assert sync_tree(tmp_path, {"index.html": b"ours"}) == ["index.html"]
    assert sorted(file_bytes(tmp_path)) == sorted((*theirs, "index.html"))


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    assert write_atomic(tmp_path / ("a" * 250 + ".html"), b"long")


def marks(changes: list[FileChange]) -> list[str]:
    return [f"{mark} {path}" for mark, path in changes]


def test_changes_say_what_happened_to_each_file(tmp_path: Path) -> None:
    assert marks(sync_changes(tmp_path, {"a.html": b"1", "z.css": b"1"})) == ["A z.css", "A a.html"]
    done = sync_changes(tmp_path, {"a.html": b"2", "b.html": b"1"})
    assert marks(done) == ["M a.html", "A b.html", "D z.css"]
    assert sync_changes(tmp_path, {"a.html": b"2", "b.html": b"1"}) == []


def test_what_is_written_is_never_said_to_be_gone(tmp_path: Path) -> None:
    sync_tree(tmp_path, {"a/b": b"1", "a/c/d": b"1", "e": b"1"})
    assert marks(sync_changes(tmp_path, {"a": b"2", "e/f": b"2"})) == [
        "A a",
        "A e/f",
        "D e",
        "D a/b",
        "D a/c/d",
    ]
    assert file_bytes(tmp_path) == {"a": b"2", "e/f": b"2"}


def test_with_a_cache_files_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, cache = {"a.html": b"1", "b/c.json": b"2"}, TreeCache()
    sync_changes(tmp_path, files, cache=cache)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda self: pytest.fail(f"{self} was read"))
        assert sync_changes(tmp_path, dict(files), cache=cache) == []
    assert marks(sync_changes(tmp_path, {"a.html": b"3"}, cache=cache)) == ["M a.html", "D b/c.json"]
    assert set(cache.written) == {"a.html"}


def test_a_folder_that_is_as_it_was_is_not_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, cache = {"a.html": b"1", "b/c.json": b"2", "b/d/e.json": b"3"}, TreeCache()
    for _ in range(3):
        sync_changes(tmp_path, files, cache=cache)
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", lambda folder: pytest.fail(f"{folder} was listed"))
        assert marks(sync_changes(tmp_path, {**files, "b/c.json": b"4"}, cache=cache)) == ["M b/c.json"]
    (tmp_path / "b/d/stray").write_bytes(b"")
    assert marks(sync_changes(tmp_path, {**files, "b/c.json": b"4"}, cache=cache)) == ["D b/d/stray"]
    assert marks(sync_changes(tmp_path, {"a.html": b"1"}, cache=cache)) == ["D b/c.json", "D b/d/e.json"]
    assert file_bytes(tmp_path) == {"a.html": b"1"}


DISTURBED: dict[str, Callable[[Path], object]] = {
    "changed": lambda path: path.write_bytes(b"x"),
    "same_length_and_time": lambda path: (
        (then := path.stat()), path.write_bytes(b"2"), os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns)),
    ),
    "deleted": lambda path: path.unlink(),
    "replaced": lambda path: (path.unlink(), path.write_bytes(b"old")),
    "a_folder": lambda path: (path.unlink(), path.mkdir(), (path / "in").write_bytes(b"")),
    "a_link": lambda path: (path.unlink(), path.symlink_to("elsewhere")),
}  # fmt: skip


@pytest.mark.parametrize("disturb", DISTURBED.values(), ids=DISTURBED)
def test_a_memory_notices_what_others_did_to_a_file(
    disturb: Callable[[Path], object], tmp_path: Path
) -> None:
    files, memory = {"a.html": b"1", "b.html": b"1"}, TreeCache()
    sync_changes(tmp_path, files, cache=memory)
    disturb(tmp_path / "b.html")
    sync_changes(tmp_path, files, cache=memory)
    assert file_bytes(tmp_path) == files
    assert not (tmp_path / "b.html").is_symlink()


@pytest.mark.parametrize("seed", range(10))
def test_any_series_of_trees_ends_in_what_a_fresh_process_writes(seed: int, tmp_path: Path) -> None:
    dice, memory = random.Random(seed), TreeCache()  # noqa: S311  # not a secret
    names = ("a", "b", "a/b", "a/b/c", "d/e.html", "f.html", "g/h/i.css")
    for _ in range(20):
        chosen = [name for name in names if dice.random() < 0.6]
        # A path cannot be a file and a folder.
        files = {
            name: dice.choice((b"1", b"2"))
            for name in chosen
            if not any(other.startswith(f"{name}/") for other in chosen)
        }
        before = file_bytes(tmp_path)
        changes = sync_changes(tmp_path, files, cache=memory)
        assert file_bytes(tmp_path) == files
        marked = {path: mark for mark, path in changes}
        assert len(marked) == len(changes), "each file is told of once"
        assert {path for path in before if path not in files} == {
            p for p, mark in marked.items() if mark == "D"
        }
        written = {path for path in files if before.get(path) != files[path]}
        assert written == {path for path, mark in marked.items() if mark != "D"}
        assert not any(path.is_dir() and not any(path.iterdir()) for path in tmp_path.rglob("*"))


@pytest.fixture
def private() -> Iterator[None]:
    """What is created is for its owner alone, unless somebody says otherwise."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("private")
def test_everybody_may_read_what_is_published_whatever_the_umask(tmp_path: Path) -> None:
    root = tmp_path / "site/status"
    sync_tree(root, {"index.html": b"1", "a/b/c.html": b"1"})
    assert {rights(path) for path in root.rglob("*") if path.is_file()} == {0o644}
    folders = [tmp_path / "site", root, root / "a", root / "a/b"]
    assert [rights(path) for path in folders] == [0o755] * 4
    write_atomic(tmp_path / "private/record.json", b"1")
    assert rights(tmp_path / "private/record.json") == 0o600
    assert rights(tmp_path / "private") == 0o700


def test_what_others_could_not_read_before_is_granted_and_more_is_not_taken_away(tmp_path: Path) -> None:
    files = {"index.html": b"1", "a/new.html": b"1", "a/group.html": b"1"}
    sync_tree(tmp_path, files)
    (tmp_path / "index.html").chmod(0o600)
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "a/group.html").chmod(0o664)
    tmp_path.chmod(0o700)
    assert sync_tree(tmp_path, files) == [], "nothing in them has changed"
    assert [rights(tmp_path / path) for path in files] == [0o644, 0o644, 0o664]
    assert rights(tmp_path) == rights(tmp_path / "a") == 0o755


def test_what_belongs_to_somebody_else_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    sync_tree(tmp_path, {"index.html": b"1"})
    (tmp_path / "index.html").chmod(0o600)
    monkeypatch.setattr(os, "chmod", refuse)
    assert sync_tree(tmp_path, {"index.html": b"1"}) == []


@pytest.mark.parametrize("target", ["folder", "nowhere", "page.html"])
def test_a_link_in_the_place_of_a_page_is_replaced(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/in.html").write_bytes(b"theirs")
    root = tmp_path / "site"
    root.mkdir()
    (root / "page.html").symlink_to(target if target == "page.html" else tmp_path / target)
    assert sync_tree(root, {"page.html": b"ours"}) == ["page.html"]
    assert not (root / "page.html").is_symlink()
    assert file_bytes(tmp_path / "folder") == {"in.html": b"theirs"}


def test_a_folder_that_vanishes_while_it_is_written_into_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_tree(tmp_path / "site", {"a/b.html": b"1"})
    write, calls = Path.write_bytes, []

    def vanish(path: Path, data: bytes) -> int:
        calls.append(path)
        if len(calls) == 1:
            shutil.rmtree(tmp_path / "site")
        return write(path, data)

    monkeypatch.setattr(file_tree.Path, "write_bytes", vanish)
    sync_tree(tmp_path / "site", {"a/b.html": b"2", "a/c.html": b"2"})
    assert file_bytes(tmp_path / "site") == {"a/b.html": b"2", "a/c.html": b"2"}
