"""PostgreSQL: connections on which no call waits for ever, whatever the server or the network does.

A server that is frozen, or a network that swallows what is sent, keeps a connection open and never answers. No
setting of the server or of TCP ends such a wait: the system of a frozen server goes on acknowledging. So each
wait is cut here, and its connection is closed.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Generator
from concurrent import futures
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from waypost.base.database.backend import Backend
from waypost.base.database.patience import CHECK_EVERY, Wait
from waypost.base.database.reasons import Reason, ReasonKind

log = logging.getLogger("waypost")

T = TypeVar("T")

CONNECT = 4.0
"""Seconds until a connection must be there, with the look-up of the host and however many hosts there are."""

ANSWER = 7.0
"""Seconds that a server may be silent while something waits for it."""

PATIENT = 3600.0
"""The same for what is known to take long."""

SETTINGS = {
    # Shorter than ANSWER: a server that lives says itself what it waits for.
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    # A poller that was frozen in the middle must not hold its locks for ever.
    "idle_in_transaction_session_timeout": "5min",
    # What a cut call had begun ends too; servers before version 14 do not have it.
    "client_connection_check_interval": "5s",
}
"""What is set on the server for each connection."""

_TCP = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 7000}

_SETTINGS = """SELECT set_config(name, wanted, false)
    FROM unnest(%s::text[], %s::text[]) AS given (name, wanted) JOIN pg_settings USING (name)"""

_DURABLE = """SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')"""


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time; whether it did what it was asked is not known."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when the server is silent for longer than `limit` seconds."""

    limit = ANSWER

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **options: Any) -> T:
        """Wait for the end of an exchange with the server; raises NoAnswer."""
        return super().wait(self._limited(gen), *args, **options)

    def _limited(self, exchange: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        wait = Wait(self.limit)
        try:
            wanted = next(exchange)
            while True:
                # psycopg comes back at short intervals with nothing where nothing has happened.
                ready = yield wanted
                if ready:
                    wait.renew()
                elif wait.is_over():
                    self.pgconn.finish()
                    raise NoAnswer("the server does not answer")
                wanted = exchange.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result


def connect(*arguments: Any, **options: Any) -> PatientConnection:
    """Connect, and raise NoAnswer where that does not succeed in time.

    The look-up of a host, each of its addresses and each of several hosts may take its own time; a thread
    bears that, and what comes too late is closed.
    """
    future: Future[PatientConnection] = Future()
    work = partial(_connect, future, arguments, options)
    try:
        threading.Thread(target=work, name="waypost-connect", daemon=True).start()
    except RuntimeError as error:
        raise psycopg.OperationalError(f"this process cannot start a thread ({error})") from error
    wait = Wait(CONNECT)
    while not futures.wait([future], CHECK_EVERY).done:
        if wait.is_over() and future.cancel():
            raise NoAnswer("the server does not answer")
    return future.result()


def _connect(future: Future[PatientConnection], arguments: Any, options: Any) -> None:
    try:
        connection = PatientConnection.connect(*arguments, **options)
    except psycopg.Error as error:
        _settle(future, error)
    except Exception as error:
        log.error("The connection to the database failed in an unknown way.", exc_info=True)
        _settle(future, error)
    else:
        _settle(future, connection)


def _settle(future: Future[PatientConnection], outcome: PatientConnection | Exception) -> None:
    """Hand over what became of a connection, or close it where nobody waits for it any more."""
    try:
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
    except futures.InvalidStateError:
        if isinstance(outcome, PatientConnection):
            outcome.close()


def open_postgres(url: URL, *, writes: bool) -> Backend:
    """Open one database; nothing is connected yet."""
    # A connection may have died with its server: it is tried before it is used again.
    engine = sa.create_engine(url, pool_pre_ping=True, pool_timeout=ANSWER)

    @sa.event.listens_for(engine, "do_connect")
    def _connect_patiently(
        dialect: object, record: object, arguments: list[Any], options: dict[str, Any]
    ) -> PatientConnection:
        del dialect, record
        return connect(*arguments, **{**_TCP, "connect_timeout": int(CONNECT), **options})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        # Whatever the server's settings say: what was reported must be there after a crash.
        with connection.cursor() as cursor:
            cursor.execute(_SETTINGS, [list(SETTINGS), list(SETTINGS.values())])
            cursor.execute(_DURABLE if writes else "SET default_transaction_read_only = on")
        connection.commit()

    return Backend(engine, partial(_reason, url.password), _patient)


@contextlib.contextmanager
def _patient(connection: Connection) -> Generator[None]:
    """Let a transaction take long; a process that is to stop does not wait for it all the same."""
    driver = cast("PatientConnection", connection.connection.driver_connection)
    for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {name} = 0")
    driver.limit = PATIENT
    try:
        yield
    finally:
        del driver.limit


_DO_OTHERWISE = {
    "25006": (ReasonKind.READ_ONLY, "Name the server that takes writes."),
    "40P01": (ReasonKind.LOCKED, "Something else holds it locked."),
    "42501": (ReasonKind.FORBIDDEN, "Give its user that right."),
    "53100": (ReasonKind.FULL, "Make room on the disk of its server."),
    "53300": (ReasonKind.EXHAUSTED, "Raise max_connections of its server, or end what holds them."),
    "55P03": (ReasonKind.LOCKED, "Something else holds it locked."),
    "57014": (ReasonKind.LOCKED, "Something else holds it locked, or keeps its server busy."),
    "XX001": (ReasonKind.DAMAGED, "It is damaged: restore it from a backup."),
    "XX002": (ReasonKind.DAMAGED, "An index is damaged: run REINDEX, or restore a backup."),
}
"""What to do by the code of the server's error, where that is more than to look for the server."""


def _reason(password: str | None, error: BaseException | None) -> Reason:
    """Return why the server or its driver raised this error, without the password."""
    message = " ".join(str(error).split()).rstrip(".")
    if password:
        message = message.replace(password, "***")
    if found := _DO_OTHERWISE.get(getattr(error, "sqlstate", None) or ""):
        return Reason(found[0], f"The database cannot be used now: {message}. {found[1]}")
    if isinstance(error, psycopg.OperationalError):
        return Reason(
            ReasonKind.NO_ANSWER,
            f"The database cannot be used now: {message}."
            " Look whether the server runs, and whether its address, user and password are right.",
        )
    return Reason(ReasonKind.OTHER, f"The database refused: {message}.")
