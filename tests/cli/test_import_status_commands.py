"""waypost import statuspage and cstate, from files and from a server."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from waypost.cli import import_, main
from waypost.formats.status import ComponentStatus, Impact
from waypost.importing import registry as importers
from waypost.importing import statuspage
from waypost.importing.registry import IMPORTERS
from waypost.importing.rules.histories import (
    Importer,
    SourceComponent,
    SourceEntry,
    SourceHistory,
    SourceUpdate,
)

CASES = Path(__file__).parent.parent / "cases/import_status"


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "site").mkdir()
    monkeypatch.chdir(tmp_path / "site")
    return tmp_path / "site"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["import", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """Serve the documents where a Statuspage has them."""
    folder = tmp_path / "served/api/v2"
    folder.mkdir(parents=True)
    for file in (CASES / "statuspage").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "served")))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_is_read_from_its_address_as_from_saved_files(page: str, site: Path, tmp_path: Path) -> None:
    code, out, err = run("statuspage", page)
    assert code == 0
    report = "Imported 8 incidents, 2 maintenances, 4 components. 11 files are new. 10 things need a look.\n"
    assert out == report
    assert "incidents.json: noupdates001:1:1: warning import: It names no component." in err
    (tmp_path / "other").mkdir()
    assert run("statuspage", str(CASES / "statuspage"), "--site", str(tmp_path / "other"))[1] == report
    for file in (site / "status").rglob("*.*"):
        assert file.read_bytes() == (tmp_path / "other" / file.relative_to(site)).read_bytes()


@pytest.mark.parametrize("end", ["/", "/api/v2/summary.json", "/api/v2/", "?page=2#x"])
def test_any_form_of_the_address_will_do(end: str, page: str) -> None:
    assert run("statuspage", f"{page}{end}", "--dry-run")[1].startswith(
        "Would import 8 incidents, 2 maintenances"
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://status.example.com", "Expected an address that begins with https://."),
        ("ftp://status.example.com", "Expected an address that begins with https://."),
        ("file:///etc/passwd", "Expected an address that begins with https://."),
        ("https://", "Leave name and password out"),
        ("https://me:secret@status.example.com", "Leave name and password out"),
        ("https://[::1", "This is no address."),
    ],
)
def test_an_address_that_nobody_should_believe_is_refused(address: str, words: str, site: Path) -> None:
    code, out, err = run("statuspage", address)
    assert (code, out) == (1, "")
    assert words in err
    assert "secret" not in err
    assert list(site.iterdir()) == []


def test_a_page_that_is_not_there_or_too_large_is_told_of(
    page: str, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        "The page cannot be read: the server answered with HTTP status 404."
        in run("statuspage", f"{page}/x")[2]
    )
    monkeypatch.setattr(statuspage, "MAX_SIZE", 100)
    code, _, err = run("statuspage", page)
    assert code == 1
    assert "the answer is larger than" in err
    assert list(site.iterdir()) == []


def test_programs_read_what_was_done(site: Path) -> None:
    code, out, err = run("cstate", str(CASES / "cstate"), "--dry-run", "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert {key: report[key] for key in ("dry_run", "incidents", "maintenances", "components")} == {
        "dry_run": True,
        "incidents": 4,
        "maintenances": 0,
        "components": 3,
    }
    assert report["files"][:2] == [
        {"path": "status/status.yml", "from": "page", "fate": "new"},
        {
            "path": "status/incidents/2020-04-13-a-major-outage.md",
            "from": "issues/2020-04-13-a-major-outage.md",
            "fate": "new",
        },
    ]
    assert {problem["code"] for problem in report["problems"]} == {"import"}
    assert list(site.iterdir()) == []


def test_an_import_of_cstate_says_what_it_did(site: Path) -> None:
    code, out, _ = run("cstate", str(CASES / "cstate"))
    assert code == 0
    assert (
        out == "Imported 4 incidents, 0 maintenances, 3 components. 5 files are new. 5 things need a look.\n"
    )
    assert len(list((site / "status/incidents").iterdir())) == 4
    assert "0 files are new" in run("cstate", str(CASES / "cstate"))[1]


def test_every_importer_is_a_command_that_shows_its_own_name() -> None:
    _, out, _ = run("--help")
    for name, importer in IMPORTERS.items():
        assert name == importer.name
        assert f"\n  {name} " in out
        code, text, _ = run(name, "--help")
        assert code == 0
        assert f"[OPTIONS] {importer.argument}\n" in text
        assert f"Example: waypost import {name} " in text
    modules = {path.stem for path in Path(importers.__file__).parent.glob("*.py")}
    assert set(IMPORTERS) <= modules


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register an importer of a line for each incident: its time and its title."""

    def read(place: str) -> SourceHistory:
        rows = (line.split(" ", 1) for line in Path(place).read_text(encoding="utf-8").splitlines())
        return SourceHistory(
            name="Toys",
            url="https://toys.example/",
            components=(SourceComponent("Shop"),),
            entries=tuple(
                SourceEntry(
                    origin=f"{place}: {title}",
                    title=title,
                    impact=Impact.MINOR,
                    components={"Shop": ComponentStatus.PARTIAL_OUTAGE},
                    updates=[SourceUpdate("investigating", datetime.fromisoformat(at), "It is down.")],
                )
                for at, title in rows
            ),
        )

    text = "Bring in a list of lines.\n\nExample: waypost import toy list.txt"
    monkeypatch.setitem(IMPORTERS, "toy", Importer("toy", "FILE", text, read))
    importlib.reload(import_)
    yield
    monkeypatch.undo()
    importlib.reload(import_)


@pytest.mark.usefixtures("toy")
def test_an_importer_is_one_record(site: Path) -> None:
    (site.parent / "list.txt").write_text("2026-11-20T10:00:00+00:00 The shop was down\n", encoding="utf-8")
    assert "\n  toy " in run("--help")[1]
    code, out, err = run("toy", "../list.txt")
    assert (code, err) == (0, "")
    assert out == "Imported 1 incident, 0 maintenances, 1 component. 2 files are new. Nothing needs a look.\n"
    written = (site / "status/incidents/2026-11-20-the-shop-was-down.md").read_text(encoding="utf-8")
    assert "components: {shop: partial_outage}" in written
