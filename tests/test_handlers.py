"""What is caught without being known is raised again, or its traceback is kept in the log."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import waypost
from waypost.cli.common import LARGEST_LOG, keep_log

SOURCE = Path(waypost.__file__).parent
EVERYTHING = {"Exception", "BaseException"}
HANDED_ON = {"begin", "_fail"}
"""What takes an exception and logs it with its traceback: the journal of faults, and the supervisor by it."""


def handlers() -> Iterator[tuple[str, ast.ExceptHandler]]:
    """Yield every handler that catches whatever is raised, with its place."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None or EVERYTHING & names_in(node.type)
            ):
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", node


def names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def keeps(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler raises, or logs with a traceback."""
    for node in ast.walk(handler):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            if node.func.attr == "exception" or isinstance(named.get("exc_info"), ast.Constant):
                return True
            if node.func.attr in HANDED_ON and handler.name in names_in(node):
                return True
    return False


def test_nothing_unknown_is_caught_without_a_trace() -> None:
    found = dict(handlers())
    assert found, "the search itself is broken"
    assert [place for place, handler in found.items() if not keeps(handler)] == []


def test_nothing_that_suppresses_everything_is_used() -> None:
    for file in SOURCE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "suppress(Exception" not in text, file
        assert "suppress(BaseException" not in text, file


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("waypost")
    before, level = logger.handlers, logger.level
    yield logger
    logger.handlers = before
    logger.setLevel(level)


def fail(logger: logging.Logger) -> None:
    try:
        raise ValueError("of the inside")
    except ValueError:
        logger.debug("It went wrong.", exc_info=True)


def test_a_traceback_goes_to_the_log_and_never_to_the_terminal(
    logger: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_log(tmp_path)
    assert list(tmp_path.iterdir()) == []
    fail(logger)
    logger.error("Something else.", exc_info=ValueError("of the inside"))
    file = tmp_path / ".waypost/waypost.log"
    text = file.read_text(encoding="utf-8")
    assert "DEBUG It went wrong.\n    Traceback (most recent call last):" in text
    assert text.count("ValueError: of the inside\n") == 2
    assert file.stat().st_mode & 0o077 == 0
    assert capsys.readouterr() == ("", "waypost: Something else.\n")


def test_the_log_does_not_grow_for_ever(logger: logging.Logger, tmp_path: Path) -> None:
    keep_log(tmp_path)
    file = tmp_path / ".waypost/waypost.log"
    for _ in range(3):
        fail(logger)
        file.write_bytes(b"x" * (LARGEST_LOG + 1))
    fail(logger)
    assert file.stat().st_size < 1000
    assert {path.name for path in file.parent.iterdir()} == {"waypost.log", "waypost.log.1"}


def test_a_log_that_cannot_be_written_stops_nothing(
    logger: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".waypost").write_text("a file where the folder should be", encoding="utf-8")
    keep_log(tmp_path)
    fail(logger)
    assert capsys.readouterr() == ("", "")
