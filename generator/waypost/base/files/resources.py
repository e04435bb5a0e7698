"""The folders of the files that ship with the package: templates, styles and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]

_PUBLISHED = {".css", ".js", ".svg"}

_FILLED_IN = {"badge.svg", "banner.js"}
"""Files that are templates of published files."""


def package_folder() -> Path:
    """Return the folder of the program itself."""
    return _PACKAGE


def theme_folder() -> Path:
    """Return the folder theme/: inside the installed package, or at the root of a checkout."""
    installed = _PACKAGE / "theme"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "theme"


@cache
def assets() -> Mapping[str, Path]:
    """Return the styles, scripts and drawings of every feature by their names, which are unique in theme/.

    They are published into one folder, so scripts import each other as "./NAME.js" wherever they stand in theme/.
    """
    return {
        path.name: path
        for path in sorted(theme_folder().rglob("*"))
        if path.suffix in _PUBLISHED and path.name not in _FILLED_IN
    }


def scaffold_folder() -> Path:
    """Return the folder with the skeletons that `waypost new` fills in."""
    return theme_folder() / "scaffold"
