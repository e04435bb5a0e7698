"""When each file of content/ was first and last committed, from one run of `git log`.

The format is that of git-log(1) with `--name-status -z`: a header for each commit, newest first, then a
letter and a path for each file, or two paths where a file was renamed; NUL ends each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from waypost.base.files.git_reading import MAX_BYTES, TIMEOUT, ask_git
from waypost.help.rules.feed_items import ArticleDates

_COMMAND = (
    *("-c", "log.showRoot=true", "log", "--topo-order", "--no-color"),
    *("--decorate=full", "--no-show-signature", "--no-ext-diff"),
    # A merge shows nothing of its own: what it brings was committed before, on a day that stays.
    *("--find-renames", "--name-status", "-z", "--relative", "--format=@%ct %D", "--", "."),
)
_NO_HISTORY = ("not a git repository", "does not have any commits yet")


@dataclass(frozen=True)
class GitDates:
    """The dates of content/ in git."""

    dates: Mapping[str, ArticleDates] = field(default_factory=dict)
    """By the path of the file from content/. A file that was never committed is not in it."""
    warning: str = ""
    """Why dates are missing that should be there; a site that is no repository is in order."""


def read_git_dates(root: Path, timeout: float = TIMEOUT, max_bytes: int = MAX_BYTES) -> GitDates:
    """Ask git about the folder content/ of a site. Never raises: without git there are no dates."""
    folder = root / "content"
    if not folder.is_dir():
        return GitDates()
    try:
        answer, complaint, code = ask_git(folder, _COMMAND, timeout, max_bytes)
    except FileNotFoundError:
        return GitDates()
    except OSError as error:
        return GitDates(warning=f"git cannot be started ({error.strerror}), so no article has a date.")
    found = _FileDates()
    is_understood = found.read(answer)
    if any(text in complaint for text in _NO_HISTORY):
        return GitDates()
    return GitDates(
        found.dates(), _fault(code, complaint, len(answer) > max_bytes, is_understood) or found.fault
    )


def _fault(code: int | None, complaint: str, is_cut: bool, is_understood: bool) -> str:
    """Return a sentence about a fault in an answer of git, or an empty text."""
    if code is None or is_cut:
        return "The history of content/ is too long to read: old dates are missing."
    if code != 0:
        return f"git tells no dates of content/: {complaint.partition(chr(10))[0] or f'exit code {code}'}"
    return "" if is_understood else "git tells the dates of content/ in a form that Waypost cannot read."


_SHALLOW = (
    "This clone of the repository holds only the latest commits, so articles that are older have no date "
    "and are not in the feeds. Fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` in a workflow."
)


class _FileDates:
    """Follows the files that are there now back through their names."""

    def __init__(self) -> None:
        self.is_shallow = False
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._later_names: dict[str, str] = {}

    def read(self, answer: bytes) -> bool:
        """Read the output of git; return whether it was whole and of the expected form."""
        at, is_edge = 0, False
        # What follows the last NUL was cut off, or is nothing.
        words = iter(answer.split(b"\0")[:-1])
        for word in words:
            text = word.lstrip(b"\n").decode(errors="surrogateescape")
            if text.startswith("@"):
                seconds, _, names = text[1:].partition(" ")
                if not seconds.lstrip("-").isdecimal():
                    return False
                # A branch or a tag of this name would be written with refs/ before it.
                at, is_edge = int(seconds), "grafted" in names.split(", ")
                self.is_shallow = self.is_shallow or is_edge
            elif text and not self._take(text[0], words, at, is_edge):
                return False
        return True

    def _take(self, letter: str, words: Iterator[bytes], at: int, is_edge: bool) -> bool:
        paths = [next(words, b"").decode(errors="surrogateescape") for _ in range(2 if letter in "RC" else 1)]
        if not all(paths):
            return False
        name = self._later_names.get(paths[-1], paths[-1])
        # At the edge of a shallow clone every file seems to be added, so that tells nothing.
        if not is_edge:
            self._last[name] = max(at, self._last.get(name, at))
            if letter in "AC":
                self._first[name] = min(at, self._first.get(name, at))
        if letter == "R":
            self._later_names[paths[0]] = name
            # A file that had the new name before this was another one.
            self._later_names[paths[1]] = ""
        return True

    @property
    def fault(self) -> str:
        """Say why a history that was read well is not all there is, or nothing."""
        return _SHALLOW if self.is_shallow else ""

    def dates(self) -> dict[str, ArticleDates]:
        """Return the dates by the present path of each file; files that are gone are among them."""
        return {
            path: ArticleDates(_moment(self._first.get(path)), _moment(last))
            for path, last in self._last.items()
            if path
        }


def _moment(seconds: int | None) -> datetime | None:
    """Return a time; None for one that no clock that was right can have shown."""
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < _YEAR_3000 else None


_YEAR_3000 = 32_503_680_000
