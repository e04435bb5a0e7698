"""Copies of the smallest site with mistakes in them, as the cases in bad_config/ and bad_articles/ describe.

Beside plain content a file of a case may be {replace: [old, new]}, {hex: bytes}, {symlink: target},
{repeat: [text, n, text, n ...]} or {remove: true}. What a case names under `before` is committed to git first.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from helpers.cases import read_yaml
from helpers.repositories import Repository, day
from helpers.sites import MINIMAL
from waypost.reading.site import Site


def read_case(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = read_yaml(path)
    return case


def change(path: Path, wanted: str | dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    how, value = ("text", wanted) if isinstance(wanted, str) else next(iter(wanted.items()))
    if how == "text":
        path.write_text(str(value), encoding="utf-8", newline="")
    elif how == "replace":
        before = path.read_text(encoding="utf-8")
        assert before.count(value[0]) == 1, f"{value[0]!r} must stand once in {path.name}"
        path.write_text(before.replace(*value), encoding="utf-8")
    elif how == "hex":
        path.write_bytes(bytes.fromhex(value))
    elif how == "repeat":
        path.write_text("".join(text * count for text, count in zip(value[::2], value[1::2], strict=True)))
    elif how == "symlink":
        remove(path)
        path.symlink_to(value)
    else:
        assert how == "remove", f"unknown change {how}"
        remove(path)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def site_of(case: dict[str, Any], tmp_path: Path) -> Site:
    root = tmp_path / "site"
    change(tmp_path / "outside" / "secret.md", "Not a part of the site.\n")
    shutil.copytree(MINIMAL, root)
    repository = Repository(root) if "before" in case else None
    for name, wanted in case.get("before", {}).items():
        change(root / name, wanted)
    if repository:
        repository.commit(day(1))
    for name, wanted in case["files"].items():
        change(root / name, wanted)
    if repository:
        repository.git("add", "--all")
    return Site(root)
