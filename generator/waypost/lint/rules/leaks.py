"""The rule against leaks: addresses and hosts of the inside, traces, secrets, keys of tickets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from waypost.lint.rules.rule import Finding, LintSite, at_key, at_line

# Every repetition is bounded, because a line may have as many characters as an update.
_SECRETS = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|"
    r"\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b|"
    r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}|glpat-[\w-]{20,100})|"
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|hooks\.slack\.com/services/[\w/]{8,255}|"
    r"\b(?:[spr]k_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{16,255})|"
    r"\bAIza[0-9A-Za-z_-]{35}|\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,2000}|"
    r"\b[Bb]earer\s{1,3}(?=\S{0,200}\d)[\w.~+/-]{16,2000}=*"
)
_ACCOUNT = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@<>]{0,200}:[^\s/@<>]{1,200}@[\w\[]", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:passw(?:or)?d|passwd|pwd|passwort|kennwort|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)"
    r"[\"'`*]{0,3}[ \t]{0,3}(?P<sign>[:=])[ \t]{0,3}(?P<value>[^\s,;)]{1,300})",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[\"'`]{0,3}(?:[<$%{\[(]|[*•x.…_-]{2,300}[\"'`.]{0,3}$)|.{0,3}…", re.IGNORECASE)
_LIKE_SECRET = re.compile(r"(?=\D{0,300}\d)(?=[^A-Za-z]{0,300}[A-Za-z]).{8,300}|[\"'`].{6,300}", re.DOTALL)

_IPV4 = re.compile(r"(?<![\w.-])(?<!version )(?<!Version )\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])f[cde][0-9a-f]{2}:[0-9a-f:]{1,40}", re.IGNORECASE)
_NETWORKS = [
    *map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")),
    *map(ipaddress.ip_network, ("100.64.0.0/10", "fc00::/7", "fe80::/10")),
]
"""Addresses that no customer can reach: RFC 1918, 3927, 6598, 4193 and 4291."""

_HOST = re.compile(
    r"(?<![\w.-])(?:[a-z0-9_-]{1,63}\.){1,8}(?:internal|local|localdomain|corp|lan|intranet|home\.arpa)(?![\w-]|\.[\w-])|"
    r"(?<![\w-])ip-(?:10|172|192)(?:-\d{1,3}){3}(?!\w)",
    re.IGNORECASE,
)
_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^[ \t>]{0,20}File \"[^\"]{1,300}\", line \d|"
    r"^[ \t>]{0,20}at [\w$.<>/]{1,200}\([\w$. -]{1,100}:\d{1,7}\)|"
    r"^[ \t>]{0,20}at (?:[\w$.<> \[\]]{1,200} \()?(?:[\w.-]{1,30}:)?[/\\][^\s()]{1,300}:\d{1,7}:\d{1,7}\)?|"
    r"\bException in thread \"|^[ \t>]{0,20}Caused by: [\w.$]{1,200}(?:Exception|Error)\b|"
    r"\b(?:[a-z]\w{0,60}\.){2,10}[A-Z]\w{0,80}(?:Exception|Error)\b|\bgoroutine \d{1,9} \[|"
    r"\bpanic: runtime error|\bin /[\w./-]{1,200}\.php(?: on line |:)\d"
)
_TICKET = re.compile(
    r"(?<![\w/.-])(?P<key>[A-Z]{2,10})-(?!(?:19|20)\d\d\b)\d{1,6}(?![\w-]|\.\d)|(?<=/browse/)[A-Z][A-Z0-9]{1,9}-\d{1,6}"
)
_NO_TICKET = frozenset(
    re.findall(
        r"\w+",
        """
ISO IEC UTF SHA MD AES RSA DES TLS SSL HTTP HTTPS OAUTH WPA WIFI USB HDMI IP IPV RFC CVE CWE ANSI ASCII IEEE
DIN EN BS ECMA EIA NIST FIPS PCI SOC GDPR UTC GMT CET CEST EST EDT PST PDT BST COVID SARS ERR ERROR CODE FAQ
TOP GPT MPEG MP JPEG PNG PDF CPU GPU DDR PM CO KW CW WEEK DAY PART STEP PLAN TIER LEVEL PHASE VERSION EU DE
AT CH US UK FR IT ES JP CN IN ZIP LTE NR AM FM DVD CD VHS ICE RE RB IC EC NF LH BA AF UA AA DL ITU BGP AS
ASN DNS BASE CRC LZ XP WIN OS
""",
    )
)
"""Standards, versions, regions and codes that look like the keys of a tracker."""
_CODE = re.compile(r"(`{1,3})[^`]{1,300}\1")


@dataclass(frozen=True)
class _Leak:
    start: int
    end: int
    what: str


def leaks(site: LintSite) -> Iterator[Finding]:
    """Find secrets and internals in titles and texts; a message never repeats them."""
    for path, title in _titles(site):
        for leak in _in_line(title):
            yield Finding(path, replace(at_key("title"), is_hidden=True), _message(leak))
        first_line, body = site.status_texts.get(path, (1, ""))
        yield from _in_body(path, body.split("\n"), first_line)


def _titles(site: LintSite) -> Iterator[tuple[str, str]]:
    for path, incident in site.incidents():
        yield path, incident.title
    # The windows of work that repeats have one file.
    yield from dict.fromkeys((path, work.title) for path, work in site.maintenances())


def _in_body(path: str, lines: list[str], first_line: int) -> Iterator[Finding]:
    in_trace = False
    for number, line in enumerate(lines, start=first_line):
        found = sorted(_in_line(line), key=lambda leak: leak.start)
        for leak in found:
            is_trace = leak.what == _TRACE_NAME
            if not (in_trace and is_trace):
                yield Finding(path, replace(at_line(number, leak.start + 1), is_hidden=True), _message(leak))
            in_trace = in_trace or is_trace
        # The lines of one trace follow each other, with lines of code between them.
        in_trace = in_trace and (bool(found) or line.startswith((" ", "\t")))


def _message(leak: _Leak) -> str:
    return f"This publishes {leak.what}. Take it out{_AND_THEN.get(leak.what, '.')}"


_TRACE_NAME = "a stack trace"
_SECRET_NAME = "a password, key or token"  # noqa: S105  # it is a kind, not one of them
_TICKET_NAME = "the key of an internal ticket"
_AND_THEN = {
    _SECRET_NAME: ", and replace it where it is used: whoever reads the repository has it.",
    _TRACE_NAME: ", and say in a sentence what failed.",
    _TICKET_NAME: ". If it is a code that customers see, put it in `backticks`.",
}


def _in_line(line: str) -> Iterator[_Leak]:
    """Give the leaks in a line; a secret is not reported as a host or a ticket too."""
    taken: list[_Leak] = []
    for what, find in _KINDS:
        for start, end in find(line):
            if all(end <= leak.start or start >= leak.end for leak in taken):
                taken.append(_Leak(start, end, what))
    yield from taken


Spans = Iterator[tuple[int, int]]


def _secrets(line: str) -> Spans:
    for pattern in (_SECRETS, _ACCOUNT):
        yield from (found.span() for found in pattern.finditer(line))
    for found in _NAMED.finditer(line):
        value = found["value"]
        if _PLACEHOLDER.match(value):
            continue
        # After a colon usually stands a sentence, such as 'Password: choose a new one'.
        if (found["sign"] == "=" and len(value) >= 4) or _LIKE_SECRET.match(value):
            yield found.span()


def _addresses(line: str) -> Spans:
    for pattern in (_IPV4, _IPV6):
        for found in pattern.finditer(line):
            try:
                address = ipaddress.ip_address(found[0].rstrip(":"))
            except ValueError:
                continue
            if any(address in network for network in _NETWORKS):
                yield found.span()


def _spans(pattern: re.Pattern[str]) -> Callable[[str], Spans]:
    return lambda line: (found.span() for found in pattern.finditer(line))


def _tickets(line: str) -> Spans:
    text = _CODE.sub(lambda found: " " * len(found[0]), line)
    for found in _TICKET.finditer(text):
        if found["key"] not in _NO_TICKET:
            yield found.span()


_KINDS: tuple[tuple[str, Callable[[str], Spans]], ...] = (
    (_SECRET_NAME, _secrets),
    (_TRACE_NAME, _spans(_TRACE)),
    ("an address of a private network", _addresses),
    ("the name of an internal host", _spans(_HOST)),
    (_TICKET_NAME, _tickets),
)
