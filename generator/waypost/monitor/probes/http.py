"""Fetch a page or an API, and compare the answer with what is expected."""

from __future__ import annotations

from waypost.base.net.web import Request, Response, basic, fetch
from waypost.base.patterns import is_found
from waypost.formats.checks import HttpCheck
from waypost.formats.expectations import Expect
from waypost.monitor.probes.comparison import judge_header, judge_json
from waypost.monitor.probes.result import ProbeContext, ProbeResult, failed, good


def probe_http(check: HttpCheck, context: ProbeContext) -> ProbeResult:
    """Fetch the address of a check once and judge the answer."""
    expect = check.expect
    request = Request(check.http, check.method, _headers(check), check.body.encode() if check.body else None)
    answer = fetch(request, redirects=check.redirects, follow=expect.follows, max_size=expect.max_size)
    reason = judge(expect, answer)
    return failed(check, reason) if reason else good()


def _headers(check: HttpCheck) -> dict[str, str]:
    headers = dict(check.headers)
    if check.auth and check.auth.basic:
        headers["Authorization"] = basic(check.auth.basic.user, check.auth.basic.password)
    elif check.auth:
        headers["Authorization"] = f"Bearer {check.auth.bearer}"
    return headers


def judge(expect: Expect, answer: Response) -> str:
    """Return why an answer is not good, or an empty string."""
    if not any(codes.first <= answer.status <= codes.last for codes in expect.status):
        return f"HTTP status {answer.status}, expected {' or '.join(map(str, expect.status))}"
    if len(answer.body) > expect.max_size:
        return f"the body is larger than {_bytes(expect.max_size)}"
    for name, comparison in expect.headers.items():
        if not judge_header(comparison, answer.headers.get(name)):
            return f"the header {name} is not what is expected"
    return _judge_body(expect, answer) if expect.wants_body else ""


def _judge_body(expect: Expect, answer: Response) -> str:
    if not all(_holds(answer, text) for text in expect.body_contains):
        return "the body does not hold the expected text"
    if any(_holds(answer, text) for text in expect.body_not_contains):
        return "the body holds a text that must not be there"
    if expect.body_matches is not None and not is_found(expect.body_matches, answer.text):
        return "the expected pattern is not in the body"
    return judge_json(expect.body_json, answer.body, answer.text) if expect.body_json else ""


def _holds(answer: Response, text: str) -> bool:
    # Servers that name a charset without knowing what they send mostly send UTF-8.
    return text in answer.text or text.encode() in answer.body


def _bytes(size: int) -> str:
    for unit, name in ((1000**2, "MB"), (1000, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
