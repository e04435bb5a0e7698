"""Where the files that ship with the package are: templates, styles and scripts."""

from __future__ import annotations

from pathlib import Path

from waypost.core.look import stylesheet
from waypost.model.look import Look

_PACKAGE = Path(__file__).resolve().parent.parent


def package_folder() -> Path:
    """Return the folder of the program itself."""
    return _PACKAGE


def theme_folder() -> Path:
    """Return the folder theme/: inside the installed package, or at the root of a checkout."""
    installed = _PACKAGE / "theme"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "theme"


def tokens(look: Look) -> bytes:
    """Return tokens.css with the look of a site after our own, so that it costs no request."""
    return (theme_folder() / "assets/waypost/tokens.css").read_bytes() + stylesheet(look).encode()


def status_assets(look: Look) -> dict[str, bytes]:
    """Return the styles and scripts that the status pages carry with them, by their path in site/status/."""
    folder = theme_folder() / "assets" / "waypost"
    names = (
        "base.css",
        "status.css",
        "status.js",
        "status_due.js",
        "status_mine.js",
        "scheme.js",
        "now.js",
        "page.js",
        "present.js",
        "put.js",
        "say.js",
        "icon.svg",
    )
    return {
        "assets/tokens.css": tokens(look),
        **{f"assets/{name}": (folder / name).read_bytes() for name in names},
    }


def scaffold_folder() -> Path:
    """Return the folder with the skeletons that `waypost new` fills in."""
    return theme_folder() / "scaffold"
