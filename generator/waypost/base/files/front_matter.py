"""Read Markdown files with front matter: the YAML on top, validated with its places, and the body below."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import YamlDocument, parse_yaml
from waypost.problems import Problem

_FENCE = "---"


@dataclass(frozen=True)
class MarkdownDocument:
    """A Markdown file in two parts."""

    source: Source
    front: YamlDocument
    body: str
    body_line: int
    """The line of the file on which the body starts, from 1."""


def parse_markdown(source: Source) -> tuple[MarkdownDocument | None, list[Problem]]:
    """Split a file into front matter and body; return None with the reasons where that cannot be done."""
    lines = source.text.split("\n")
    if lines[0].rstrip() != _FENCE:
        message = (
            "The file does not start with front matter. Begin it with a line ---, the keys, and a line ---."
        )
        return None, [source.problem("front-matter", message, 1, 1)]
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE), None)
    if end is None:
        return None, [
            source.problem("front-matter", "The front matter is not closed. Add a line --- after it.", 1, 1)
        ]
    front, problems = parse_yaml(source, "\n".join(lines[1:end]), first_line=2)
    if front is None:
        return None, problems
    return MarkdownDocument(source, front, "\n".join(lines[end + 1 :]), end + 2), []
