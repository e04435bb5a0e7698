"""waypost history: what it says to people and to programs, and how it ends."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from helpers.histories import DAY, MemoryStore, quiet_days
from helpers.sites import minimal_site
from helpers.stores import Store, confirm
from waypost.base.clock import utc_now
from waypost.cli import main
from waypost.formats.observations import Series
from waypost.formats.status import ComponentStatus, StateChange
from waypost.formats.status_site import History
from waypost.history.history import export_history, seal_days
from waypost.monitor.store.opening import opened_to_write
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.rules.history import merged
from waypost.reading.site import Site

WEB = Series("web", "http-1")
NOW = utc_now()
# Whole days before today, so that the clock of this machine does not matter.
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
FIRST = (TODAY - 5 * DAY).date()
LAST = (TODAY - 2 * DAY).date()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("WAYPOST_DATABASE", raising=False)
    site = minimal_site(tmp_path / "site")
    monkeypatch.chdir(site.root)
    return site


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["history", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def read(*arguments: str, code: int = 0) -> Any:
    found, out, err = run(*arguments, "--json")
    assert (found, err) == (code, "")
    return json.loads(out)


def rows() -> History:
    at = TODAY - 4 * DAY + timedelta(hours=5)
    outage = StateChange(WEB.component, WEB.check, at, ComponentStatus.MAJOR_OUTAGE, at, "HTTP status 503")
    return merged(quiet_days(FIRST, 4, WEB), History((outage,)))


def fill(site: Site, history: History, *, sealed: bool = True) -> None:
    with opened_to_write(site.database_url) as found:
        store = Store(found)
        store.import_rows(history)
        if sealed:
            confirm(store, TODAY - DAY + timedelta(hours=1))
            seal_days(store, TODAY - DAY + timedelta(hours=1))


def test_an_export_says_what_it_wrote_and_then_that_all_is_there(site: Site) -> None:
    fill(site, rows())
    code, out, err = run("export", "--until", LAST.isoformat())
    assert (code, err) == (0, "")
    names = sorted(path.relative_to(site.root).as_posix() for path in site.root.rglob("history/**/*.tsv"))
    assert sorted(out.splitlines()[:-1]) == [f"Wrote {name}" for name in names]
    assert out.splitlines()[-1] == f"{FIRST} to {LAST}: {len(names)} tables written."
    assert run("export", "--until", LAST.isoformat()) == (
        0,
        f"Every day from {FIRST} to {LAST} is there already; nothing was written.\n",
        "",
    )
    assert read("export", "--until", LAST.isoformat()) == {
        "first": FIRST.isoformat(),
        "until": LAST.isoformat(),
        "written": [],
        "days_with_other_digests": 0,
    }


def test_a_day_that_is_not_over_cannot_be_exported(site: Site) -> None:
    fill(site, rows())
    code, out, err = run("export", "--until", utc_now().date().isoformat())
    assert (code, out) == (2, "")
    assert "may still change. The last day that can be exported now is" in err
    assert run("export", "--until", "yesterday")[0] == 2


def test_there_is_nothing_to_export_without_a_database(site: Site) -> None:
    code, out, err = run("export")
    assert (code, out) == (1, "")
    assert err == "waypost: There is no database yet. Run `waypost poll` or `waypost run` first.\n"
    assert not (site.root / ".waypost").exists()


def test_a_broken_table_stops_everything_with_its_place(site: Site) -> None:
    fill(site, rows())
    folder = site.root / "status/history" / f"{FIRST:%Y-%m}"
    folder.mkdir(parents=True)
    (folder / "uplink.tsv").write_text("from\tuntil\tregion\nnoon\tlater\t\n", encoding="utf-8")
    for command in ("export", "import", "verify"):
        code, out, err = run(command)
        assert (code, out) == (1, "")
        assert f"status/history/{FIRST:%Y-%m}/uplink.tsv:2:1: error bad-value: This row cannot be read" in err


def test_an_import_says_what_it_added(site: Site) -> None:
    source = MemoryStore(rows())
    seal_days(source, TODAY - DAY + timedelta(hours=1))
    export_history(site, source, LAST)
    code, out, err = run("import")
    assert (code, err) == (0, "")
    assert out == (
        "Added 2 state changes, 96 hours of watched time, 0 gaps of the connection and 4 digests.\n"
    )
    assert read("import") == {
        "changes": 0,
        "watched_seconds": 0.0,
        "uplink_gaps": 0,
        "digests": 0,
        "days_left_out": [],
        "first_unproven_day": None,
    }


def test_an_import_that_would_change_sealed_days_says_which(site: Site) -> None:
    fill(site, rows())
    export_history(site, MemoryStore(quiet_days(FIRST, 2, Series("mail", "tcp-1"))), LAST)
    code, out, err = run("import", "status/history")
    assert (code, err) == (1, "")
    assert out.splitlines()[0].startswith("Added 0 state changes, 0 hours")
    assert out.splitlines()[1].startswith("2 days are sealed in the database")
    assert out.splitlines()[2:] == [f"  {FIRST}", f"  {FIRST + timedelta(days=1)}"]
    assert read("import", code=1)["days_left_out"] == [
        FIRST.isoformat(),
        (FIRST + timedelta(days=1)).isoformat(),
    ]


def test_an_import_of_what_is_not_there_is_refused(site: Site) -> None:
    code, _, err = run("import", "nowhere.tsv")
    assert (code, "does not exist" in err) == (2, True)


def test_verify_without_anything_says_so(site: Site) -> None:
    code, out, err = run("verify")
    assert (code, err) == (0, "")
    assert "Not compared: status/history: there is no row yet." in out
    assert "Not compared: There is no site/status/now.json" in out


def test_verify_names_the_day_of_a_row_that_was_changed(site: Site) -> None:
    fill(site, rows())
    run("export", "--until", LAST.isoformat())
    code, out, err = run("verify")
    assert (code, err) == (0, "")
    for source in ("database", "status/history"):
        assert f"{source}: 4 days from {FIRST} to {LAST}: every row is as it was sealed." in out
    table = site.root / "status/history" / f"{TODAY - 4 * DAY:%Y-%m}" / "changes.tsv"
    table.write_text(table.read_text().replace("HTTP status 503", "HTTP status 500"), encoding="utf-8")
    code, out, err = run("verify")
    assert (code, err) == (1, "")
    assert f"status/history: 4 days from {FIRST} to {LAST}: 1 day is not as sealed." in out
    assert f"\n  {(TODAY - 4 * DAY).date()}  sealed as " in out
    found = read("verify", code=1)
    assert found["proven"] is False
    assert [chain["source"] for chain in found["chains"]] == ["database", "status/history"]
    assert [link["day"] for link in found["chains"][1]["broken"]] == [(TODAY - 4 * DAY).date().isoformat()]


def test_verify_lists_the_percentages_that_do_not_follow(site: Site) -> None:
    fill(site, rows())
    publish(site, load_project(site), TODAY + timedelta(hours=2))
    assert re.search(r"^Published .* UTC: (\d+) of \1 values follow from the rows\.$", run("verify")[1], re.M)
    edit = site.output / "status/now.json"
    document = json.loads(edit.read_text(encoding="utf-8"))
    document["components"]["web"]["uptime"]["30d"] = 100.0
    edit.write_text(json.dumps(document), encoding="utf-8")
    code, out, err = run("verify")
    assert (code, err) == (1, "")
    [line] = [line for line in out.splitlines() if line.startswith("  components.")]
    assert re.fullmatch(r"  components\.web\.uptime\.30d: published 100\.0, by the rows \d+\.\d+", line)
    assert "The rows begin on " in out
    found = read("verify", code=1)
    assert [item["what"] for item in found["differences"]] == ["components.web.uptime.30d"]
    assert found["published_at"] == (TODAY + timedelta(hours=2)).isoformat()


def test_every_help_has_an_example() -> None:
    for command in ("export", "import", "verify"):
        code, out, _ = run(command, "--help")
        assert (code, f"Example: waypost history {command}" in out) == (0, True)
