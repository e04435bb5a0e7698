"""The unit, the image and the compose file of the documentation name only what there is."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from helpers.sites import ROOT, called, environment
from waypost.cli import main

FOLDER = ROOT / "docs" / "examples" / "deploy"
PROBE = "import urllib.request as r; r.urlopen('http://127.0.0.1:8090/healthz', timeout=4)"


def variables() -> set[str]:
    """Return the environment variables that options are read from, and those of secrets."""
    found = {"WAYPOST_HEARTBEAT_KEY"}
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        found |= {str(item.envvar) for item in command.params if item.envvar}
    return found


def named(text: str) -> set[str]:
    return set(re.findall(r"\bWAYPOST_[A-Z_]+\b", text))


@pytest.mark.parametrize("name", ["Containerfile", "compose.yml", "waypost.service"])
def test_every_variable_that_is_named_is_read(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert named(text) <= variables()


def test_every_variable_of_the_manual_is_read() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    assert named(text) - {"WAYPOST_COMPLETE"} <= variables()


def unit() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (FOLDER / "waypost.service").read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_the_command_of_the_unit_is_there() -> None:
    program, *words = shlex.split(unit()["ExecStart"][0])
    assert Path(program).name == "waypost"
    assert called(*words, "--help").returncode == 0
    assert unit()["Type"] == ["notify"]
    assert unit()["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (FOLDER / "waypost.service").read_text(encoding="utf-8")
    file = tmp_path / "waypost.service"
    file.write_text(
        text.replace("/srv/help/.venv/bin/waypost", sys.executable).replace("User=waypost\n", ""),
        encoding="utf-8",
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", file], capture_output=True, text=True, timeout=60, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "waypost.service" in line]
    assert (done.returncode, complaints) == (0, [])


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yml").read_text(encoding="utf-8"))
    return document


def test_the_compose_file_builds_from_this_repository_and_runs_a_command_that_is_there() -> None:
    service = compose()["services"]["waypost"]
    assert (FOLDER / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).samefile(FOLDER / "Containerfile")
    assert called(*service["command"], "--help").returncode == 0
    named_volumes = {volume.split(":")[0] for volume in service["volumes"] if volume[0] not in "./"}
    assert named_volumes == set(compose()["volumes"])
    assert service["cap_drop"] == ["ALL"]


def test_the_image_runs_without_root_and_from_files_that_are_there() -> None:
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    last = dict(re.findall(r"^([A-Z]+) (.+)$", text, re.MULTILINE))
    assert last["USER"] == "10001", "a number, so that others can tell that it is not root"
    assert last["ENTRYPOINT"] == '["waypost"]'
    assert last["CMD"] == '["run"]'
    assert (ROOT / "constraints.txt").is_file()


def test_the_image_and_the_compose_file_ask_for_health_in_one_way() -> None:
    check = compose()["services"]["waypost"]["healthcheck"]["test"]
    assert check == ["CMD", "python", "-c", PROBE]
    assert PROBE in (FOLDER / "Containerfile").read_text(encoding="utf-8")
    # Nothing listens there, so that it says so by its exit code; a traceback is nobody's concern.
    done = subprocess.run(
        [sys.executable, "-c", PROBE.replace(":8090", ":9")],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
