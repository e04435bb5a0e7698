from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waypost.formats.observations import Ping, PingKind
from waypost.monitor.io import heartbeat_spool
from waypost.monitor.io.heartbeat_spool import Spool

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


def waiting(spool: Spool) -> list[Ping | None]:
    return [spool.read(name) for name in spool.names()]


def test_what_was_put_waits_oldest_first_until_it_is_removed(spool: Spool) -> None:
    reports = [ping(0.5, PingKind.START), ping(7), ping(100, PingKind.FAIL, 3)]
    for item in reversed(reports):
        spool.put(item)
    assert waiting(spool) == reports
    assert waiting(Spool(spool.folder.parent / "waypost.db")) == reports
    first, *_ = spool.names()
    spool.remove(first)
    spool.remove(first)
    assert waiting(spool) == reports[1:]


def test_the_offset_of_a_report_does_not_matter(spool: Spool) -> None:
    at = datetime.fromisoformat("2026-11-21T03:30:00.250+01:00")
    spool.put(Ping("backups", "heartbeat-1", at))
    assert waiting(spool) == [Ping("backups", "heartbeat-1", at)]


def test_half_a_file_does_not_wait(spool: Spool) -> None:
    spool.put(ping(0))
    (spool.folder / ".1763692200.000000-aa").write_text('{"comp')
    assert len(spool.names()) == 1


def test_a_report_that_cannot_be_written_leaves_nothing(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.prepare()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        spool.put(ping(0))
    assert list(spool.folder.iterdir()) == []


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
        GOOD.replace("backups", "\\ud800"),
        GOOD.replace("2026-11-21T02:30:00+00:00", "0001-01-01T00:00:00+23:00"),
    ],
)
def test_a_file_that_is_no_report_is_known_as_such(spool: Spool, text: str) -> None:
    spool.prepare()
    strange = spool.folder / "1763692200.000000-aa.json"
    strange.write_text(text)
    assert waiting(spool) == [None]
    strange.write_text(GOOD)
    assert waiting(spool) == [ping(0, PingKind.START)]


def test_what_is_no_file_is_no_report_and_nothing_waits_for_it(spool: Spool) -> None:
    spool.prepare()
    (spool.folder / "1.json").mkdir()
    os.mkfifo(spool.folder / "2.json")
    (spool.folder / "3.json").symlink_to("/dev/zero")
    assert waiting(spool) == [None, None, None]


def test_what_is_set_aside_is_kept_up_to_a_limit(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat_spool, "MOST_SET_ASIDE", 2)
    spool.prepare()
    for number in range(4):
        (spool.folder / f"{number}.json").write_text("{}")
        spool.set_aside(f"{number}.json")
    assert sorted(path.name for path in spool.folder.iterdir()) == ["2.json.bad", "3.json.bad"]
