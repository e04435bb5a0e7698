"""A whole process on a machine whose clock is wrong for a while."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from helpers.sites import Running, called, minimal_site, point_checks_at, running, wait_until
from waypost.base.clock import utc_now
from waypost.base.database.engine import StoreError
from waypost.formats.status import ComponentStatus
from waypost.formats.status_site import History
from waypost.monitor.store.reading import read_history

HOUR = timedelta(hours=1)
DAYS = timedelta(days=40)


class Place:
    """A site that is polled each second, on a machine whose clock a test sets."""

    def __init__(self, folder: Path, server: HTTPServer) -> None:
        self.site = minimal_site(folder / "site")
        point_checks_at(self.site, server.url_for("/web"), every="1s")
        self.offset = folder / "offset"
        self.set_clock(timedelta(0))
        self.server = server
        self.answer(200)

    def set_clock(self, ahead: timedelta) -> None:
        new = self.offset.with_suffix(".new")
        new.write_text(str(ahead.total_seconds()), encoding="utf-8")
        new.replace(self.offset)

    def answer(self, status: int) -> None:
        self.server.clear()
        self.server.expect_request("/web").respond_with_data("", status=status)

    @property
    def history(self) -> History:
        try:
            return read_history(self.site.database_url)
        except StoreError:
            # The process that makes it has only begun.
            return History()

    @property
    def now_json(self) -> dict[str, Any]:
        path = self.site.status_output / "now.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def outages(self, before: datetime) -> list[datetime]:
        return [
            change.at
            for change in self.history.changes
            if change.status is ComponentStatus.MAJOR_OUTAGE and change.confirmed_at <= before
        ]

    def published(self, key: str) -> datetime | None:
        value = self.now_json.get(key)
        return datetime.fromisoformat(value) if value else None


@pytest.fixture
def place(tmp_path: Path, server: HTTPServer) -> Iterator[Place]:
    return Place(tmp_path, server)


def polled(place: Place, command: Running, *, after: datetime, before: datetime) -> None:
    """Wait until the check was watched at a moment in between."""

    def has_polled() -> bool:
        assert command.process.poll() is None, command.err
        return any(row.end > after and row.start < before for row in place.history.coverage)

    wait_until(has_polled, f"watched after {after}")


def test_a_clock_that_was_ahead_at_the_start_is_followed_when_it_is_put_right(place: Place) -> None:
    place.set_clock(HOUR / 3)
    with running("run", site=place.site, clock=place.offset) as command:
        polled(place, command, after=utc_now() + HOUR / 6, before=utc_now() + HOUR)
        place.set_clock(timedelta(0))
        begin = utc_now()
        place.answer(503)
        wait_until(lambda: bool(place.outages(utc_now())), "the outage is stored at its time")
        assert begin - timedelta(seconds=2) <= place.outages(utc_now())[0] <= utc_now()
        wait_until(
            lambda: (
                place.now_json.get("indicator") == "major" or place.now_json.get("indicator") == "critical"
            ),
            "the outage is on the page without a restart",
        )
        checked_at = place.published("checked_at")
        made_at = place.published("made_at")
        assert checked_at is not None
        assert made_at is not None
        assert checked_at <= made_at <= datetime.now(UTC)
        for path in place.site.status_output.rglob("*"):
            if path.suffix in {".json", ".xml", ".atom", ".rss", ".ics"}:
                moments = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", path.read_text("utf-8"))
                assert all(datetime.fromisoformat(moment) <= utc_now() for moment in moments), path
        wait_until(
            lambda: any("The clock was set back by 20 min" in line for line in command.err), "it is logged"
        )
        doctor = called("doctor", site=place.site)
        assert "rows of the database are later than now" in doctor.stdout
        assert "The clock was set back by 20 min" in doctor.stdout


def test_what_a_clock_wrote_that_was_days_ahead_is_repaired_and_the_proof_holds(place: Place) -> None:
    with running("run", site=place.site, clock=place.offset) as command:
        polled(place, command, after=utc_now() - HOUR, before=utc_now() + HOUR)
        place.set_clock(DAYS)
        place.answer(503)
        polled(place, command, after=utc_now() + DAYS - HOUR, before=utc_now() + DAYS + HOUR)
        wait_until(lambda: bool(place.outages(utc_now() + DAYS + HOUR)), "an outage in the future")
        place.set_clock(timedelta(0))
        place.answer(200)
        since = utc_now()
        wait_until(
            lambda: any(since < row.end <= utc_now() for row in place.history.coverage), "watched again"
        )
        wait_until(
            lambda: (place.published("made_at") or utc_now() + DAYS) <= utc_now(),
            "the page has the right time",
        )
        repair = called("history", "repair", site=place.site)
        assert repair.returncode == 1
        assert "is polling into this database" in repair.stderr
        assert command.end(signal.SIGTERM, patience=20) == 0
    plan = called("history", "repair", "--dry-run", site=place.site)
    assert plan.returncode == 1
    assert "Would be set aside, because later than" in plan.stdout
    done = called("history", "repair", site=place.site)
    assert done.returncode == 0, done.stderr
    assert re.search(r"\n  \d+ answers of checks\n", done.stdout), done.stdout
    assert "\n  1 state change\n" in done.stdout
    assert not place.outages(utc_now() + DAYS + HOUR)
    assert called("history", "repair", site=place.site).stdout.startswith("Nothing is later than ")
    verify = called("history", "verify", site=place.site)
    assert verify.returncode == 0, verify.stdout
    assert "rows were set aside as written by a wrong clock" in verify.stdout
    assert "later than now" not in called("doctor", site=place.site).stdout
