"""Find the tool that a collection was written for, by its own config file: its pictures, and its order of pages."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from waypost.base.files.text_files import Source, read_bytes
from waypost.base.files.yaml_source import parse_yaml
from waypost.importing.rules.outline import Outline, OutlineEntry, mapped, read_groups, read_nav, read_summary
from waypost.problems import Level, Location, Problem

_HIGHEST = 8
"""How many folders above the one that is imported are looked into."""

_SITES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default", "config.toml"),
        ("static", "assets"),
    ),
    (tuple(f"docusaurus.config.{end}" for end in ("js", "ts", "mjs", "cjs")), ("static", "")),
    (tuple(f"astro.config.{end}" for end in ("mjs", "js", "ts", "cjs")), ("public", "src/assets", "src", "")),
    (tuple(f"next.config.{end}" for end in ("js", "mjs", "ts")), ("public",)),
    ((".vitepress", ".vuepress"), ("public", ".vuepress/public")),
    (("docs.json", "mint.json", "_config.yml", "_config.yaml"), ("",)),
)
"""Config files of tools, with the folders beside them whose files stand at the root of the site."""

_SUMMARIES = ("SUMMARY.md", "summary.md")
_GITBOOK = (".gitbook.yaml", ".gitbook.yml")
_CODE = ("js", "ts", "mjs", "cjs")
_MKDOCS = ("mkdocs.yml", "mkdocs.yaml", "properdocs.yml")


@dataclass
class SourceTool:
    """The facts that stand in config files."""

    roots: list[Path] = field(default_factory=list)
    """Folders of pictures and files that stood at the root of the site."""
    parts: list[Path] = field(default_factory=list)
    """Folders of texts that pages include."""
    outline: Outline | None = None
    former: dict[str, str] = field(default_factory=dict)
    """Old addresses, each with the file that it led to, from the folder that is imported."""
    own: set[str] = field(default_factory=set)
    """Files of the tool itself in the folder, which are no pages."""
    problems: list[Problem] = field(default_factory=list)


def find_tool(folder: Path) -> SourceTool:
    """Look for config files in a folder and in those above it, up to the root of its repository."""
    tool = SourceTool()
    for place in _upwards(folder):
        for names, roots in _SITES:
            if any((place / name).exists() for name in names):
                tool.roots += [_below(place, root) for root in roots]
        _add_gitbook(tool, folder, place)
        _add_mkdocs(tool, folder, place)
        _add_mintlify(tool, folder, place)
        _note_code(tool, place)
    tool.roots = [root for root in dict.fromkeys(tool.roots) if root.is_dir()]
    return tool


def _upwards(folder: Path) -> Iterator[Path]:
    place = folder.resolve()
    for parent in (place, *place.parents)[:_HIGHEST]:
        # By the path as it was given, so that problems name files as people know them.
        yield folder if parent == place else Path(os.path.normpath(folder / os.path.relpath(parent, place)))
        if (parent / ".git").exists():
            return


def _add_gitbook(tool: SourceTool, folder: Path, place: Path) -> None:
    settings = next((_mapping(place, name) for name in _GITBOOK if (place / name).is_file()), {})
    root = _below(place, settings.get("root"))
    book = _mapping(place, "book.toml") if (place / "book.toml").is_file() else {}
    if isinstance(book.get("book"), dict):
        root = _below(place, book["book"].get("src") or "src")
    structure = settings.get("structure")
    named = plain_value(structure.get("summary")) if isinstance(structure, dict) else ""
    summary = next((root / name for name in (named, *_SUMMARIES) if name and (root / name).is_file()), None)
    for base in dict.fromkeys((root, place)):
        if (base / ".gitbook").is_dir():
            tool.roots.append(base / ".gitbook/assets")
            tool.parts.append(base / ".gitbook/includes")
    redirects = settings.get("redirects")
    for old, new in redirects.items() if isinstance(redirects, dict) else ():
        if isinstance(new, str):
            tool.former[str(old)] = _from_folder(folder, root, new)
    if summary is None:
        return
    data, _ = read_bytes(place, summary)
    entries = read_summary(data.decode("utf-8-sig", errors="replace") if data else "")
    tool.own.add(os.path.relpath(summary, folder).replace(os.sep, "/"))
    _set_outline(tool, summary.name, folder, root, entries, is_whole=True)


def _add_mkdocs(tool: SourceTool, folder: Path, place: Path) -> None:
    settings = next((_mapping(place, name) for name in _MKDOCS if (place / name).is_file()), None)
    if settings is None:
        return
    docs = _below(place, settings.get("docs_dir") or "docs")
    theme = settings.get("theme")
    custom = theme.get("custom_dir") if isinstance(theme, dict) else None
    tool.roots += [docs, *([_below(place, custom)] if custom else [])]
    tool.parts += [docs, place]
    _set_outline(tool, "mkdocs.yml", folder, docs, read_nav(settings.get("nav")))


def _add_mintlify(tool: SourceTool, folder: Path, place: Path) -> None:
    name = next((name for name in ("docs.json", "mint.json") if (place / name).is_file()), "")
    entries = read_groups(_mapping(place, name).get("navigation") or []) if name else ()

    def file_of(path: str) -> str:
        found = (f"{path}{ending}" for ending in (".mdx", ".md") if (place / f"{path}{ending}").is_file())
        return _from_folder(folder, place, next(found, path))

    if entries:
        _keep_outline(tool, Outline(name, mapped(entries, file_of)))


def _note_code(tool: SourceTool, place: Path) -> None:
    """Note an order that is written as code."""
    for name in (*(f"sidebars.{end}" for end in _CODE), *(f"astro.config.{end}" for end in _CODE)):
        data = read_bytes(place, place / name)[0] if (place / name).is_file() else None
        if data and b"sidebar" in data.lower() and b"autogenerate" not in data:
            message = (
                f"The order in {name} is code, which is not run. Give articles and categories a position."
            )
            tool.problems.append(
                Problem(Location((place / name).as_posix()), "import", message, Level.WARNING)
            )


def _set_outline(
    tool: SourceTool,
    name: str,
    folder: Path,
    root: Path,
    entries: tuple[OutlineEntry, ...],
    *,
    is_whole: bool = False,
) -> None:
    """Keep the nearest order that lists pages of the folder; its paths count from the folder then."""
    _keep_outline(
        tool, Outline(name, mapped(entries, lambda path: _from_folder(folder, root, path)), is_whole)
    )


def _keep_outline(tool: SourceTool, outline: Outline) -> None:
    if outline.entries and tool.outline is None:
        tool.outline = outline


def _from_folder(folder: Path, root: Path, path: str) -> str:
    """Return a path below `root` as it counts from the folder that is imported; empty for one that is outside."""
    found = os.path.relpath(root / path.lstrip("/"), folder).replace(os.sep, "/")
    return "" if found.startswith("../") else found


def read_mapping(folder: Path, file: Path) -> dict[str, Any]:
    """Read a config file of a tool in TOML, JSON or YAML; one that cannot be read says nothing.

    A file that is a link out of `folder` is not read.
    """
    data, _ = read_bytes(folder, file)
    text = data.decode("utf-8-sig", errors="replace") if data else ""
    values: Any = None
    if file.suffix in (".toml", ".json"):
        try:
            values = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
        except (ValueError, RecursionError):
            values = None
    else:
        document, _ = parse_yaml(Source(file.name, text), ignore_tags=True)
        values = document.data if document else None
    return values if isinstance(values, dict) else {}


def _mapping(place: Path, name: str) -> dict[str, Any]:
    return read_mapping(place, place / name)


def plain_value(value: Any) -> str:
    """Return a text of a config file; empty where there is something else."""
    return value if isinstance(value, str) else ""


def _below(place: Path, name: Any) -> Path:
    """Return a folder that a config file names; it may not lead out of the folder of that file."""
    path = Path(os.path.normpath(place / plain_value(name)))
    return path if path.resolve().is_relative_to(place.resolve()) else place
