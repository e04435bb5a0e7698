from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waypost.formats.observations import Ping, PingKind
from waypost.monitor import heartbeats
from waypost.monitor.heartbeats import Spool

START = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
GOOD = (
    '{"component": "backups", "check": "heartbeat-1", "at": "2026-11-21T02:30:00+00:00",'
    ' "kind": "start", "exit_code": null}'
)


def ping(seconds: float, kind: PingKind = PingKind.SUCCESS, code: int | None = None) -> Ping:
    return Ping("backups", "heartbeat-1", START + timedelta(seconds=seconds), kind, code)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "waypost.db")


def test_what_was_put_waits_oldest_first_until_it_is_forgotten(spool: Spool) -> None:
    assert spool.waiting() == [], "a poller that never heard of a job has no folder"
    reports = [ping(0.5, PingKind.START), ping(7), ping(100, PingKind.FAIL, 3)]
    for item in reversed(reports):
        spool.put(item)
    assert [item for _, item in spool.waiting()] == reports
    assert [item for _, item in Spool(spool.folder.parent / "waypost.db").waiting()] == reports
    first, *_ = spool.waiting()
    spool.forget([first[0], first[0]])
    assert [item for _, item in spool.waiting()] == reports[1:]


def test_the_offset_of_a_report_does_not_matter(spool: Spool) -> None:
    at = datetime.fromisoformat("2026-11-21T03:30:00.250+01:00")
    spool.put(Ping("backups", "heartbeat-1", at))
    [(_, found)] = spool.waiting()
    assert found == Ping("backups", "heartbeat-1", at)


def test_half_a_file_is_not_seen(spool: Spool) -> None:
    spool.put(ping(0))
    (spool.folder / ".1763692200.000000-aa").write_text('{"comp')
    assert len(spool.waiting()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nothing",
        "[" * 1500,
        GOOD.replace("start", "other"),
        GOOD.replace("+00:00", ""),
        GOOD.replace("2026", "year"),
        GOOD.replace("null", '"0"'),
        GOOD.replace("null", "true"),
        GOOD.replace("backups", "b" * 3000),
    ],
)
def test_a_file_that_is_no_report_is_named_so_that_it_can_be_removed(spool: Spool, text: str) -> None:
    spool.folder.mkdir()
    strange = spool.folder / "1763692200.000000-aa.json"
    strange.write_text(text)
    assert spool.waiting() == [(strange, None)]
    strange.write_text(GOOD)
    assert spool.waiting() == [(strange, ping(0, PingKind.START))]


def test_a_flood_is_taken_in_parts(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "MOST_FILES", 3)
    for number in range(5):
        spool.put(ping(number))
    spool.forget(path for path, _ in spool.waiting())
    assert [item for _, item in spool.waiting()] == [ping(3), ping(4)]
