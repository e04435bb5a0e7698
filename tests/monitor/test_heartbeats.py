from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.stores import Store
from waypost.base.database.engine import StoreError
from waypost.base.faults import FaultKind, Faults
from waypost.base.net.request_server import ListenRefused, listening
from waypost.formats.checks import Heartbeat, HeartbeatCheck, HttpCheck
from waypost.formats.observations import Ping, PingKind
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.monitor import heartbeats
from waypost.monitor.heartbeat_listener import heartbeat_route, require_key
from waypost.monitor.heartbeats import HeartbeatReceiver, Intake, UnknownHeartbeat, report
from waypost.monitor.io.heartbeat_spool import Spool
from waypost.monitor.rules.heartbeats import heartbeat_names, newest_reports, read_ping

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BEAT = Heartbeat(every=timedelta(hours=1), grace=timedelta(minutes=5))
CONFIG = StatusConfig(
    page=PageConfig(name="Status", url="https://help.example.org/status/"),
    components=(
        Component(id="backups", name="Backups", checks=(HeartbeatCheck(heartbeat=BEAT),)),
        Component(
            id="mail",
            name="Mail",
            checks=(
                HttpCheck(http="http://127.0.0.1:9/"),
                HeartbeatCheck(id="import", heartbeat=BEAT),
                HeartbeatCheck(id="export", heartbeat=BEAT),
            ),
        ),
    ),
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'waypost.db'}"


def test_a_job_is_called_by_its_component_or_by_component_and_check() -> None:
    assert heartbeat_names(CONFIG) == {
        "backups": ("backups", "heartbeat-1"),
        "backups/heartbeat-1": ("backups", "heartbeat-1"),
        "mail/import": ("mail", "import"),
        "mail/export": ("mail", "export"),
    }


@pytest.mark.parametrize(
    ("word", "kind", "code"),
    [
        ("", PingKind.SUCCESS, None),
        ("success", PingKind.SUCCESS, None),
        ("start", PingKind.START, None),
        ("fail", PingKind.FAIL, None),
        ("0", PingKind.SUCCESS, 0),
        ("1", PingKind.FAIL, 1),
        ("255", PingKind.FAIL, 255),
    ],
)
def test_a_word_says_how_a_job_is(word: str, kind: PingKind, code: int | None) -> None:
    assert read_ping(("a", "b"), word, NOW) == Ping("a", "b", NOW, kind, code)


@pytest.mark.parametrize("word", ["256", "-1", "done", "٣", "1.0", "9" * 5000])
def test_anything_else_is_no_report(word: str) -> None:
    assert read_ping(("a", "b"), word, NOW) is None


def beat(seconds: float, kind: PingKind = PingKind.SUCCESS, job: str = "backups") -> Ping:
    return Ping(job, "heartbeat-1", NOW + timedelta(seconds=seconds), kind)


def test_of_many_reports_the_newest_of_each_kind_and_job_count_in_their_order() -> None:
    reports = [beat(-9), beat(-3), beat(-5, PingKind.START), beat(-7, PingKind.START), beat(-4, job="other")]
    newest = [beat(-5, PingKind.START), beat(-4, job="other"), beat(-3)]
    assert newest_reports(reports, NOW) == newest
    assert newest_reports(newest, NOW) == newest


def test_reports_later_than_now_keep_their_order_up_to_now() -> None:
    reports = [beat(-1, PingKind.FAIL), beat(3600, PingKind.START), beat(3601), beat(60, job="other")]
    assert newest_reports(reports, NOW) == [
        beat(-1, PingKind.FAIL),
        beat(0, job="other"),
        beat(-0.001, PingKind.START),
        beat(0),
    ]


def test_a_report_is_kept_though_no_poller_runs_and_taken_in_once(url: str, tmp_path: Path) -> None:
    report(CONFIG, url, "backups", "start", NOW)
    report(CONFIG, url, "backups", "", NOW + timedelta(minutes=3))
    assert not (tmp_path / "waypost.db").exists(), "the database has one writer, and it is not this one"
    with closing(Store(url)) as store:
        intake = Intake(tmp_path / "waypost.db", Faults())
        assert intake.step(store, NOW + timedelta(minutes=3)) == 2
        assert intake.step(store, NOW + timedelta(minutes=3)) == 0
        pings = store.pings()["backups", "heartbeat-1"]
    assert (pings.start, pings.success, pings.fail) == (NOW, NOW + timedelta(minutes=3), None)


def test_reports_stay_where_they_are_while_the_store_cannot_be_used(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(CONFIG, url, "backups", "", NOW)
    spool = Spool(tmp_path / "waypost.db")
    with closing(Store(url)) as store:

        def fail(*_: object) -> None:
            raise StoreError("The disk is full.")

        monkeypatch.setattr(store, "ping", fail)
        with pytest.raises(StoreError):
            Intake(tmp_path / "waypost.db", Faults()).step(store, NOW)
    assert len(spool.names()) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("backup", "There is no heartbeat 'backup' in status/status.yml. Did you mean 'backups'?"),
        ("zzz", "Heartbeats: backups, backups/heartbeat-1, mail/export, mail/import."),
        ("mail", "There is no heartbeat 'mail'"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_those_that_are(url: str, name: str, expected: str) -> None:
    with pytest.raises(UnknownHeartbeat) as refused:
        report(CONFIG, url, name, "", NOW)
    assert expected in str(refused.value)


def ask(port: int, path: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", path)
        return connection.getresponse().status


@contextmanager
def listener(
    url: str, config: Callable[[], StatusConfig] = lambda: CONFIG, faults: Faults | None = None
) -> Iterator[int]:
    faults = faults or Faults()
    with closing(Store(url)) as store:
        receiver = HeartbeatReceiver(config, url, store, lambda: NOW, faults)
        with listening(("127.0.0.1", 0), [heartbeat_route(receiver.receive, None)], faults) as port:
            yield port


def test_what_is_reported_over_http_is_on_the_disk_before_the_answer(url: str, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "waypost.db")
    with listener(url) as port:
        assert ask(port, "/heartbeat/mail/import/7") == 200
        [name] = spool.names()
        assert spool.read(name) == Ping("mail", "import", NOW, PingKind.FAIL, 7)
        assert ask(port, "/heartbeat/nobody") == 404
        assert ask(port, "/heartbeat/backups/999") == 404
        assert len(spool.names()) == 1


def test_a_report_that_cannot_be_kept_is_answered_so_and_told(url: str, tmp_path: Path) -> None:
    in_the_way = tmp_path / "waypost.db.heartbeats"
    in_the_way.write_text("in the way")
    faults = Faults()
    with listener(url, faults=faults) as port:
        assert ask(port, "/heartbeat/backups") == 503
        assert [fault.kind for fault in faults.present()] == [FaultKind.HEARTBEATS]
        in_the_way.unlink()
        assert ask(port, "/heartbeat/backups") == 200
        assert faults.present() == ()


def test_names_are_worked_out_once_for_each_configuration(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[StatusConfig] = []

    def count(config: StatusConfig) -> Mapping[str, tuple[str, str]]:
        made.append(config)
        return heartbeat_names(config)

    monkeypatch.setattr(heartbeats, "heartbeat_names", count)
    configs = [CONFIG]
    with listener(url, lambda: configs[-1]) as port:
        assert [ask(port, "/heartbeat/backups") for _ in range(3)] == [200, 200, 200]
        assert made == [CONFIG]
        configs.append(replace(CONFIG, components=CONFIG.components[1:]))
        assert [ask(port, f"/heartbeat/{name}") for name in ("backups", "mail/import")] == [404, 200]
        assert len(made) == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104  # it must be refused
def test_without_a_key_only_this_machine_may_report(host: str) -> None:
    require_key(host, "a key")
    with pytest.raises(ListenRefused, match="WAYPOST_HEARTBEAT_KEY"):
        require_key(host, None)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_this_machine_needs_no_key(host: str) -> None:
    require_key(host, None)
