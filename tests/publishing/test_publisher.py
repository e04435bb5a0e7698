from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from waypost.publishing import publish as publishing
from waypost.publishing.publish import signature


def test_every_kind_of_change_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.md"
    signatures = [signature(tmp_path)]
    for change in (
        file.parent.mkdir,
        lambda: file.write_text("one"),
        lambda: file.write_text("longer"),
        lambda: file.rename(tmp_path / "a" / "c.md"),
        lambda: shutil.rmtree(tmp_path / "a"),
    ):
        change()
        signatures.append(signature(tmp_path))
    assert all(before != after for before, after in itertools.pairwise(signatures))
    assert signature(tmp_path) == signatures[-1]


def test_a_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert signature(tmp_path / "nowhere") == ()


def test_what_vanishes_while_it_is_looked_at_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept.md").write_text("kept")

    def below(folder: Path) -> Iterator[str]:
        yield f"{folder}/gone.md"
        yield f"{folder}/kept.md"

    monkeypatch.setattr(publishing, "_below", below)
    assert [Path(path).name for path, _, _ in signature(tmp_path)][1:] == ["kept.md"]
