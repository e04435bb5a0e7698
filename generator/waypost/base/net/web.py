"""Fetch an address with requests under the present deadline, redirects and all.

requests brings the protocol; the sockets below it are those of the network module. Redirects are followed
here, because the library would read the whole body of each, and send what is secret along.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from waypost import __version__
from waypost.base.net.charset import decode
from waypost.base.net.failures import CannotMeasure, DeadlineExceeded, LookupTimeout, Unanswered
from waypost.base.net.http_head import FinalResponse, Headers
from waypost.base.net.network import connect, current_exchange, remaining, speaks_only_http2, tls_settings

_CHUNK = 16 * 1024
_HARMLESS = frozenset({"accept", "accept-language", "cache-control", "content-type", "user-agent"})
"""Headers that also another host may see; any other may hold a secret."""


class _PlainConnection(HTTPConnection):
    response_class = FinalResponse

    def _new_conn(self) -> Any:
        return connect(self._dns_host, self.port or 80)


class _TLSConnection(HTTPSConnection):
    response_class = FinalResponse

    def _new_conn(self) -> Any:
        return connect(self._dns_host, self.port or 443)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _DeadlineAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool = {"cert_reqs": "CERT_REQUIRED", "ssl_context": tls_settings()}
        return host, pool


class _Session(requests.Session):
    """Leaves redirects to us."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


@dataclass(frozen=True)
class Request:
    """A request to an address; it never shows itself, because it holds secrets."""

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Response:
    """The answer of a server after all redirects."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names without regard to case."""
    body: bytes = field(repr=False)
    """Decompressed, and cut after one byte more than was asked for."""

    @property
    def text(self) -> str:
        """The body as text, in its charset."""
        return decode(self.body, self.headers.get("content-type", ""))


def basic(user: str, password: str) -> str:
    """Return the value of the header for a user and a password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode('ascii')}"


def fetch(
    request: Request, *, redirects: int = 10, follow: bool = True, max_size: int, whole: bool = True
) -> Response:
    """Fetch an address within the present deadline.

    Raises Unanswered or OSError where there is no whole answer. Of a body larger than `max_size` bytes,
    decoded, one byte more than that is returned. Unless it must be `whole`, a body that breaks off or does
    not end in time is returned as far as it came.
    """
    try:
        with _Session() as session:
            session.trust_env = False
            session.headers["User-Agent"] = f"waypost/{__version__}"
            session.mount("http://", _DeadlineAdapter())
            session.mount("https://", _DeadlineAdapter())
            return _follow(session, request, redirects if follow else 0, _BodyLimit(max_size, whole))
    except (requests.RequestException, HTTPError) as error:
        cause = _cause(error)
        if not isinstance(cause, DeadlineExceeded | ssl.SSLCertVerificationError) and speaks_only_http2():
            raise CannotMeasure("the server speaks only HTTP/2, which checks do not speak") from None
        raise cause from None


@dataclass(frozen=True)
class _BodyLimit:
    max_size: int
    whole: bool


def _follow(session: requests.Session, request: Request, redirects: int, limit: _BodyLimit) -> Response:
    for hop in range(redirects + 1):
        try:
            response = _send(session, request)
        except _BAD_ADDRESS:
            words = "redirected to an address that is not valid" if hop else "the address is not valid"
            raise Unanswered(words) from None
        with response:
            target = _redirect_target(response) if redirects else None
            if target is None:
                body = _read_body(response, limit)
                current_exchange().mark_answered()
                return Response(response.status_code, Headers(response.headers), body)
            if hop < redirects:
                request = _redirected(request, response.status_code, target)
    raise Unanswered(f"more than {redirects} redirect{'' if redirects == 1 else 's'}")


def _send(session: requests.Session, request: Request) -> requests.Response:
    # Cookies that a server sets are not carried along: every run starts as a stranger.
    session.cookies.clear()
    prepared = session.prepare_request(
        requests.Request(request.method, request.url, headers=dict(request.headers), data=request.body)
    )
    return session.send(prepared, stream=True, timeout=None, allow_redirects=False)


def _redirect_target(response: requests.Response) -> str | None:
    try:
        return response.headers["location"].encode("latin-1").decode() if response.is_redirect else None
    except UnicodeError:
        raise Unanswered("redirected to an address that is not valid") from None


def _redirected(request: Request, status: int, target: str) -> Request:
    """Return the request that follows a redirect: what is secret stays with the host that it was meant for."""
    try:
        url = urljoin(request.url, target)
        parts = urlsplit(url)
        is_same = _origin(request.url) == _origin(url) or _is_upgrade(request.url, url)
    except ValueError:
        raise Unanswered("redirected to an address that is not valid") from None
    if parts.scheme not in ("http", "https"):
        raise Unanswered("redirected to an address that is not http or https")
    if status == 303 or (status in (301, 302) and request.method == "POST"):
        method = "HEAD" if request.method == "HEAD" else "GET"
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-type"}
        request = replace(request, method=method, body=None, headers=headers)
    if is_same:
        return replace(request, url=url)
    if request.body is not None:
        raise Unanswered("redirected to another host, where the body of the request is not sent")
    kept = {name: value for name, value in request.headers.items() if name.lower() in _HARMLESS}
    return replace(request, url=url, headers=kept)


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else {"http": 80, "https": 443}.get(parts.scheme, 0)
    return parts.scheme, parts.hostname, port


def _is_upgrade(old: str, new: str) -> bool:
    """Return whether only encryption was added, on the usual ports."""
    before, after = _origin(old), _origin(new)
    return before == ("http", after[1], 80) and after == ("https", after[1], 443)


def _read_body(response: requests.Response, limit: _BodyLimit) -> bytes:
    body = bytearray()
    try:
        for chunk in response.iter_content(_CHUNK):
            remaining()
            body += chunk[: limit.max_size + 1 - len(body)]
            if len(body) > limit.max_size:
                break
    except (requests.RequestException, HTTPError, OSError):
        if limit.whole:
            raise
    return bytes(body)


def _cause(error: Exception) -> Exception:
    """Return the cause of an error of the library, whose own words hold addresses that the cause does not."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 10:
        chain.append(current)
        reason = getattr(current, "reason", None)
        nested = reason if isinstance(reason, BaseException) else None
        inner = next((item for item in current.args if isinstance(item, BaseException)), None)
        current = nested or inner or current.__cause__ or current.__context__
    lookup = next((item for item in chain if isinstance(item, LookupTimeout)), None)
    if lookup is not None or any(isinstance(item, DeadlineExceeded | TimeoutError) for item in chain):
        return lookup or DeadlineExceeded("no answer in time")
    for item in chain:
        if isinstance(item, OSError) and not isinstance(item, requests.RequestException):
            return item
    return Unanswered("the answer was cut off or is not HTTP")


_BAD_ADDRESS = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidURL,
)
"""The errors of the library for addresses that it cannot ask."""
