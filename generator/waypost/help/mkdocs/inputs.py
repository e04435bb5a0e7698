"""What all pages of a help center are made with: the program, its libraries and the settings of the site."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from waypost.base.files.digests import digest, tree_digest
from waypost.base.files.resources import package_folder, theme_folder

_LIBRARIES = (
    *("mkdocs", "mkdocs-material", "markdown", "pymdown-extensions", "pygments", "jinja2", "markupsafe"),
    *("whoosh-reloaded", "whoosh", "babel", "pydantic", "pyyaml", "feedgen"),
)
_OWN_PLUGINS = {"search", "material/search", "waypost"}

_OWN_EXTENSIONS = {
    *("abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code", "footnotes"),
    *("legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists", "smarty", "tables", "toc"),
    "wikilinks",
}
"""Those of Python-Markdown itself."""

_READS_FILES = {"pymdownx.snippets", "pymdownx.b64"}
"""Extensions whose pages change with files that no page names in a way that Waypost knows."""


def can_reuse(config: Any) -> bool:
    """Tell whether pages depend on nothing but what Waypost knows of, so that one may stay as it is.

    Hooks, plugins of others and templates of a site's own may look at anything; a setting may come from
    the environment. Such sites are made anew each time.
    """
    text = Path(config.config_file_path).read_text(encoding="utf-8", errors="replace")
    own = Path(config.theme.custom_dir) if config.theme.custom_dir else None
    extensions = [name for name in config.markdown_extensions if isinstance(name, str)]
    return (
        set(config.plugins) <= _OWN_PLUGINS
        and not config.hooks
        and "!ENV" not in text
        and "INHERIT" not in text
        and not (own and any(own.rglob("*.html")))
        and all(_is_pure(name) for name in extensions)
    )


def _is_pure(extension: str) -> bool:
    """Tell whether a page that an extension renders depends on the text of the page alone."""
    name = extension.removeprefix("markdown.extensions.")
    return name in _OWN_EXTENSIONS or (name.startswith("pymdownx.") and name not in _READS_FILES)


def program_digest(root: Path, config: Any) -> str:
    """Return a digest of everything that all pages are made with."""
    own = [Path(config.theme.custom_dir)] if config.theme.custom_dir else []
    versions = [f"{name} {_version(name)}" for name in _LIBRARIES]
    trees = tree_digest(package_folder(), theme_folder(), root / "mkdocs.yml", *own)
    return digest(platform.python_version(), *versions, trees)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
