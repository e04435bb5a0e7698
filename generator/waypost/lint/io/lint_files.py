"""What rules for writers need of the files: lint.yml, the parts of each text, and where a finding stands."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from waypost.base.files.front_matter import MarkdownDocument, parse_markdown
from waypost.base.files.resources import scaffold_folder
from waypost.base.files.text_files import Source, read_source, walk
from waypost.base.files.yaml_source import DataPath, YamlDocument, parse_yaml
from waypost.base.markdown.page_parts import PageParts, page_parts
from waypost.formats.lint import LintConfig
from waypost.formats.project import Project
from waypost.help.kinds import ARTICLE_KINDS
from waypost.lint.rules.placeholders import placeholders_of
from waypost.lint.rules.registry import RULES, JudgedFinding
from waypost.problems import Location, Problem, did_you_mean
from waypost.reading.io.incident_files import update_lines
from waypost.reading.io.status_files import read_lint_config


def load_lint_config(root: Path) -> tuple[LintConfig | None, list[Problem]]:
    """Read lint.yml, and check that there is each rule that it names."""
    document, config, problems = read_lint_config(root)
    if document is None or config is None:
        return config, problems
    named: list[tuple[DataPath, str, bool]] = [(("rules", code), code, True) for code in config.rules]
    named += [(("silence", index, "rule"), entry.rule, False) for index, entry in enumerate(config.silence)]
    for place, code, is_key in named:
        if code not in RULES:
            hint = did_you_mean(code, RULES) or " docs/lint.md lists them."
            message = f"There is no rule '{code}'.{hint}"
            problems.append(document.problem_at(place, "bad-value", message, at_key=is_key))
    return (None if problems else config), problems


def parts_of_pages(project: Project) -> dict[str, PageParts]:
    """Take the text of every page apart, by its path from content/."""
    pages = project.help_center.pages
    return {path: page_parts(page.body, page.body_line) for path, page in pages.items()}


def status_texts(root: Path, project: Project) -> dict[str, tuple[int, str]]:
    """Read the text of every incident and maintenance as it is written, with the line on which it begins."""
    names = [f"status/incidents/{incident.id}.md" for incident in project.status.incidents]
    names += [f"status/maintenance/{work.file_name}.md" for work in project.status.maintenances]
    found: dict[str, tuple[int, str]] = {}
    for name in dict.fromkeys(names):
        source, _ = read_source(root, root / name)
        document = parse_markdown(source)[0] if source else None
        if document:
            found[name] = (document.body_line, document.body)
    return found


def content_files(root: Path) -> frozenset[str]:
    """Return every file in content/, by its path from there."""
    folder = root / "content"
    return frozenset(file.relative_to(folder).as_posix() for file in walk(root, folder, "")[0])


@cache
def placeholders() -> frozenset[str]:
    """Return the sentences of all skeletons of articles that stand where a writer's own belong."""
    names = {kind.scaffold for kind in ARTICLE_KINDS.values()} | {"known-problem.md", "known-problem-step.md"}
    files = sorted(path for path in scaffold_folder().rglob("*.md") if path.name in names)
    found: set[str] = set()
    for path in files:
        text = path.read_text(encoding="utf-8")
        document, _ = parse_markdown(Source(path.name, text))
        front, body = (document.front.data, document.body) if document else (None, text)
        found.update(placeholders_of(front, body))
    return frozenset(found)


class FindingLocator:
    """Finds the line and column of findings; a file is read again only when something was found in it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._document = cache(self._read)

    def _read(self, path: str) -> MarkdownDocument | YamlDocument | None:
        source, _ = read_source(self._root, self._root / path)
        if source is None:
            return None
        return parse_yaml(source)[0] if path.endswith(".yml") else parse_markdown(source)[0]

    def problem(self, judged: JudgedFinding) -> Problem:
        """Return a finding as a problem at its place."""
        finding, place = judged.finding, judged.finding.place
        document = self._document(finding.path)
        if document is None:
            return Problem(Location(finding.path), judged.code, finding.message, judged.level)
        line, column = place.line, place.column
        if isinstance(document, YamlDocument) or place.key:
            values = document if isinstance(document, YamlDocument) else document.front
            at = values.problem_at(place.key, judged.code, finding.message).location
            line, column = at.line, at.column
        elif place.update is not None:
            line = dict(enumerate(update_lines(document))).get(place.update, document.body_line)
        if place.is_hidden:
            return Problem(Location(finding.path, line, column), judged.code, finding.message, judged.level)
        return document.source.problem(judged.code, finding.message, line, column, level=judged.level)
