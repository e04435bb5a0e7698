"""A small HTTP server for the few addresses that a process of ours answers itself.

What it answers is a list of routes. A route has a prefix and a handler, which takes a ServerRequest and returns a
ServerResponse; handlers run in threads of their own, so they may wait for a disk or a database. To add an address, make
a Route and put it into the list that is given to `listening`.

One thread reads all clients. A client takes a slot only when its request is whole, so those that drip or stay
silent hold nothing but their connection, and of these each address has a share. Where there are too many, the one
that has kept us waiting longest makes room; where none has for long, the new one is answered 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import resource
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from waypost.base.faults import FaultKind, Faults
from waypost.base.net.http_messages import (
    MOST_HEAD,
    BadRequest,
    CutOff,
    ServerRequest,
    ServerResponse,
    read_request,
)
from waypost.problems import Refused

log = logging.getLogger("waypost")

Handler = Callable[[ServerRequest], ServerResponse]


@dataclass(frozen=True)
class Route:
    """An address, or all below it, and who answers there."""

    prefix: str
    """A path; where it ends in `/`, all paths below it."""
    handler: Handler
    """Runs in a thread of its own, several at a time. What it raises is answered 500 and told."""
    methods: frozenset[str] = frozenset({"GET", "HEAD"})
    """All others are answered 405."""
    is_quick: bool = False
    """Whether the handler waits for nothing: it answers at once, also while all slots are taken."""

    def covers(self, path: str) -> bool:
        """Return whether a path is its own."""
        return path.startswith(self.prefix) if self.prefix.endswith("/") else path == self.prefix


@dataclass(frozen=True)
class ServerLimits:
    """How much clients may take. All times are in seconds."""

    requests: int = 32
    """Requests that are handled at the same time."""
    clients: int = 256
    """Connections in all; fewer where the process may open few files, since polling needs them too."""
    waited_for: int = 64
    """Connections of one address that are waited for: to send their request, or to take their answer."""
    grace: float = 1.0
    """How long a client is waited for before it may have to make room."""
    reading: float = 5.0
    """How long a request may take to come."""
    queueing: float = 5.0
    """How long a request waits for a slot."""
    handling: float = 10.0
    """How long its handler may take."""
    answering: float = 5.0
    """How long a client may take to read its answer."""
    stopping: float = 0.5
    """How long the server waits for what is being handled when it stops."""


BUSY = ServerResponse(HTTPStatus.SERVICE_UNAVAILABLE)
PAUSE = 1.0
"""Seconds until the next try after no connection could be accepted, or the server failed."""

MOST_UNREAD_BYTES = 1024 * 1024
"""The most bytes that are read and dropped after an answer, so that the client lives to see it."""


@dataclass(eq=False)
class _Client:
    share: str
    since: float
    deadline: asyncio.Timeout | None = None


class RequestServer:
    """Serves routes on one socket; made anew for each run of its loop."""

    def __init__(self, routes: Sequence[Route], faults: Faults, limits: ServerLimits) -> None:
        self._routes = routes
        self._faults = faults
        self._limits = limits
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        is_unlimited = files == resource.RLIM_INFINITY
        self._most_clients = limits.clients if is_unlimited else min(limits.clients, files // 4)
        self._slots = asyncio.Semaphore(limits.requests)
        self._tasks: dict[asyncio.Task[None], _Client] = {}
        self._waited_for: dict[_Client, None] = {}
        """The clients that keep us waiting, the longest first."""

    async def serve(self, listener: socket.socket, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then let what is being handled end."""
        accepting = asyncio.create_task(self._accept(listener))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((accepting, stopping), return_when=asyncio.FIRST_COMPLETED)
        if accepting.done():
            accepting.result()
        accepting.cancel()
        for task, client in self._tasks.items():
            if client in self._waited_for:
                task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._limits.stopping)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listener)
            except ConnectionError:
                continue
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                self._faults.begin(FaultKind.LISTENER, f"No connection can be accepted: {reason}.")
                await asyncio.sleep(PAUSE)
                continue
            self._faults.end(FaultKind.LISTENER)
            self._welcome(connection, _Client(_share(address[0]), loop.time()))
            # While connections come fast, those that are there must be read too.
            await asyncio.sleep(0)

    def _welcome(self, connection: socket.socket, client: _Client) -> None:
        if len(self._tasks) >= 2 * self._most_clients:
            connection.close()
            return
        has_room = self._make_room(client)
        if has_room:
            self._waited_for[client] = None
        task = asyncio.create_task(self._serve(connection, client, has_room=has_room))
        self._tasks[task] = client
        task.add_done_callback(self._tasks.pop)

    def _make_room(self, client: _Client) -> bool:
        shares = Counter(other.share for other in self._waited_for)
        if shares[client.share] >= self._limits.waited_for:
            crowded = client.share
        elif len(self._tasks) < self._most_clients:
            return True
        else:
            crowded = max(shares, key=shares.__getitem__, default="")
        oldest = next((other for other in self._waited_for if other.share == crowded), None)
        if oldest is None or oldest.deadline is None or client.since - oldest.since < self._limits.grace:
            return False
        oldest.deadline.reschedule(client.since)
        del self._waited_for[oldest]
        return True

    @asynccontextmanager
    async def _wait_for(self, client: _Client, seconds: float) -> AsyncIterator[None]:
        """Wait for a client in this block; TimeoutError ends it when the time is over or room is needed."""
        client.since = asyncio.get_running_loop().time()
        self._waited_for[client] = None
        try:
            async with asyncio.timeout(seconds) as client.deadline:
                yield
        finally:
            self._waited_for.pop(client, None)

    async def _serve(self, connection: socket.socket, client: _Client, *, has_room: bool) -> None:
        try:
            reader, writer = await asyncio.open_connection(sock=connection, limit=MOST_HEAD)
        except OSError:
            self._waited_for.pop(client, None)
            connection.close()
            return
        try:
            answer = await self._answer(reader, writer, client) if has_room else BUSY.encoded()
            async with self._wait_for(client, self._limits.answering):
                await _send(reader, writer, answer)
        except (CutOff, OSError):
            # It went away, or does not read; TimeoutError is an OSError.
            pass
        finally:
            writer.transport.abort()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: _Client
    ) -> bytes:
        try:
            async with self._wait_for(client, self._limits.reading):
                request = await read_request(reader, lambda: writer.write(b"HTTP/1.1 100 Continue\r\n\r\n"))
        except TimeoutError:
            # Its place is needed: whether it takes this is not waited for.
            writer.write(ServerResponse(HTTPStatus.REQUEST_TIMEOUT).encoded())
            raise CutOff from None
        except BadRequest as bad:
            return ServerResponse(bad.status).encoded()
        response = await self._respond(request)
        return response.encoded(is_head=request.method == "HEAD")

    async def _respond(self, request: ServerRequest) -> ServerResponse:
        route = next((route for route in self._routes if route.covers(request.path)), None)
        if route is None:
            return ServerResponse(HTTPStatus.NOT_FOUND)
        if request.method not in route.methods:
            allowed = ", ".join(sorted(route.methods))
            return ServerResponse(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": allowed})
        if route.is_quick:
            return self._called(route, request)
        try:
            async with asyncio.timeout(self._limits.queueing):
                await self._slots.acquire()
        except TimeoutError:
            return BUSY
        try:
            async with asyncio.timeout(self._limits.handling):
                return await self._handle(route, request)
        except TimeoutError:
            # It goes on in its thread; whoever asks again does no harm.
            return BUSY

    def _handle(self, route: Route, request: ServerRequest) -> asyncio.Future[ServerResponse]:
        """Run a handler, which holds its slot until it ends, in a thread that keeps no process from ending."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[ServerResponse] = loop.create_future()

        def end(response: ServerResponse) -> None:
            self._slots.release()
            if not answered.done():
                answered.set_result(response)

        def work() -> None:
            response = self._called(route, request)
            # The server may have been stopped meanwhile.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(end, response)

        try:
            threading.Thread(target=work, name="waypost-request", daemon=True).start()
        except RuntimeError as error:
            self._faults.begin(FaultKind.LISTENER, f"A request cannot be handled: {error}.", route.prefix)
            end(BUSY)
        return answered

    def _called(self, route: Route, request: ServerRequest) -> ServerResponse:
        try:
            response = route.handler(request)
        except Exception:  # the fault is ours, and the other addresses must go on
            log.debug("The handler of %s failed.", route.prefix, exc_info=True)
            self._faults.begin(FaultKind.LISTENER, f"Requests to {route.prefix} fail.", route.prefix)
            return ServerResponse(HTTPStatus.INTERNAL_SERVER_ERROR)
        self._faults.end(FaultKind.LISTENER, route.prefix)
        return response


def _share(address: str) -> str:
    """Return whose share a client takes from: its address, or its network where that may have many (IPv6)."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.ipv4_mapped:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes) -> None:
    """Send an answer, and read on until the client closes: a connection closed on unread bytes loses it."""
    writer.write(answer)
    await writer.drain()
    writer.write_eof()
    dropped = 0
    while dropped < MOST_UNREAD_BYTES and (data := await reader.read(MOST_HEAD)):
        dropped += len(data)


class ListenRefused(Refused):
    """The server cannot be started; the message says why and what to do."""


@contextmanager
def listening(
    address: tuple[str, int], routes: Sequence[Route], faults: Faults, limits: ServerLimits | None = None
) -> Iterator[int]:
    """Serve routes at a host and port while the block runs; yields the port. Raises ListenRefused.

    The first route that covers a path answers. The server ends within a second when the block does.
    """
    host, port = address
    is_six = ":" in host
    family = socket.AF_INET6 if is_six else socket.AF_INET
    try:
        # Who listens on all addresses of IPv6 means those of IPv4 too.
        dual = is_six and socket.has_dualstack_ipv6()
        listener = socket.create_server((host, port), family=family, backlog=128, dualstack_ipv6=dual)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise ListenRefused(f"{host}:{port} cannot be listened on: {reason}.") from None
    listener.setblocking(False)
    with contextlib.closing(listener), _ServerThread(listener, routes, faults, limits or ServerLimits()):
        yield listener.getsockname()[1]


class _ServerThread(threading.Thread):
    """Runs a server, and again when it failed, until the block ends."""

    def __init__(
        self, listener: socket.socket, routes: Sequence[Route], faults: Faults, limits: ServerLimits
    ) -> None:
        super().__init__(name="waypost-listener", daemon=True)
        self._listener = listener
        self._routes = routes
        self._faults = faults
        self._limits = limits
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._wake: Callable[[], object] | None = None

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._lock:
            if self._wake:
                self._wake()
        self.join(2 * self._limits.stopping)

    def run(self) -> None:
        """Serve; what fails is told, and begun again after a pause."""
        while not self._ended.is_set():
            try:
                asyncio.run(self._serve())
            except Exception:  # jobs must be heard again, whatever went wrong
                log.debug("The listener failed.", exc_info=True)
                self._faults.begin(FaultKind.LISTENER, "The listener failed and is started again.")
                self._ended.wait(PAUSE)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        with self._lock:
            self._wake = lambda: loop.call_soon_threadsafe(stop.set)
            if self._ended.is_set():
                return
        try:
            await RequestServer(self._routes, self._faults, self._limits).serve(self._listener, stop)
        finally:
            with self._lock:
                self._wake = None
