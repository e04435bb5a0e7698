"""The record that a build leaves for the next one: the inputs and the output of each page, as digests."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from waypost.base.files.digests import digest, file_digest, read_bytes
from waypost.base.files.file_tree import write_atomic

FORMAT = 4
"""Raised when the meaning of a record changes; older ones are not used then."""


@dataclass(frozen=True)
class PageRecord:
    """The inputs and the output of one page."""

    inputs: str
    """Digest of its inputs."""
    file: str
    """Its HTML, from the root of the output."""
    output: str
    """Digest of that file."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """The files that its text links to or shows, from content/, each with what is shown of it; empty for none."""


@dataclass(frozen=True)
class BuildRecord:
    """A whole build."""

    format: int = FORMAT
    program: str = ""
    """Digest of the program and settings that all pages were made with; empty where none can be used again."""
    pages: Mapping[str, PageRecord] = field(default_factory=dict)
    """By the path of their Markdown from content/."""


_ADAPTER = TypeAdapter(BuildRecord)


def load_record(path: Path) -> BuildRecord:
    """Read the record of the last build; an empty one where there is none that can be used."""
    try:
        record = _ADAPTER.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return BuildRecord()
    return record if record.format == FORMAT else BuildRecord()


def save_record(path: Path, record: BuildRecord) -> None:
    """Write the record of a build that is published."""
    write_atomic(path, json.dumps(asdict(record), separators=(",", ":")).encode())


class Reuse:
    """The pages and files of the published site that a build need not make again.

    A page stays if it was made by the same program from equal inputs, if the files it links to are there
    or missing as they were, and if nobody has touched its file since.
    """

    def __init__(self, published: Path, workshop: Path, last: BuildRecord, program: str) -> None:
        self.program = program
        """Digest of the program and settings that all pages are made with; empty where none may be used again."""
        self._workshop = workshop
        self.kept: set[str] = set()
        """Files of the published site that stay as they are, from its root."""
        self._published = published
        is_usable = bool(program) and last.program == program
        self._last = last.pages if is_usable else {}
        self._made: dict[str, tuple[str, str]] = {}
        self.targets: dict[str, Mapping[str, str]] = {}
        """The files that the text of each page leads to, and their states; noted while it is rendered."""
        self._pages: dict[str, PageRecord] = {}

    @property
    def notes(self) -> Path | None:
        """The folder in which this build can note something for the next; None where nothing is taken over."""
        return self.folder("") if self.program else None

    def folder(self, name: str) -> Path:
        """Return a folder for files that this build keeps for the next."""
        folder = self._workshop / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def keeps_page(self, path: str, file: str, inputs: str, state: Callable[[str], str]) -> bool:
        """Tell whether the page of `path` stays as it is; `state` gives that of a file below content/."""
        key = digest(inputs)
        last = self._last.get(path)
        if (
            last
            and (last.inputs, last.file) == (key, file)
            and all(state(target) == was for target, was in last.targets.items())
            and file_digest(f"{self._published}/{file}") == last.output
        ):
            self._pages[path] = last
            self.kept.add(file)
            return True
        self._made[path] = (key, file)
        return False

    def keeps_file(self, file: str, content: bytes) -> bool:
        """Tell whether a file of the published site has this content, and stays."""
        is_same = read_bytes(f"{self._published}/{file}") == content
        if is_same:
            self.kept.add(file)
        return is_same

    def keeps_named(self, file: str) -> bool:
        """Tell whether a file whose name stands for what it holds is published, and stays."""
        is_there = (self._published / file).is_file()
        if is_there:
            self.kept.add(file)
        return is_there

    @property
    def made_pages(self) -> Collection[str]:
        """The paths of the pages that were made."""
        return self._made.keys()

    def forget(self, path: str) -> None:
        """Leave a page out of the record, so that the next build makes it again."""
        self._made.pop(path, None)

    def record(self, output: Path) -> BuildRecord:
        """Return the record of this build, once its files are below `output`."""
        made = {
            path: PageRecord(inputs, file, file_digest(output / file), self.targets.get(path, {}))
            for path, (inputs, file) in self._made.items()
        }
        pages = {**self._pages, **{path: page for path, page in made.items() if page.output}}
        return BuildRecord(FORMAT, self.program, pages)
