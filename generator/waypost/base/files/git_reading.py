"""Ask git about a folder, without changing anything, asking a server, or waiting for ever."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

TIMEOUT = 20.0
"""Seconds after which git is stopped; its answer until then is used."""

MAX_BYTES = 64 * 1024 * 1024
"""How much of git's answer is read. A commit costs about 30 bytes, and each file in it its path."""


class GitAnswer(NamedTuple):
    """What git wrote."""

    output: bytes
    complaint: str
    code: int | None
    """Its exit code; None where it took too long."""


def ask_git(
    folder: Path, arguments: Sequence[str], timeout: float = TIMEOUT, max_bytes: int = MAX_BYTES
) -> GitAnswer:
    """Run git in a folder; raises FileNotFoundError where there is none, and OSError where it cannot be started."""
    program = shutil.which("git")
    if program is None:
        raise FileNotFoundError("git")
    # A partial clone would fetch what it lacks from its server; a build asks no server for anything.
    command = [program, "-C", str(folder), "-c", "protocol.allow=never", *arguments]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603  # a fixed list of words, no shell, paths after `--` only
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=_environment()
        )
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            process.kill()

        clock = threading.Timer(timeout, stop)
        clock.start()
        try:
            with process:
                answer = _read(process.stdout, max_bytes)
                if len(answer) > max_bytes:
                    process.kill()
        finally:
            clock.cancel()
        errors.seek(0)
        complaint = errors.read(4096).decode(errors="replace").strip()
    return GitAnswer(answer, complaint, None if is_late.is_set() else process.returncode)


def _environment() -> dict[str, str]:
    """Return an environment in which git looks at the site, wherever a hook or a caller points it to."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


def _read(stream: IO[bytes] | None, max_bytes: int) -> bytes:
    return stream.read(max_bytes + 1) if stream else b""
