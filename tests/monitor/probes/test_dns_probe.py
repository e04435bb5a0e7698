from __future__ import annotations

from datetime import timedelta
from typing import Any

import dns.flags
import dns.message
import pytest

from helpers.hostile_servers import Answerer, NameServer, closed_port, records, run
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes import dns as dns_probe
from waypost.monitor.probes.result import ProbeResult

OPERATIONAL, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
LATE = "no complete answer within 0.5 s"
NAME = "www.example.com"


def probed(answer: Answerer, over_tcp: Answerer | None = None, **keys: Any) -> ProbeResult:
    with NameServer(answer, over_tcp) as server:
        return run(**{"dns": NAME, "resolver": server.place, "timeout": "500ms", **keys})


@pytest.mark.parametrize(
    ("texts", "keys", "reason"),
    [
        (["A 192.0.2.1"], {}, ""),
        ([], {}, "there is no A record"),
        ([], {"expect": {"values": []}}, ""),
        (
            ["A 192.0.2.1"],
            {"expect": {"values": []}},
            "the A records are not what is expected; found: 192.0.2.1",
        ),
        (["A 192.0.2.1", "A 192.0.2.2"], {"expect": {"values": ["192.0.2.2", "192.0.2.1"]}}, ""),
        (
            ["A 192.0.2.1", "A 192.0.2.2"],
            {"expect": {"values": ["192.0.2.1"]}},
            "the A records are not what is expected; found: 192.0.2.1, 192.0.2.2",
        ),
        (["A 192.0.2.1", "A 192.0.2.2"], {"expect": {"contains": ["192.0.2.1"]}}, ""),
        (
            ["A 192.0.2.1"],
            {"expect": {"contains": ["192.0.2.9"]}},
            "the A records are not what is expected; found: 192.0.2.1",
        ),
        (["AAAA 2001:db8::1"], {"record": "AAAA", "expect": {"values": ["2001:DB8:0::1"]}}, ""),
        (["MX 10 Mail.example.com."], {"record": "MX", "expect": {"values": ["10 mail.example.com"]}}, ""),
        (
            ["NS a.example.", "NS b.example."],
            {"record": "NS", "expect": {"values": ["b.example.", "A.example"]}},
            "",
        ),
        (['TXT "v=spf1 " "-all"'], {"record": "TXT", "expect": {"values": ["v=spf1 -all"]}}, ""),
        (
            ['TXT "Case"'],
            {"record": "TXT", "expect": {"values": ["case"]}},
            "the TXT records are not what is expected; found: Case",
        ),
        (
            ['CAA 0 issue "ca.example"'],
            {"record": "CAA", "expect": {"values": ['0 issue "ca.example"']}},
            "",
        ),
        (["SRV 1 2 443 a.example."], {"record": "SRV", "expect": {"values": ["1 2 443 a.example"]}}, ""),
        (["SOA a.example. b.example. 7 1 1 1 1"], {"record": "SOA"}, ""),
        (["CNAME a.example."], {"record": "CNAME", "expect": {"values": ["a.example"]}}, ""),
        (["CNAME a.example."], {}, "there is no A record"),
        (["TXT hello"], {}, "there is no A record"),
    ],
)
def test_records_are_judged_by_what_is_expected(texts: list[str], keys: dict[str, Any], reason: str) -> None:
    result = probed(records(*texts), **keys)
    assert (result.status, result.reason) == (DOWN if reason else OPERATIONAL, reason)


def test_only_the_name_itself_is_asked_for() -> None:
    with NameServer(records("A 192.0.2.1")) as server:
        run(dns="intern", resolver=server.place)
    assert [str(query.question[0].name) for query in server.asked] == ["intern."]
    assert server.asked[0].flags & dns.flags.RD


def test_aliases_are_followed_within_the_answer() -> None:
    def answer(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        for owner, kind, value in (("a.example.", "A", "192.0.2.7"), (f"{NAME}.", "CNAME", "A.example.")):
            response.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, value))
        return response.to_wire()

    assert probed(answer, expect={"values": ["192.0.2.7"]}).status is OPERATIONAL


def test_aliases_that_lead_round_in_a_circle_end() -> None:
    result = probed(records(f"CNAME {NAME}."))
    assert (result.status, result.reason) == (
        DOWN,
        "the name leads from alias to alias without an end",
    )


def test_an_address_is_looked_up_backwards() -> None:
    with NameServer(records("PTR host.example.")) as server:
        result = run(
            dns="192.0.2.1", record="PTR", resolver=server.place, expect={"values": ["host.example"]}
        )
    assert result.status is OPERATIONAL
    assert str(server.asked[0].question[0].name) == "1.2.0.192.in-addr.arpa."


@pytest.mark.parametrize("code", ["NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR"])
def test_a_response_code_is_told_and_can_be_what_is_expected(code: str) -> None:
    result = probed(records(code=code))
    assert (result.status, result.reason) == (DOWN, f"the name server said {code}, expected NOERROR")
    assert probed(records(code=code), expect={"rcode": code}).status is OPERATIONAL
    result = probed(records("A 192.0.2.1"), expect={"rcode": code})
    assert result.reason == f"the name server said NOERROR, expected {code}"


def test_another_name_server_may_know_better(monkeypatch: pytest.MonkeyPatch) -> None:
    with NameServer(records(code="SERVFAIL")) as broken, NameServer(records("A 192.0.2.1")) as good:
        servers = [("127.0.0.1", broken.port), ("127.0.0.1", good.port)]
        monkeypatch.setattr(dns_probe, "_servers", lambda _: servers)
        assert run(dns=NAME, timeout="2s").status is OPERATIONAL


def test_a_dead_name_server_does_not_take_all_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with NameServer(lambda _: None) as dead, NameServer(records("A 192.0.2.1")) as good:
        servers = [("127.0.0.1", dead.port), ("127.0.0.1", good.port)]
        monkeypatch.setattr(dns_probe, "_servers", lambda _: servers)
        assert run(dns=NAME, timeout="2s").status is OPERATIONAL


def test_a_lost_packet_is_sent_again() -> None:
    lost: list[int] = []

    def answer(query: dns.message.Message) -> bytes | None:
        lost.append(1)
        return None if len(lost) == 1 else records("A 192.0.2.1")(query)

    assert probed(answer, timeout="2s").status is OPERATIONAL


def another_id(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.id = (query.id + 1) % 65536
    return response.to_wire()


def another_question(query: dns.message.Message) -> bytes:
    other = dns.message.make_query("evil.example", "A")
    other.id = query.id
    return records("A 192.0.2.66")(other)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: None,
        another_id,
        another_question,
        lambda _: b"garbage",
        lambda _: b"",
        lambda _: b"\xff" * 4000,
    ],
    ids=["silence", "another id", "another question", "garbage", "nothing", "much garbage"],
)
def test_what_is_not_our_answer_is_waited_past_until_the_deadline(answer: Answerer) -> None:
    result = probed(answer)
    assert (result.status, result.reason) == (DOWN, LATE)
    assert result.latency < timedelta(seconds=0.5 + 2)


def truncated(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire()


def test_an_answer_that_does_not_fit_is_fetched_over_tcp() -> None:
    many = [f"A 192.0.{number // 250}.{number % 250}" for number in range(1000)]
    result = probed(truncated, records(*many), timeout="5s", expect={"contains": ["192.0.3.249"]})
    assert result.status is OPERATIONAL


@pytest.mark.parametrize("over_tcp", [lambda _: None, lambda _: b"garbage"], ids=["closed", "garbage"])
def test_a_truncated_answer_without_its_rest_is_a_failure(over_tcp: Answerer) -> None:
    result = probed(truncated, over_tcp)
    assert result.status is DOWN
    assert result.reason in (
        "the connection was closed early",
        "the answer of the name server cannot be read",
        LATE,
    )


def test_nobody_there() -> None:
    result = run(dns=NAME, resolver=f"127.0.0.1:{closed_port()}", timeout="500ms")
    assert (result.status, result.reason) == (DOWN, LATE)


def test_hostile_records_are_shown_as_one_short_line() -> None:
    evil = 'TXT "' + "\\010<script>\\226\\128\\174" * 15 + '"'
    reason = probed(records(evil), record="TXT", expect={"values": ["ok"]}).reason
    assert reason.isprintable()
    assert len(reason) <= 200


def test_the_systems_name_servers_are_asked_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class System:
        nameservers = ("192.0.2.53", "2001:db8::53")

    monkeypatch.setattr(dns_probe.dns.resolver, "Resolver", System)
    asked: list[tuple[str, int]] = []

    def exchange(query: dns.message.Message, address: str, port: int, _: float) -> dns.message.Message:
        asked.append((address, port))
        return dns.message.from_wire(records("A 192.0.2.1")(query))

    monkeypatch.setattr(dns_probe, "_exchange", exchange)
    assert run(dns=NAME).status is OPERATIONAL
    assert asked == [("192.0.2.53", 53)]
