"""Read the options of ours in mkdocs.yml, with their places; the rest of the file is MkDocs' own business."""

from __future__ import annotations

from pathlib import Path

from waypost.adapters.source import read_source
from waypost.adapters.validation import validate
from waypost.adapters.yaml_source import DataPath, YamlDocument, parse_yaml
from waypost.model.look import Look
from waypost.problems import Problem


def load_language(root: Path) -> str:
    """Return the language of the theme; English where the file names none, or cannot be read."""
    path = root / "mkdocs.yml"
    source = read_source(root, path)[0] if path.is_file() else None
    document = parse_yaml(source, ignore_tags=True)[0] if source else None
    data = document.data if document and isinstance(document.data, dict) else {}
    theme = data.get("theme")
    language = theme.get("language") if isinstance(theme, dict) else None
    return language if isinstance(language, str) else "en"


def load_look(root: Path) -> tuple[Look, list[Problem]]:
    """Return what a site sets under `look` of the plugin, and what of the file Waypost cannot work with.

    A file that MkDocs cannot read is left for it to say.
    """
    path = root / "mkdocs.yml"
    if not path.is_file():
        return Look(), []
    source, _ = read_source(root, path)
    # Values with tags such as !ENV are MkDocs' own, and none of ours has one.
    document = parse_yaml(source, ignore_tags=True)[0] if source else None
    if document is None:
        return Look(), []
    problems = _check_addresses(document) + _check_search(document)
    place = _find(document)
    if place is None:
        return Look(), problems
    look, found = validate(document.part(place), Look)
    return look or Look(), problems + found


def _check_addresses(document: YamlDocument) -> list[Problem]:
    """Complain of addresses that end in .html: forms, troubleshooters and feeds count on folders."""
    data = document.data if isinstance(document.data, dict) else {}
    if data.get("use_directory_urls") is not False:
        return []
    message = "Waypost gives each page a folder as its address. Remove this line, or write `true`."
    return [document.problem_at(("use_directory_urls",), "bad-value", message)]


def _check_search(document: YamlDocument) -> list[Problem]:
    """Complain of Material's search: two searches would answer, and only one knows of the ticket form."""
    data = document.data if isinstance(document.data, dict) else {}
    plugins = data.get("plugins")
    names = plugins if isinstance(plugins, list | dict) else []
    message = "Waypost brings the search. Remove this line."
    problems = []
    for index, entry in enumerate(names):
        name = next(iter(entry), None) if isinstance(entry, dict) else entry
        if name in ("search", "material/search"):
            place: DataPath = ("plugins", index) if isinstance(plugins, list) else ("plugins", str(name))
            problems.append(document.problem_at(place, "bad-value", message))
    return problems


def _find(document: YamlDocument) -> DataPath | None:
    """Return the path of the option: plugins are a list of names and mappings, or one mapping."""
    data = document.data if isinstance(document.data, dict) else {}
    plugins = data.get("plugins")
    entries = list(enumerate(plugins)) if isinstance(plugins, list) else [(None, plugins)]
    for index, entry in entries:
        options = entry.get("waypost") if isinstance(entry, dict) else None
        if isinstance(options, dict) and options.get("look") is not None:
            return ("plugins", *([] if index is None else [index]), "waypost", "look")
    return None
