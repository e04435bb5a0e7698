"""Read status/templates/: the words of automatic incidents, and the first words of those that people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from waypost.base.files.front_matter import parse_markdown
from waypost.base.files.text_files import Source, read_source, walk
from waypost.base.files.validation import validate
from waypost.formats.incident_templates import (
    PLACEHOLDERS,
    STATES,
    IncidentTemplates,
    OpenedFrontMatter,
    Template,
    UpdateKind,
)
from waypost.formats.status import Impact
from waypost.problems import Location, Problem, ProblemsFound, did_you_mean
from waypost.reading.io.incident_files import MAX_UPDATE, can_be_rendered

_BRACE = re.compile(r"\\[{}]|\{(?P<name>[^{}\n]*)\}|(?P<alone>[{}])")
NAMES = {
    **{kind.value: kind for kind in UpdateKind},
    **{f"{kind}.{state}": kind for kind, states in STATES.items() for state in states},
}
"""Every name that a template can have, without the ending, and what it tells."""


WRITTEN = "incidents"
"""The folder below status/templates/ with the first words of incidents that people write, one file an impact."""


def load_templates(root: Path) -> tuple[IncidentTemplates, list[Problem]]:
    """Read every template; what cannot be used is left out and named as a problem."""
    folder = root / "status" / "templates"
    files, problems = walk(root, folder, "")
    texts: dict[str, Template] = {}
    for file in files:
        name = file.relative_to(folder).as_posix()
        if name.startswith(f"{WRITTEN}/"):
            problems += _check_first_words(root, file, name.removeprefix(f"{WRITTEN}/"))
            continue
        kind = NAMES.get(name.removesuffix(".md")) if name.endswith(".md") else None
        if kind is None:
            problems.append(_unknown(root, file, name))
            continue
        source, found = read_source(root, file)
        template, more = _parse(source, kind) if source else (None, [])
        problems += [*found, *more]
        if template is not None:
            texts[name.removesuffix(".md")] = template
    return IncidentTemplates(texts), problems


def first_words(root: Path, impact: Impact) -> str | None:
    """Return what a site brings for incidents of an impact; None where it has nothing.

    Raises ProblemsFound where the file cannot be used.
    """
    path = root / "status" / "templates" / WRITTEN / f"{impact}.md"
    if not path.exists() and not path.is_symlink():
        return None
    source, problems = read_source(root, path)
    problems += _check_words(source) if source else []
    if source is None or problems:
        raise ProblemsFound(problems)
    return source.text.strip()


def _check_first_words(root: Path, file: Path, name: str) -> list[Problem]:
    known = [f"{impact}.md" for impact in Impact]
    if name not in known:
        hint = did_you_mean(name, known) or f" Use one of: {', '.join(known)}."
        message = f"No impact is called {name[:80].removesuffix('.md')}.{hint}"
        return [Problem(Location(file.relative_to(root).as_posix()), "bad-value", message)]
    source, problems = read_source(root, file)
    return [*problems, *(_check_words(source) if source else [])]


def _check_words(source: Source) -> list[Problem]:
    if not source.text.strip():
        message = "This template says nothing. Write a sentence for customers."
        return [source.problem("bad-value", message, 1, 1)]
    if source.text.startswith("---\n"):
        message = "The first words of an incident have no front matter. Remove it."
        return [source.problem("front-matter", message, 1, 1)]
    return []


def _unknown(root: Path, file: Path, name: str) -> Problem:
    kind = name.partition(".")[0]
    if kind in STATES and name.endswith(".md"):
        same = [f"{kind}.{state}.md" for state in STATES[UpdateKind(kind)]]
        hint = f" For one state there are: {', '.join(same)}."
    else:
        everywhere = ", ".join(f"{each}.md" for each in UpdateKind)
        hint = did_you_mean(name, [f"{each}.md" for each in NAMES]) or f" Use one of: {everywhere}."
    message = f"No template is called {name[:80]}.{hint}"
    return Problem(Location(file.relative_to(root).as_posix()), "bad-value", message)


def _parse(source: Source, kind: UpdateKind) -> tuple[Template | None, list[Problem]]:
    title, body, first_line = "", source.text, 1
    problems: list[Problem] = []
    if kind is UpdateKind.OPENED:
        document, problems = parse_markdown(source)
        if document is None:
            return None, problems
        front, problems = validate(document.front, OpenedFrontMatter)
        body, first_line, title = document.body, document.body_line, front.title if front else ""
        problems += [
            document.front.problem_at(("title",), "bad-value", message) for _, message in _wrong_braces(title)
        ]
    elif source.text.split("\n", 1)[0].rstrip() == "---":
        message = "Only opened.md has front matter, for the title of the incident. Remove it here."
        return None, [source.problem("front-matter", message, 1, 1)]
    if not body.strip():
        message = "This template says nothing. Write a sentence for customers."
        problems.append(source.problem("bad-value", message, first_line, 1))
    elif len(body) > MAX_UPDATE or not can_be_rendered(body):
        message = f"The text is too long or nests too deep. Write at most {MAX_UPDATE} characters of plain Markdown."
        problems.append(source.problem("too-complex", message, first_line, 1))
    for number, line in enumerate(body.split("\n"), start=first_line):
        wrong = _wrong_braces(line)
        problems += [source.problem("bad-value", message, number, column) for column, message in wrong]
    return (None, problems) if problems else (Template(body.strip(), title), [])


def _wrong_braces(text: str) -> Iterator[tuple[int, str]]:
    """Give the column and what is wrong of each brace that is neither a placeholder nor escaped."""
    for match in _BRACE.finditer(text):
        name = match["name"]
        if match["alone"]:
            yield (
                match.start() + 1,
                "A brace is alone here. Write a placeholder such as {component}, or \\{ for a brace.",
            )
        elif name is not None and name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            hint = did_you_mean(name, PLACEHOLDERS) or f" Use one of: {known}."
            yield match.start() + 1, f"There is no placeholder {{{name[:40]}}}.{hint}"
