"""Read the options of ours in mkdocs.yml, with their places; the rest of the file is MkDocs' own business."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waypost.base.files.text_files import read_source
from waypost.base.files.validation import validate
from waypost.base.files.yaml_source import DataPath, YamlDocument, parse_yaml
from waypost.formats.theme import Theme
from waypost.problems import Problem

ENGLISH = "en"


def load_theme(root: Path) -> tuple[Theme, str, list[Problem]]:
    """Return what a site sets under `look` of the plugin, the language of its theme, English where it names none,
    and what of the file Waypost cannot work with.

    A file that MkDocs cannot read is left for it to say.
    """
    document = _read(root)
    if document is None:
        return Theme(), ENGLISH, []
    problems = _check_addresses(document) + _check_plugins(document) + _check_nav(document)
    problems += _check_anchors(document)
    place = _find(document)
    theme, found = validate(document.part(place), Theme) if place else (Theme(), [])
    return theme or Theme(), _language(document), problems + found


def names_extension(root: Path) -> bool:
    """Tell whether mkdocs.yml names our extension of Markdown, at which Zensical ends."""
    document = _read(root)
    names = _top(document).get("markdown_extensions") if document else None
    return isinstance(names, list | dict) and "waypost" in names


def _read(root: Path) -> YamlDocument | None:
    path = root / "mkdocs.yml"
    source = read_source(root, path)[0] if path.is_file() else None
    # Values with tags such as !ENV are MkDocs' own, and none of ours has one.
    return parse_yaml(source, ignore_tags=True)[0] if source else None


def _top(document: YamlDocument) -> dict[str, Any]:
    return document.data if isinstance(document.data, dict) else {}


def _language(document: YamlDocument) -> str:
    theme = _top(document).get("theme")
    language = theme.get("language") if isinstance(theme, dict) else None
    return language if isinstance(language, str) else ENGLISH


def _check_addresses(document: YamlDocument) -> list[Problem]:
    """Complain of addresses that end in .html: forms, troubleshooters and feeds count on folders."""
    if _top(document).get("use_directory_urls") is not False:
        return []
    message = "Waypost gives each page a folder as its address. Remove this line, or write `true`."
    return [document.problem_at(("use_directory_urls",), "bad-value", message)]


NO_NAV = (
    "The order of articles is not read from `nav`. Folders with an index.md are categories and their sections, "
    "`position` in front matter orders them and their articles, and `pinned: true` puts an article first. Remove `nav`."
)


def _check_nav(document: YamlDocument) -> list[Problem]:
    """Complain of MkDocs' own menu, which no page would show."""
    if _top(document).get("nav") is None:
        return []
    return [document.problem_at(("nav",), "bad-value", NO_NAV, at_key=True)]


OWN_ANCHORS = frozenset(("separator", "slugify"))
"""Options of `toc` that would give headings other anchors than those that everything here counts on."""


def no_own_anchors(option: str) -> str:
    """Say why an option of OWN_ANCHORS is refused."""
    return (
        f"The anchors of headings are not made by `{option}`. They are the words of the heading in small letters, and "
        f"`## Title {{#short}}` gives one of its own. Remove `{option}`."
    )


def _check_anchors(document: YamlDocument) -> list[Problem]:
    """Complain of options that change no anchor, because the grammar of articles has made them all."""
    extensions = _top(document).get("markdown_extensions")
    entries = list(enumerate(extensions)) if isinstance(extensions, list) else [(None, extensions)]
    places: list[DataPath] = [
        ("markdown_extensions", *([] if index is None else [index]), name, option)
        for index, entry in entries
        if isinstance(entry, dict)
        for name, options in entry.items()
        if name in ("toc", "markdown.extensions.toc") and isinstance(options, dict)
        for option in sorted(OWN_ANCHORS & options.keys())
    ]
    return [
        document.problem_at(place, "bad-value", no_own_anchors(str(place[-1])), at_key=True)
        for place in places
    ]


_REFUSED = {
    **dict.fromkeys(("search", "material/search"), "Waypost brings the search. Remove this line."),
    "i18n": (
        "A site of Waypost has one language, so translations cannot be pages of it. Make a site for each language, "
        "and remove this plugin."
    ),
}
"""Plugins that cannot work here, with what to do instead."""


def _check_plugins(document: YamlDocument) -> list[Problem]:
    plugins = _top(document).get("plugins")
    names = plugins if isinstance(plugins, list | dict) else []
    problems = []
    for index, entry in enumerate(names):
        name = next(iter(entry), None) if isinstance(entry, dict) else entry
        if name in _REFUSED:
            place: DataPath = ("plugins", index) if isinstance(plugins, list) else ("plugins", str(name))
            problems.append(document.problem_at(place, "bad-value", _REFUSED[name]))
    return problems


def _find(document: YamlDocument) -> DataPath | None:
    """Return the path of the option: plugins are a list of names and mappings, or one mapping."""
    plugins = _top(document).get("plugins")
    entries = list(enumerate(plugins)) if isinstance(plugins, list) else [(None, plugins)]
    for index, entry in entries:
        options = entry.get("waypost") if isinstance(entry, dict) else None
        if isinstance(options, dict) and options.get("look") is not None:
            return ("plugins", *([] if index is None else [index]), "waypost", "look")
    return None
