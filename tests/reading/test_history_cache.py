"""Tables of history are read line by line once; whatever is kept of them is never wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from waypost.formats.status_site import History
from waypost.problems import Problem
from waypost.reading.io import history_files
from waypost.reading.io.history_files import CACHE, load_history

TABLES = {
    "changes": "confirmed_at\tat\tcomponent\tcheck\tregion\tstatus\treason\n"
    "2026-08-20T10:02:00.5Z\t2026-08-20T12:00:00+02:00\tweb\thttp-1\teu\tmajor_outage\tHTTP status 503 für alle\n",
    "coverage": "from\tuntil\tcomponent\tcheck\tregion\n2026-08-20T09:00:00Z\t2026-08-20T11:00:00Z\tweb\thttp-1\teu\n",
    "uplink": "from\tuntil\tregion\n2026-08-20T10:30:00Z\t2026-08-20T10:31:00Z\t\n",
}


def write(root: Path, name: str, text: str) -> None:
    path = root / "status/history/2026-08" / f"{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def in_a_new_process(root: Path) -> tuple[History, list[Problem]]:
    history_files._rows_of.cache_clear()
    return load_history(root, {"web"})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        write(tmp_path, name, text)
    return tmp_path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that are really read line by line."""
    found: list[str] = []
    whole = history_files._read_data

    def spy(root: Path, file: Path, data: bytes, rows: list[history_files.Row]) -> list[Problem]:
        found.append(file.stem)
        return whole(root, file, data, rows)

    monkeypatch.setattr(history_files, "_read_data", spy)
    return found


def test_a_table_that_is_the_same_is_read_once(site: Path, read: list[str]) -> None:
    first = in_a_new_process(site)
    assert sorted(read) == sorted(TABLES)
    assert in_a_new_process(site) == first
    assert sorted(read) == sorted(TABLES)
    assert [row.reason for row in first[0].changes] == ["HTTP status 503 für alle"]
    assert first[0].coverage
    assert first[0].uplink


def test_a_table_that_was_changed_is_read_again_alone(site: Path, read: list[str]) -> None:
    in_a_new_process(site)
    read.clear()
    write(site, "changes", TABLES["changes"].replace("503", "500"))
    found, _ = in_a_new_process(site)
    assert read == ["changes"]
    assert "500" in found.changes[0].reason


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"changes": [[1]], "coverage": [], "uplink": []}', b"\xff"]
)
def test_what_is_kept_and_cannot_be_read_is_made_anew(site: Path, read: list[str], damage: bytes) -> None:
    first = in_a_new_process(site)
    for path in (site / CACHE).iterdir():
        path.write_bytes(damage)
    assert in_a_new_process(site) == first
    read.clear()
    assert in_a_new_process(site) == first
    assert read == []


def test_a_table_with_a_mistake_is_told_each_time(site: Path) -> None:
    write(site, "coverage", TABLES["coverage"] + "yesterday\ttoday\tweb\thttp-1\teu\n")
    first, problems = in_a_new_process(site)
    assert [problem.code for problem in problems] == ["bad-value"]
    assert in_a_new_process(site) == (first, problems)


def test_a_folder_that_cannot_be_written_only_costs_time(site: Path, read: list[str]) -> None:
    (site / ".waypost").write_text("a file where the folder would be")
    assert in_a_new_process(site) == in_a_new_process(site)
    assert len(read) == 2 * len(TABLES)


def test_tables_that_nobody_asks_for_do_not_gather(site: Path) -> None:
    for number in range(40):
        write(site, "changes", TABLES["changes"].replace("503", f"{500 + number}"))
        in_a_new_process(site)
    assert len(list((site / CACHE).iterdir())) <= history_files._KEPT * len(TABLES) + 1
