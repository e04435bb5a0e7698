"""A check kind is added in two places and a module of its own, as CONTRIBUTING says: tried on a copy of the program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from helpers.sites import ROOT, minimal_site, replace

PROBER = '''"""Check that a file is there and not empty."""

from __future__ import annotations

from pathlib import Path

from waypost.formats.checks import FileCheck
from waypost.monitor.probes.result import ProbeContext, ProbeResult, failed, good


def probe_file(check: FileCheck, context: ProbeContext) -> ProbeResult:
    """Read the size of the file."""
    return good() if Path(check.file).stat().st_size else failed(check, "the file is empty")
'''

FORMAT = '''@dataclass(frozen=True, config=STRICT, kw_only=True)
class FileCheck(CheckBase):
    """A file of this machine."""

    file: str
    """Where it is."""


KINDS: Mapping[str, type[CheckBase]] = {
    "file": FileCheck,
'''


def with_file_checks(folder: Path) -> Path:
    """Copy the program and add a kind of check to the copy."""
    shutil.copytree(ROOT / "generator", folder / "generator", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "theme").symlink_to(ROOT / "theme")
    package = folder / "generator" / "waypost"
    replace(package / "formats/checks.py", "KINDS: Mapping[str, type[CheckBase]] = {\n", FORMAT)
    probes = package / "monitor" / "probes"
    (probes / "file.py").write_text(PROBER, encoding="utf-8")
    registry = probes / "registry.py"
    replace(
        registry, "    HttpCheck: probe_http,\n", "    HttpCheck: probe_http,\n    FileCheck: probe_file,\n"
    )
    replace(registry, "    DnsCheck,\n", "    DnsCheck,\n    FileCheck,\n")
    imported = "from waypost.monitor.probes.heartbeat import"
    replace(registry, imported, f"from waypost.monitor.probes.file import probe_file\n{imported}")
    return folder / "generator"


def test_a_new_kind_of_check_is_read_and_polled(tmp_path: Path) -> None:
    program, site = with_file_checks(tmp_path / "program"), minimal_site(tmp_path / "site")
    config, watched = site.root / "status" / "status.yml", tmp_path / "watched"
    replace(config, 'http: "https://www.example.org/health"', f"file: {watched}")

    def waypost(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "waypost", *words],
            cwd=site.root,
            env={**os.environ, "PYTHONPATH": str(program)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout or done.stderr

    def polled() -> tuple[str, str]:
        [found] = json.loads(waypost("poll", "--json"))["observations"]
        return found["status"], found["reason"]

    assert polled() == ("major_outage", "the host cannot be reached")
    watched.touch()
    assert polled() == ("major_outage", "the file is empty")
    watched.write_text("text", encoding="utf-8")
    assert polled() == ("operational", "")
    replace(config, f"file: {watched}", f"flie: {watched}")
    assert "Did you mean 'file'" in waypost("lint")
