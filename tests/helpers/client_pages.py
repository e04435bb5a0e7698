"""Published status pages in the states that clients must understand, on servers of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from helpers.sites import ROOT, minimal_site
from helpers.static_site import shown
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.files.file_tree import sync_tree
from waypost.publishing.files import status_files
from waypost.reading.project import load_project
from waypost.status.rules.snapshot import Snapshot

FOLDER = ROOT / ".venv-clients"
"""Where `make clients` installs what others wrote."""

MODULES = FOLDER / "node" / "node_modules"
DRIVERS = ROOT / "tests" / "clients" / "drivers"

PLACE = {"api": 0, "Galleries": {"downloads": 1, "uploads": 0}}
NAMES = ("Api", "Galleries", "Downloads", "Uploads")
UP = ("00:00 http-1 operational",)
ALL_WELL: Mapping[str, str] = MappingProxyType(dict.fromkeys(NAMES, "operational"))


@dataclass(frozen=True)
class State:
    """A page, and what every client must say of it."""

    indicator: str
    description: str
    components: Mapping[str, str] = field(default_factory=lambda: ALL_WELL)
    incidents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Open incidents: the names of their components, by title."""
    active: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Maintenance that is running, told in the same way."""
    upcoming: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    written: Sequence[Mapping[str, Any]] = ()
    works: Sequence[Mapping[str, Any]] = ()
    rows: Sequence[str] = UP

    def snapshot(self) -> Snapshot:
        """Take the picture of the page."""
        watched = ["00:00-12:00 http-1"] if self.rows else []
        return take_snapshot(
            site(PLACE, self.written, self.works), history(self.rows, watched), moment("12:00")
        )


STATES = {
    "all up": State("none", "All Systems Operational"),
    "partial outage with an incident": State(
        "major",
        "Partial System Outage",
        {**ALL_WELL, "Galleries": "partial_outage", "Uploads": "partial_outage"},
        incidents={"Title of open": ("Uploads",)},
        written=[
            {"id": "over", "says": ["08:00 investigating", "08:30 resolved"]},
            {
                "id": "open",
                "components": {"uploads": "partial_outage"},
                "says": ["11:00 investigating", "11:30 identified"],
            },
        ],
    ),
    "maintenance running": State(
        "maintenance",
        "Service Under Maintenance",
        {**ALL_WELL, "Galleries": "under_maintenance", "Downloads": "under_maintenance"},
        active={"Title of running": ("Downloads",)},
        upcoming={"Title of coming": ("Api", "Uploads")},
        works=[
            {"id": "running", "window": "11:30-12:30"},
            {"id": "coming", "components": ["api", "uploads"], "window": "15:00-16:00"},
        ],
    ),
    # Statuspage has no word for no data: the last known states stand there.
    "no data": State("none", "All Systems Operational", rows=()),
}


@contextmanager
def published(folder: Path) -> Iterator[dict[str, str]]:
    """Publish every state into a folder, and give the address of each with a slash at its end."""
    project = load_project(minimal_site(folder / "site"))
    with ExitStack() as servers:
        addresses = {}
        for name, state in STATES.items():
            target = folder / name.replace(" ", "-")
            sync_tree(target, status_files(state.snapshot(), project, {}))
            addresses[name] = servers.enter_context(shown(target, cors=True))
        yield addresses


def missing(what: str, reason: str, *, always: bool) -> None:
    """Skip a test by name; where continuous integration must run it, fail."""
    message = f"{what} cannot be run: {reason}"
    if always and os.environ.get("CI"):
        pytest.fail(f"{message}, and CI must not skip this", pytrace=False)
    pytest.skip(message)


def python_client(name: str) -> Path:
    """Return the folder of programs in which a client from PyPI is."""
    if not (FOLDER / "bin" / "python").exists() or not list(FOLDER.glob(f"lib/python*/site-packages/{name}")):
        missing(name, "`make clients` did not install it", always=True)
    return FOLDER / "bin"


def node_client(name: str) -> Path:
    """Return the folder of a client from npm; it is run only where Node is."""
    if shutil.which("node") is None:
        missing(name, "there is no Node on this machine", always=False)
    if not (MODULES / name).is_dir():
        missing(name, "`make clients` did not install it", always=shutil.which("npm") is not None)
    return MODULES / name


def answers(command: Sequence[str | Path], pages: Mapping[str, str], **variables: str) -> dict[str, Any]:
    """Run a driver with the addresses of all pages, and return what it says of each state."""
    done = subprocess.run(
        [*command, *pages.values()],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    by_address = json.loads(done.stdout)
    return {name: by_address[address] for name, address in pages.items()}
