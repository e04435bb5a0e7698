"""Every kind of check in the registry has its documentation, schema, example, mistakes, and a contract that it keeps.

The contract: over one real server on this machine a good answer is operational, a bad one is the failure
that the check names, a slow one is degraded, and one that cannot be had ends in time with plain words.
A heartbeat asks nobody, and another status page that cannot be read says nothing of the service.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import dns.message
import pytest
import yaml

from helpers.hostile_servers import (
    HARD_BOUND,
    NOW,
    Certificates,
    NameServer,
    Server,
    answering,
    certificates,
    check,
    closed_port,
    records,
    reply,
)
from waypost.base.net import network
from waypost.formats.checks import KINDS, kind_of
from waypost.formats.observations import Pings
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.registry import PROBERS, probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult

ROOT = Path(__file__).resolve().parent.parent
OPERATIONAL, DEGRADED = ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED_PERFORMANCE
PARTIAL, NO_DATA = ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.NO_DATA

Keys = dict[str, Any]
SLOW = {"within": "20ms"}


def late(connection: socket.socket, _: bytes) -> None:
    time.sleep(0.1)
    connection.sendall(reply(b"fine"))


def speak_late(connection: socket.socket, _: bytes) -> None:
    time.sleep(0.1)
    connection.sendall(b"220 ready")
    connection.recv(1)


def late_records(query: dns.message.Message) -> bytes | None:
    time.sleep(0.1)
    return records("A 192.0.2.1")(query)


def summary(indicator: str) -> bytes:
    return reply(json.dumps({"page": {"name": "X"}, "status": {"indicator": indicator}}).encode())


@dataclass(frozen=True)
class Contract:
    """What a kind does with a good, a bad and a slow answer of a server, and with none."""

    good: Keys
    bad: Keys
    slow: Keys | None
    unreachable: Keys
    pings: dict[str, Pings] = field(default_factory=dict)


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certificates]:
    made = certificates(tmp_path_factory.mktemp("certificates"))
    network.verifying.cache_clear()
    network.verifying().load_verify_locations(made.authority)
    yield made
    network.verifying.cache_clear()


@pytest.fixture(scope="module")
def contracts(certs: Certificates) -> Iterator[dict[str, Contract]]:
    with contextlib.ExitStack() as stack:

        def place(handle: Callable[..., None], context: Any = None, *, waits: bool = True) -> str:
            return stack.enter_context(Server(handle, context, waits=waits)).place

        web, slow_web = place(answering(reply(b"fine"))), place(late)
        port, slow_port = place(answering(b"220 ready"), waits=False), place(speak_late, waits=False)
        secure = place(answering(b""), certs.servers["good"], waits=False)
        insecure = place(answering(b""), certs.servers["expired"], waits=False)
        names = stack.enter_context(NameServer(records("A 192.0.2.1"))).place
        slow_names = stack.enter_context(NameServer(late_records)).place
        calm, broken = place(answering(summary("none"))), place(answering(summary("critical")))
        none = f"127.0.0.1:{closed_port()}"
        text, name = {"contains": "220"}, {"dns": "www.example.com"}
        beat = {"heartbeat": {"every": "5m"}}
        hour = timedelta(hours=1)
        yield {
            "http": Contract(
                {"http": f"http://{web}/"},
                {"http": f"http://{web}/", "expect": {"body_contains": "bad"}},
                {"http": f"http://{slow_web}/", "expect": SLOW},
                {"http": f"http://{none}/"},
            ),
            "tcp": Contract(
                {"tcp": port, "expect": text},
                {"tcp": port, "expect": {"contains": "554"}},
                {"tcp": slow_port, "expect": {**text, **SLOW}},
                {"tcp": none, "expect": text},
            ),
            "tls": Contract(
                {"tls": secure},
                {"tls": insecure},
                {"tls": secure, "expect": {"within": "0.001ms"}},
                {"tls": none},
            ),
            "dns": Contract(
                {**name, "resolver": names},
                {**name, "resolver": names, "expect": {"values": ["192.0.2.2"]}},
                {**name, "resolver": slow_names, "expect": SLOW},
                {**name, "resolver": none},
            ),
            "heartbeat": Contract(
                beat,
                beat,
                None,
                beat,
                {"good": Pings(success=NOW), "bad": Pings(success=NOW - hour), "unreachable": Pings()},
            ),
            "statuspage": Contract(
                {"statuspage": f"http://{calm}/"},
                {"statuspage": f"http://{broken}/"},
                None,
                {"statuspage": f"http://{none}/"},
            ),
        }


def keep(contract: Contract, case: str) -> ProbeResult:
    keys = getattr(contract, case)
    wanted = check(**{"timeout": "1s", "fails_as": "partial_outage", **keys})
    started = time.monotonic()
    result = probe(wanted, ProbeContext(now=NOW, pings=contract.pings.get(case, Pings())))
    assert time.monotonic() - started < wanted.timeout.total_seconds() + HARD_BOUND
    assert result.reason.isprintable()
    assert bool(result.reason) or not result.status.is_trouble
    return result


def test_every_kind_has_a_prober_and_a_contract(contracts: dict[str, Contract]) -> None:
    assert set(KINDS.values()) == set(PROBERS)
    assert set(contracts) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_answer_is_operational(kind: str, contracts: dict[str, Contract]) -> None:
    result = keep(contracts[kind], "good")
    assert (result.status, result.reason) == (OPERATIONAL, "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_answer_is_the_failure_that_the_check_names(kind: str, contracts: dict[str, Contract]) -> None:
    assert keep(contracts[kind], "bad").status is PARTIAL


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("heartbeat", "statuspage")])
def test_a_slow_answer_is_degraded(kind: str, contracts: dict[str, Contract]) -> None:
    result = keep(contracts[kind], "slow")
    assert result.status is DEGRADED
    assert "expected within" in result.reason


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_a_failure_or_says_nothing(kind: str, contracts: dict[str, Contract]) -> None:
    wanted = NO_DATA if kind in ("heartbeat", "statuspage") else PARTIAL
    assert keep(contracts[kind], "unreachable").status is wanted


def sections() -> dict[str, str]:
    text = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_each_of_its_own_keys_is_documented(kind: str) -> None:
    text = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
    section = sections()[kind]
    examples = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)]
    assert examples
    # Environment variables are put in where a file is read.
    assert {kind_of(check(**entry)) for example in examples for entry in example["checks"]} == {kind}
    document = json.loads((ROOT / "docs/schema/status.json").read_text(encoding="utf-8"))
    schema = document["$defs"][KINDS[kind].__name__]
    common = {"id", "every", "timeout", "fails_as", "regions", "policy", "expect"}
    for key in set(schema["properties"]) - common - {kind}:
        assert f"`{key}`" in section or f"`{key}:" in section, key
    for key in common:
        assert f"`{key}`" in text, key
    expects = schema["properties"].get("expect", {}).get("$ref", "").rpartition("/")[2]
    for key in document["$defs"].get(expects, {}).get("properties", {}):
        assert f"`{key}" in text, f"{kind}: expect.{key}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_in_the_schema_and_described_in_the_reference(kind: str) -> None:
    schema = json.loads((ROOT / "docs/schema/status.json").read_text(encoding="utf-8"))
    name = KINDS[kind].__name__
    assert kind in schema["$defs"][name]["required"]
    offered = [
        each["$ref"] for each in schema["$defs"]["Component"]["properties"]["checks"]["items"]["oneOf"]
    ]
    assert f"#/$defs/{name}" in offered
    reference = (ROOT / "docs/reference/formats.md").read_text(encoding="utf-8")
    section = reference.split(f"### {name}\n")[1].split("\n### ")[0]
    assert f"| `{kind}` |" in section
    assert all(f"| `{key}` |" in section for key in schema["$defs"][name]["properties"])


def test_every_kind_is_in_the_example() -> None:
    example = yaml.safe_load((ROOT / "docs/examples/status.yml").read_text(encoding="utf-8"))
    components = [each for entry in example["components"] for each in entry.get("components", [entry])]
    checks = [entry for component in components for entry in component.get("checks", [])]
    assert {kind_of(check(**entry)) for entry in checks} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_mistakes(kind: str) -> None:
    cases = sorted((ROOT / "tests/bad_config").glob(f"check_{kind}*.yml"))
    assert cases
    assert all(
        f"{kind}: " in yaml.safe_load(case.read_text())["files"]["status/status.yml"] for case in cases
    )
