from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from helpers.hostile_servers import check
from waypost.formats.checks import KINDS, CheckBase, Confirmation, HttpCheck, TcpCheck, kind_of
from waypost.formats.expectations import CodeRange, Expect, Expression
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Component

EVERY_KIND: dict[str, dict[str, Any]] = {
    "http": {"http": "https://www.example.com/"},
    "tcp": {"tcp": "mail.example.com:25"},
    "tls": {"tls": "www.example.com:443"},
    "dns": {"dns": "www.example.com"},
    "heartbeat": {"heartbeat": {"every": "5m"}},
    "statuspage": {"statuspage": "https://status.example.com/"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_known_by_its_key(kind: str) -> None:
    built = check(**EVERY_KIND[kind])
    assert (type(built), kind_of(built)) == (KINDS[kind], kind)
    assert check_again(built) is not None


def check_again(built: CheckBase) -> CheckBase:
    """Put a check that is built already into a component."""
    return Component(id="a", name="A", checks=(built,)).checks[0]  # type: ignore[arg-type]  # of the union


def test_ids_come_from_the_kind_and_the_place() -> None:
    keys = [*EVERY_KIND.values(), {"tcp": "a:1", "tls": True}, {"http": "http://a/", "id": "own"}]
    named = TypeAdapter(Component).validate_python({"id": "a", "name": "A", "checks": keys}).named_checks
    assert [name for name, _ in named] == [
        *("http-1", "tcp-2", "tls-3", "dns-4", "heartbeat-5", "statuspage-6", "tcp-7", "own")
    ]


SECRETS = (
    {
        "http": "https://a.example/?key=s-secret",
        "method": "POST",
        "headers": {"X-Key": "s-secret"},
        "body": "s-secret",
    },
    {"http": "https://me:s-secret@a.example/", "auth": {"bearer": "s-secret"}},
    {"http": "https://a.example/", "auth": {"basic": {"user": "s-secret", "password": "s-secret"}}},
    {"http": "https://a.example/", "expect": {"body_json": {"$.s-secret": 1}, "headers": {"A": "s-secret"}}},
    {"tcp": "a.example:1", "send": "AUTH s-secret", "expect": {"contains": "s-secret"}},
    {"statuspage": "https://a.example/?key=s-secret"},
)


@pytest.mark.parametrize("keys", SECRETS)
def test_secrets_are_not_shown_by_a_check(keys: dict[str, Any]) -> None:
    built = check(**keys)
    assert "s-secret" in str(dataclasses.asdict(built))
    assert "secret" not in repr(built)
    assert "secret" not in repr(Component(id="a", name="A", checks=(built,)))  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(
    ("written", "ranges", "shown"),
    [
        (200, [(200, 200)], "200"),
        ("204", [(204, 204)], "204"),
        ("2xx", [(200, 299)], "2xx"),
        ("200-299", [(200, 299)], "2xx"),
        ("200-204", [(200, 204)], "200-204"),
        ([200, "3xx"], [(200, 200), (300, 399)], "200 3xx"),
        (CodeRange(500, 500), [(500, 500)], "500"),
    ],
)
def test_status_codes_are_read_in_every_form(written: Any, ranges: list[Any], shown: str) -> None:
    status = Expect(status=written).status
    assert list(status) == ranges
    assert " ".join(map(str, status)) == shown


@pytest.mark.parametrize(
    "written", [99, 600, True, 200.0, "2x", "600", "299-200", "200-", "", [], [[200]], None]
)
def test_what_is_no_status_code_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        Expect(status=written)


def test_the_default_is_any_success_and_redirects_are_followed_unless_expected() -> None:
    assert [str(codes) for codes in Expect().status] == ["2xx"]
    assert Expect().follows
    assert Expect(status=404).follows
    assert not any(Expect(status=status).follows for status in (301, "3xx", "200-301", ["2xx", 399]))


@pytest.mark.parametrize(
    ("written", "size"),
    [(1, 1), ("500", 500), ("5kB", 5000), ("5 KiB", 5120), ("2MB", 2_000_000), ("16MiB", 16 * 1024 * 1024)],
)
def test_sizes_are_read_with_their_units(written: Any, size: int) -> None:
    assert Expect(max_size=written).max_size == size


@pytest.mark.parametrize("written", [0, -1, "17MiB", "1GB", "1.5MB", "MB", True, 1.0])
def test_what_is_no_size_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        Expect(max_size=written)


@pytest.mark.parametrize(
    ("period", "often"),
    [({"every": "5m"}, 60), ({"every": "1m"}, 15), ({"every": "2s"}, 1), ({"cron": "0 3 * * *"}, 60)],
)
def test_a_heartbeat_is_judged_several_times_in_its_period(period: dict[str, str], often: int) -> None:
    built = check(heartbeat=period)
    assert built.every == timedelta(seconds=often)
    assert built.timeout <= built.every


def test_heartbeats_and_status_pages_are_believed_at_once_unless_told_otherwise() -> None:
    for keys in (EVERY_KIND["heartbeat"], EVERY_KIND["statuspage"]):
        assert (check(**keys).policy.down_after, check(**keys).policy.up_after) == (1, 1)
        told = check(**keys, policy={"down_after": 3, "retry_every": "10s"}).policy
        assert told == Confirmation(down_after=3, up_after=1, retry_every=timedelta(seconds=10))
    assert check(**EVERY_KIND["http"]).policy == Confirmation()


def test_what_a_silent_source_says() -> None:
    quiet = {kind: check(**keys).unanswered for kind, keys in EVERY_KIND.items()}
    assert quiet.pop("statuspage") is ComponentStatus.NO_DATA
    assert set(quiet.values()) == {ComponentStatus.MAJOR_OUTAGE}


def test_days_of_warning_are_those_of_kinds_that_see_a_certificate() -> None:
    days = {kind: check(**keys).warn_days for kind, keys in EVERY_KIND.items()}
    assert days == {"http": 14, "tcp": 0, "tls": 14, "dns": 0, "heartbeat": 0, "statuspage": 0}
    assert check(tcp="a:1", tls=True, expect={"certificate_days": 3}).warn_days == 3
    assert check(tls="a:1", expect={"certificate_days": 0}).warn_days == 0


def test_texts_that_only_libraries_read_are_named_with_their_place() -> None:
    expect = {"body_matches": "a", "body_json": {"$.b": {"matches": "c"}}, "headers": {"D": {"matches": "e"}}}
    assert check(http="http://a/", expect=expect).expressions() == [
        Expression("pattern", ("expect", "body_matches"), "a"),
        Expression("json-path", ("expect", "body_json", "$.b"), "$.b"),
        Expression("pattern", ("expect", "body_json", "$.b", "matches"), "c"),
        Expression("pattern", ("expect", "headers", "D", "matches"), "e"),
    ]
    assert check(tcp="a:1", expect={"matches": "f"}).expressions() == [
        Expression("pattern", ("expect", "matches"), "f")
    ]
    schedule = [Expression("cron", ("heartbeat", "cron"), "0 3 * * *")]
    assert check(heartbeat={"cron": "0 3 * * *"}).expressions() == schedule
    assert all(not check(**keys).expressions() for keys in EVERY_KIND.values())


@pytest.mark.parametrize(
    "keys",
    [
        {"http": "https://a.example/", "headers": {"X-Key": "a\nb"}},
        {"http": "https://a.example/", "headers": {"X-Key": "ä"}},
        {"http": "https://a.example/", "headers": {"X:Y": "a"}},
        {"http": "https://a.example/", "headers": {"Transfer-Encoding": "chunked"}},
        {"http": "https://a.example/", "auth": {"bearer": "a\r\nX: y"}},
        {"tls": "a.example"},
        {"dns": "a..example"},
        {"dns": "a example"},
        {"dns": "x" * 64 + ".example"},
        {"dns": "2001:db8::1", "record": "AAAA"},
        {"dns": "a.example", "resolver": "ns.example:0"},
        {"heartbeat": {"every": "5m", "grace": "0s"}},
    ],
)
def test_what_cannot_be_asked_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check(**keys)


def test_what_can_be_asked_in_unusual_ways_is_not_refused() -> None:
    for keys in (
        {"dns": "_dmarc.example.com.", "record": "TXT"},
        {"dns": "2001:db8::1", "record": "PTR", "resolver": "2001:db8::53"},
        {"dns": "bücher.example", "resolver": "[2001:db8::53]:5353"},
        {"dns": "a.example", "resolver": "ns.example"},
        {"http": "https://a.example/", "headers": {"Host": "b.example"}},
        {"tcp": "[::1]:25"},
    ):
        assert check(**keys).timeout == timedelta(seconds=10)


def test_a_check_is_the_same_as_one_that_is_written_the_same() -> None:
    for keys in EVERY_KIND.values():
        assert check(**keys) == check(**keys)
    assert HttpCheck(http="http://a/") != HttpCheck(http="http://b/")
    assert TcpCheck(tcp="a:1") != TcpCheck(tcp="a:1", tls=True)
