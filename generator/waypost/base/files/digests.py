"""Digests of texts, files and folders, to know whether something is as it was."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from waypost.base.files.resources import package_folder, theme_folder

_LIBRARIES = ("babel", "jinja2", "markdown-it-py", "markupsafe", "tzdata")
"""Those whose other version may write a page in another way."""


def digest(*parts: str | bytes) -> str:
    """Return a digest of texts, in which no two lists of parts look the same."""
    found = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big"))
        found.update(data)
    return found.hexdigest()


def file_digest(path: Path | str) -> str:
    """Return the digest of a file; empty where there is none."""
    data = read_bytes(str(path))
    return "" if data is None else digest(data)


def read_bytes(path: str) -> bytes | None:
    """Return the content of a file; None where there is none."""
    # Thousands of these in a build: as plain text, a path costs a tenth of what it does as a Path.
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # see above
            return file.read()
    except OSError:
        return None


def tree_digest(*roots: Path) -> str:
    """Return a digest of all files below some folders, or of single files: of names and contents."""
    parts: list[str | bytes] = []
    for root in roots:
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                parts += [file.relative_to(root).as_posix(), file.read_bytes()]
    return digest(*parts)


@cache
def program_digest() -> str:
    """Return a digest of the program itself: what it made is as good as new while this is the same."""
    versions = [f"{name} {library_version(name)}" for name in _LIBRARIES]
    return digest(platform.python_version(), *versions, tree_digest(package_folder(), theme_folder()))


@cache
def library_version(name: str) -> str:
    """Return the version of a library; empty where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
