"""A site that a stranger has changed: whatever in it could run programs, or read files of this machine, is refused."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from waypost.base.files.text_files import Source, read_source
from waypost.base.files.yaml_source import DataPath, YamlDocument, find_tags, parse_yaml
from waypost.help.mkdocs.extensions import OWN_PLUGINS, READS_FILES, is_known
from waypost.problems import Location, Problem, ProblemsFound

_CONFIG = "mkdocs.yml"
_THEMES = {None, "material"}
_ADVICE = "Leave it out; or look at it, and build without --untrusted."

_FOLDERS = ("content", "status", "site", ".waypost")
"""What a build reads and writes."""

_KEYS: dict[DataPath, str] = {
    ("hooks",): "A hook is a program, and a build runs it.",
    ("INHERIT",): "What another file sets is not looked at.",
    ("extra_templates",): "A template is a program, and a build runs it.",
    ("theme", "custom_dir"): "A template is a program, and a build runs it.",
}
"""Keys that no stranger may set, with the reason."""

_KNOWN_TAG = re.compile(
    r"!!python/name:(?:material\.extensions|pymdownx)\.emoji\.(?:twemoji|gemoji|emojione|to_svg|to_png|to_alt)"
    r"|!!python/(?:name|object/apply):pymdownx\.slugs\.slugify"
)
"""Functions of libraries that pages are usually made with, and that do nothing else."""

_KEPT_VARIABLES = re.compile(
    r"PATH|HOME|USER|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|SOURCE_DATE_EPOCH|NO_MKDOCS_2_WARNING"
)
"""What Python, git and MkDocs need of the environment."""


def check_untrusted(root: Path) -> None:
    """Raise ProblemsFound, each with its place, where a site holds what no stranger may bring; nothing of it is run."""
    source, problems = read_source(root, root / _CONFIG)
    if source:
        document, found = parse_yaml(source, ignore_tags=True)
        problems += found
        if document:
            problems += [*_check_tags(source), *_check_values(document)]
    problems += _check_links(root)
    if problems:
        raise ProblemsFound(dict.fromkeys(problems))


@contextmanager
def hidden_environment() -> Iterator[None]:
    """Hide the variables of this process: a site may show any of them by `${NAME}`."""
    kept = dict(os.environ)
    for name in kept:
        if not _KEPT_VARIABLES.fullmatch(name):
            del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


def _check_tags(source: Source) -> Iterator[Problem]:
    """Complain of values that are more than data, such as `!ENV` and `!!python/name:…`, wherever they stand."""
    for tag, line, column in find_tags(source.text):
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        message = f"The tag {shown} runs a program or reads the environment. {_ADVICE}"
        if shown == "!!merge":
            message = "What `<<` brings along is not looked at. Write it out."
        if not _KNOWN_TAG.fullmatch(shown):
            yield source.problem("bad-value", message, line, column)


def _check_values(document: YamlDocument) -> Iterator[Problem]:
    top: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
    theme = top.get("theme")
    theme = theme if isinstance(theme, dict) else {"name": theme}
    for path, reason in _KEYS.items():
        if path[-1] in (theme if len(path) > 1 else top):
            yield document.problem_at(path, "bad-value", f"{reason} {_ADVICE}", at_key=True)
    if theme.get("name") not in _THEMES:
        message = f"The theme '{theme['name']}' is not known to run nothing of the site. {_ADVICE}"
        yield document.problem_at(("theme", "name"), "bad-value", message)
    if top.get("docs_dir", "content") != "content":
        yield document.problem_at(("docs_dir",), "bad-value", "Write `docs_dir: content`.")
    for path, name in _names(top, "plugins"):
        if name not in OWN_PLUGINS:
            message = f"The plugin '{name}' is a program that the site steers. {_ADVICE}"
            yield document.problem_at(path, "bad-value", message)
    for path, name in _names(top, "markdown_extensions"):
        if name.partition(":")[0] in READS_FILES:
            message = f"The extension '{name}' puts files of this machine into pages. {_ADVICE}"
            yield document.problem_at(path, "bad-value", message)
        elif not is_known(name):
            message = f"The extension '{name}' is not known to run nothing of the site. {_ADVICE}"
            yield document.problem_at(path, "bad-value", message)


def _names(top: dict[str, Any], key: str) -> Iterator[tuple[DataPath, str]]:
    """Give the names in a list of names and mappings, or in a mapping, with their places."""
    entries = top.get(key) or []
    for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        place: DataPath = (key, index) if isinstance(entries, list) else (key,)
        for name in entry if isinstance(entry, dict) else [entry]:
            yield place, str(name)


def _check_links(root: Path) -> Iterator[Problem]:
    """Complain of every symbolic link: what is read or written through one may be anywhere on this machine."""
    places = [*root.glob("*.yml"), *(root / name for name in _FOLDERS)]
    for folder in _FOLDERS:
        for parent, folders, files in os.walk(root / folder):
            places += [Path(parent, name) for name in (*folders, *files)]
    for path in sorted(places):
        if path.is_symlink():
            message = "A symbolic link may lead to any file of this machine. Put the file itself here."
            yield Problem(Location(path.relative_to(root).as_posix()), "symlink", message)
