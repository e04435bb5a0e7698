"""Files that were written before are known by the digest of their sources, and by their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from waypost.base.files.kept_files import KeptFiles

FILES = {"a/index.html": b"<p>a", "a/feed.json": b"{}"}


def written(root: Path) -> KeptFiles:
    """Return the record of files that stand there."""
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    kept = KeptFiles(root, root / "record.json")
    kept.put("a", "sources", FILES)
    kept.put("b", "sources", {})
    kept.save({"a"})
    return KeptFiles(root, root / "record.json")


def test_another_process_takes_files_as_they_stand(tmp_path: Path) -> None:
    kept = written(tmp_path)
    assert kept.get("a", "sources") == FILES
    assert kept.get("a", "others") is None
    assert kept.get("b", "sources") is None, "it was not to be kept"


@pytest.mark.parametrize("damage", [b"<p>b", None])
def test_a_file_that_others_changed_or_removed_is_none_of_them(tmp_path: Path, damage: bytes | None) -> None:
    kept = written(tmp_path)
    if damage is None:
        (tmp_path / "a/index.html").unlink()
    else:
        (tmp_path / "a/index.html").write_bytes(damage)
    assert kept.get("a", "sources") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"a": 1}', b'{"a": [1, 2]}', b"\xff"])
def test_a_record_that_cannot_be_read_is_an_empty_one(tmp_path: Path, damage: bytes) -> None:
    written(tmp_path)
    (tmp_path / "record.json").write_bytes(damage)
    kept = KeptFiles(tmp_path, tmp_path / "record.json")
    assert kept.get("a", "sources") is None
    kept.put("a", "sources", FILES)
    kept.save({"a"})
    assert KeptFiles(tmp_path, tmp_path / "record.json").get("a", "sources") == FILES


def test_a_disk_that_takes_no_record_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    kept = KeptFiles(tmp_path, tmp_path / "file" / "record.json")
    kept.put("a", "sources", FILES)
    kept.save({"a"})
    assert KeptFiles(tmp_path, tmp_path / "file" / "record.json").get("a", "sources") is None
