"""Several files in one plan: all of them, or none; and what a kill between two leaves."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import fingerprint, minimal_site
from waypost.authoring.incident_corrections import Split, plan_merge, plan_split
from waypost.authoring.incidents import NewIncident, PlannedIncident, plan_open
from waypost.authoring.io import planned_files
from waypost.authoring.io.planned_files import write_planned
from waypost.authoring.rules.incident_states import troubled
from waypost.base.files.file_tree import write_atomic
from waypost.formats.status import ComponentStatus
from waypost.lint.lint import lint
from waypost.problems import errors
from waypost.reading.site import Site
from waypost.reading.status import list_incidents

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
PARTIAL, MAJOR = ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    for title, states in (("Pages", {"web": MAJOR, "mail": PARTIAL}), ("Mail", {"mail": MAJOR})):
        write_planned(plan_open(site, NewIncident(title, states), "It fails.", NOW).files)
    return site


def merge(site: Site) -> PlannedIncident:
    return plan_merge(site, "2026-11-20-mail", "2026-11-20-pages", "One cause.", LATER)


def split(site: Site) -> PlannedIncident:
    return plan_split(site, "2026-11-20-pages", Split("Slow", ["web"]), "Another cause.", LATER)


PLANS = {"merge": merge, "split": split}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("reason", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_where_the_second_cannot_be_written_the_first_is_as_before(
    name: str, reason: BaseException, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = PLANS[name](site)
    assert len(planned.files) == 2
    second = planned.files[1].path

    def write(path: Path, data: bytes) -> bool:
        if path == second:
            raise reason
        return write_atomic(path, data)

    monkeypatch.setattr(planned_files, "write_atomic", write)
    before = {path: entry[0] for path, entry in fingerprint(site.root).items()}
    with pytest.raises(type(reason)):
        write_planned(planned.files)
    assert {path: entry[0] for path, entry in fingerprint(site.root).items()} == before


KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from authoring.test_planned_files import PLANS
from waypost.authoring.io import planned_files
from waypost.reading.site import Site

write = planned_files.write_atomic

def once(path, data):
    write(path, data)
    os._exit(9)

planned_files.write_atomic = once
planned_files.write_planned(PLANS[sys.argv[1]](Site(Path(sys.argv[2]))).files)
"""


@pytest.mark.parametrize("name", PLANS)
def test_a_kill_between_two_files_leaves_a_valid_site_and_no_component_without_its_trouble(
    name: str, site: Site
) -> None:
    tests = Path(__file__).parent.parent
    command = [sys.executable, "-c", KILLED, name, str(site.root), str(tests)]
    done = subprocess.run(command, cwd=tests.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    assert errors(lint(site, LATER + timedelta(minutes=1))) == []
    declared = [troubled(item) for item in list_incidents(site, LATER, resolved=False).incidents]
    assert {"web": MAJOR, "mail": MAJOR}.items() <= {
        component: max((it.get(component, PARTIAL) for it in declared), key=lambda state: state.severity)
        for component in ("web", "mail")
    }.items()
