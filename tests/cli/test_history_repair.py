"""waypost history repair: what it says to people and to programs, and how it ends."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.histories import DAY, quiet_days
from helpers.outboxes import endpoint
from helpers.sites import minimal_site
from helpers.stores import Store
from waypost.base.clock import utc_now
from waypost.base.database.schema import endpoint as endpoints
from waypost.cli import main
from waypost.formats.observations import Series
from waypost.formats.status import ComponentStatus, StateChange
from waypost.formats.status_site import History
from waypost.monitor.store.opening import opened_to_write
from waypost.reading.rules.history import merged
from waypost.reading.site import Site

WEB = Series("web", "http-1")
NOW = utc_now()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.delenv("WAYPOST_DATABASE", raising=False)
    site = minimal_site(tmp_path / "site")
    monkeypatch.chdir(site.root)
    return site


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["history", "repair", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def fill(site: Site) -> History:
    """Let the last days be well, and a day in the future not."""
    at = NOW + 9 * DAY
    outage = StateChange(WEB.component, WEB.check, at, ComponentStatus.MAJOR_OUTAGE, at, "HTTP status 503")
    history = merged(
        quiet_days((NOW - 3 * DAY).date(), 2, WEB), quiet_days((at - DAY).date(), 1, WEB), History((outage,))
    )
    with opened_to_write(site.database_url) as database:
        store = Store(database)
        store.import_rows(history)
        store.add_digest(at.date(), "0" * 64)
    return read(site)


def read(site: Site) -> History:
    with opened_to_write(site.database_url) as database:
        return Store(database).history()


def test_a_database_without_later_rows_stays_as_it_is(site: Site) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("Nothing is later than ")
    assert out.endswith(" UTC. Nothing was changed.\n")
    assert run("--dry-run")[0] == 0
    assert run("--restore") == (0, "No row of history is set aside. Nothing was changed.\n", "")


def test_a_dry_run_only_says_what_would_be_done(site: Site) -> None:
    before = fill(site)
    code, out, err = run("--dry-run")
    assert (code, err) == (1, "")
    assert out.startswith("Would be set aside, because later than ")
    assert sorted(out.splitlines()[1:]) == [
        "  1 sealed day",
        "  1 stretch of watched time",
        "  2 state changes",
    ]
    assert read(site) == before


def test_later_rows_are_set_aside_and_put_back(site: Site) -> None:
    before = fill(site)
    code, out, err = run()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Set aside, because later than ")
    assert lines[-1] == "The rows are kept. `waypost history repair --restore` puts those of history back."
    assert max(row.end for row in read(site).coverage) < NOW
    assert [change.status for change in read(site).changes] == [ComponentStatus.OPERATIONAL]
    assert run()[1].startswith("Nothing is later than ")
    code, out, err = run("--restore")
    assert (code, err) == (0, "")
    assert sorted(out.splitlines()) == [
        "  1 sealed day",
        "  1 stretch of watched time",
        "  2 state changes",
        "Put back:",
    ]
    assert read(site) == before


def test_a_time_may_be_named_and_programs_get_numbers(site: Site) -> None:
    fill(site)
    after = (NOW - 2 * DAY).replace(microsecond=0)
    code, out, err = run("--after", after.isoformat(), "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["after"] == after.isoformat()
    assert found["dry_run"] is False
    assert found["removed"]["state_change"] == 2
    assert found["changed"]["coverage"] == 1
    assert max(row.end for row in read(site).coverage) == after


def test_a_time_without_an_offset_and_options_that_contradict_are_refused(site: Site) -> None:
    code, _, err = run("--after", "2026-11-20T10:02:00")
    assert code == 2
    assert "Write a time with its offset, such as 2026-11-20T10:02:00+01:00." in err
    code, _, err = run("--restore", "--dry-run")
    assert code == 2
    assert "--restore goes with neither --after nor --dry-run." in err


def test_deliveries_wait_for_no_time_of_a_wrong_clock(site: Site) -> None:
    with opened_to_write(site.database_url) as database:
        store = Store(database)
        store.outbox.register([endpoint("acme"), endpoint("beta")], NOW + 9 * DAY)
        with database.write() as connection:
            at = round((NOW + 9 * DAY).timestamp() * 1000)
            connection.execute(
                endpoints.update().where(endpoints.c.id == "acme").values(next_at=at, failing_since=at)
            )
            connection.execute(
                endpoints.update()
                .where(endpoints.c.id == "beta")
                .values(disabled_at=at, disabled_reason="nothing but failures for 5 days")
            )
    code, out, _ = run()
    assert code == 0
    assert "endpoints of subscribers, of which the earlier part stays" in out
    with opened_to_write(site.database_url) as database:
        acme, beta = Store(database).outbox.endpoints()
    assert acme.next_at is not None
    assert acme.next_at < utc_now() + timedelta(minutes=1)
    assert acme.failing_since is None
    assert beta.disabled is None
