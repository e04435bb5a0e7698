"""Copies of whole sites, fingerprints of folders, and the command line as real processes."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import IO, TypeVar

from click.testing import CliRunner

from waypost.cli import main
from waypost.reading.site import Site

T = TypeVar("T")

ROOT = Path(__file__).parent.parent.parent
MINIMAL = ROOT / "tests" / "projects" / "minimal"

PATIENCE = 90.0
"""Seconds after which something that never happens fails a test; nothing is told about how long it took."""


def minimal_site(folder: Path) -> Site:
    """Copy the smallest valid site."""
    shutil.copytree(MINIMAL, folder)
    return Site(folder)


def sample_site(folder: Path) -> Site:
    """Copy the sample that this repository is, without what was built."""
    for name in ("content", "status"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return Site(folder)


def site_of_checks(folder: Path, policy: str, checks: Iterable[str]) -> Site:
    """Write a site with one component, `part-0` and on, for each check; `policy` and checks are YAML on one line."""
    for name in ("content", "status"):
        (folder / name).mkdir(parents=True)
    (folder / "content" / "index.md").write_text("---\ntitle: Help\nkind: home\n---\n", encoding="utf-8")
    lines = [
        'page: {name: Parts, url: "https://help.example.org/status/"}',
        f"policy: {policy}",
        "components:",
    ]
    lines += [
        f"  - {{id: part-{number}, name: Part {number}, checks: [{check}]}}"
        for number, check in enumerate(checks)
    ]
    (folder / "status" / "status.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Site(folder)


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file as a person would; the words must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def point_checks_at(site: Site, url: str, every: str = "60s") -> None:
    """Let the minimal site's one check poll an address on this machine."""
    replace(site.root / "status" / "status.yml", "https://www.example.org/health", url)
    replace(site.root / "status" / "status.yml", "every: 60s", f"every: {every}")
    replace(site.root / "status" / "status.yml", "timeout: 10s", "timeout: 1s")


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    """Return hash and time of every file below a folder; empty folders count with an empty hash."""
    found: dict[str, tuple[str, int]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            found[name + "/"] = ("", 0)
        else:
            found[name] = (hashlib.sha256(path.read_bytes()).hexdigest(), path.lstat().st_mtime_ns)
    return found


def file_bytes(folder: Path) -> dict[str, bytes]:
    """Return what every file below a folder holds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a person who has set nothing for Waypost."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PORT", "WAYPOST_DATABASE")}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONUNBUFFERED": "1", **(extra or {})}


def waypost(*arguments: str, site: Site | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "waypost", *arguments],
        capture_output=True,
        text=True,
        cwd=site.root if site else None,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )


def called(*arguments: str, site: Site | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end within this process, for what a process of its own would prove no better."""
    unset: dict[str, str | None] = {"PORT": None, "WAYPOST_DATABASE": None}
    with chdir(site.root if site else Path.cwd()):
        result = CliRunner(env={**unset, "NO_COLOR": "1", "COLUMNS": "200"}).invoke(main, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def wait_until(look: Callable[[], T], what: str) -> T:
    """Look again and again until something is true; fail with `what` when it never is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"It never came to this: {what}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Running:
    """A command that goes on, with everything it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=pair)
            for pair in ((process.stdout, self.out), (process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: IO[str], lines: list[str]) -> None:
        with stream:
            lines.extend(iter(stream.readline, ""))

    def said(self, words: str) -> bool:
        """Tell whether words came out on either stream; fail when the process ended without them."""
        text = "".join([*self.out, *self.err])
        if words not in text and self.process.poll() is not None:
            raise AssertionError(f"It ended with {self.process.returncode} and never said {words!r}:\n{text}")
        return words in text

    def end(self, number: signal.Signals, patience: float = 10.0) -> int:
        """Send a signal and return the exit code; `patience` is a hard bound."""
        self.process.send_signal(number)
        code = self.process.wait(patience)
        for reader in self._readers:
            reader.join(patience)
        return code


SKEWED = Path(__file__).with_name("skewed_waypost.py")


@contextmanager
def running(*arguments: str, site: Site, clock: Path | None = None) -> Iterator[Running]:
    """Start a command in a site, and end it with the test.

    `clock` is a file with the seconds by which the clock of its machine is ahead.
    """
    program = ["-m", "waypost"] if clock is None else [str(SKEWED), str(clock)]
    process = subprocess.Popen(
        [sys.executable, *program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=site.root,
        env=environment(),
    )
    command = Running(process)
    try:
        yield command
    finally:
        if process.poll() is None:
            command.end(signal.SIGKILL)
