"""Ask name servers for records, with dnspython; nothing but the name itself is asked for."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver
import dns.reversename

from waypost.base.net.failures import CannotMeasure, Unanswered
from waypost.base.net.network import allowed, plain, remaining, resolve
from waypost.formats.checks import DnsCheck
from waypost.formats.expectations import ExpectRecords
from waypost.formats.field_types import host_port
from waypost.monitor.probes.result import ProbeContext, ProbeResult, failed, good

MAX_ALIASES = 16
"""How many names may stand for each other on the way to a record."""

_TRIES = 2
_UNSURE = {dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP}
"""Answers of a name server after which another one is asked."""


def probe_dns(check: DnsCheck, context: ProbeContext) -> ProbeResult:
    """Look up the records of a check once and judge them."""
    try:
        name = _name(check.dns)
        query = dns.message.make_query(name, check.record)
    except (dns.exception.DNSException, UnicodeError):
        raise Unanswered("the name is not valid") from None
    try:
        answer = _ask(query, _servers(check))
    except (TimeoutError, ConnectionError) as error:
        raise (_no_answer() if check.resolver is None else error) from None
    if check.resolver is None and answer.rcode() in _UNSURE and check.expect.rcode == "NOERROR":
        raise _no_answer()
    code = dns.rcode.to_text(answer.rcode())
    if code != check.expect.rcode:
        return failed(check, f"the name server said {code}, expected {check.expect.rcode}")
    return _judge(check, _records(answer, name, check.record)) if code == "NOERROR" else good()


def _no_answer() -> Exception:
    """Build the error of the system's name servers that know nothing: they may be at fault, or the name's own."""
    return socket.gaierror(socket.EAI_AGAIN, "no answer of the name servers")


def _name(text: str) -> dns.name.Name:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return dns.name.from_text(text)
    return dns.reversename.from_address(text)


def _servers(check: DnsCheck) -> list[tuple[str, int]]:
    """Return the addresses and ports of the name servers to ask."""
    if check.resolver is None:
        try:
            system = dns.resolver.Resolver()
        except dns.exception.DNSException:
            raise CannotMeasure("this machine names no name server", is_of_check=False) from None
        return [(str(server), 53) for server in system.nameservers if isinstance(server, str)]
    try:
        ipaddress.ip_address(check.resolver)
        host, port = check.resolver, 53
    except ValueError:
        host, port = host_port(check.resolver if ":" in check.resolver else f"{check.resolver}:53")
    return [(str(entry[4][0]), port) for entry in allowed(resolve(host, port))]


def _ask(query: dns.message.Message, servers: list[tuple[str, int]]) -> dns.message.Message:
    """Ask one server after the other, twice, each for its share of what is left: packets get lost."""
    turns = [server for _ in range(_TRIES) for server in servers]
    unsure: dns.message.Message | None = None
    failure: Exception = Unanswered("no name server is known")
    for tried, (address, port) in enumerate(turns):
        try:
            answer = _exchange(query, address, port, remaining() / (len(turns) - tried))
        except dns.exception.Timeout:
            failure = TimeoutError("no answer in time")
        except dns.exception.DNSException:
            failure = Unanswered("the answer of the name server cannot be read")
        except EOFError:
            failure = ConnectionError("closed early")
        except OSError as error:
            failure = error
        else:
            if answer.rcode() not in _UNSURE:
                return answer
            unsure = answer
    if unsure is not None:
        return unsure
    raise failure


def _exchange(query: dns.message.Message, address: str, port: int, patience: float) -> dns.message.Message:
    """Ask over UDP, and over TCP where the answer does not fit; what is not our answer is waited past."""
    try:
        return dns.query.udp(
            query,
            address,
            patience,
            port,
            ignore_unexpected=True,
            ignore_errors=True,
            raise_on_truncation=True,
        )
    except dns.message.Truncated:
        return dns.query.tcp(query, address, min(patience, remaining()), port)


def _records(answer: dns.message.Message, name: dns.name.Name, record: str) -> list[str]:
    """Return the records of a name as text, following the names that it stands for."""
    wanted = dns.rdatatype.from_text(record)
    for _ in range(MAX_ALIASES):
        here = [rrset for rrset in answer.answer if rrset.name == name]
        found = [item.to_text() for rrset in here if rrset.rdtype == wanted for item in rrset]
        aliases = [item.target for rrset in here if rrset.rdtype == dns.rdatatype.CNAME for item in rrset]
        if found or not aliases:
            return list(_tidied(record, found))
        name = aliases[0]
    raise Unanswered("the name leads from alias to alias without an end")


def _tidied(record: str, values: list[str]) -> Iterator[str]:
    """Write records so that those that mean the same are the same text."""
    for value in values:
        if record == "TXT":
            yield _unquoted(value)
        elif record in ("A", "AAAA"):
            yield _address(value)
        elif record == "CAA":
            yield value
        else:
            yield " ".join(part.lower().removesuffix(".") or "." for part in value.split())


def _unquoted(text: str) -> str:
    """Return a TXT record as people write it, without the quotes and pieces of zone files, which mean nothing."""
    if len(text) < 2 or not text[0] == text[-1] == '"':
        return text
    try:
        record = dns.rdata.from_text("IN", "TXT", text)
    except dns.exception.DNSException:
        return text
    return b"".join(getattr(record, "strings", ())).decode("utf-8", "replace")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text


def _judge(check: DnsCheck, found: list[str]) -> ProbeResult:
    expect: ExpectRecords = check.expect
    wanted = expect.values if expect.values is not None else expect.contains
    missing = set(_tidied(check.record, list(wanted))) - set(found)
    surplus = set(found) - set(_tidied(check.record, list(wanted))) if expect.values is not None else set()
    if missing or surplus:
        shown = plain(", ".join(sorted(found)), 100) or "none"
        return failed(check, f"the {check.record} records are not what is expected; found: {shown}")
    if not found and expect.values is None:
        return failed(check, f"there is no {check.record} record")
    return good()
