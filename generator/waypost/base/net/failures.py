"""Whose fault it is that there is no answer: the server's, a name server's, or our own.

Only what a server did counts against the service. Whatever else goes wrong is ours, until it is known better.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any


class DeadlineExceeded(OSError):  # named as the standard library names its own
    """The whole time is over."""


class LookupTimeout(DeadlineExceeded):
    """The whole time is over, and no name server has answered."""


class AddressRefused(OSError):
    """The name leads only to addresses that may not be reached."""


class Unanswered(Exception):
    """There was no answer that could be judged; the message has the reason."""


class CannotMeasure(Unanswered):
    """A check could not be run to its end for a reason of our own; the message says what is wrong and what to do.

    `is_of_check` says that it is about this check alone, not about the machine.
    """

    def __init__(self, message: str, *, is_of_check: bool = True) -> None:
        super().__init__(message)
        self.is_of_check = is_of_check


class Blame(StrEnum):
    """Who has to mend it."""

    SERVER = "server"
    """The service: it refused, closed, was silent, or answered what cannot be read."""
    NAME = "name"
    """The service, where our name servers work: one of them answered that there is no such name."""
    RESOLVER = "resolver"
    """Our name servers, unless they find other names: they gave no answer."""
    OURS = "ours"
    """This machine or its settings: no route, a firewall, no way to look up names."""
    EXHAUSTED = "exhausted"
    """This machine too: no file handles, memory or threads are left, and fewer checks at a time would help."""
    CHECK = "check"
    """The check as it is written, or what it can do: a pattern that takes for ever."""
    BUG = "bug"
    """Waypost itself."""

    @property
    def is_lookup(self) -> bool:
        """Whether it depends on our name servers whom to believe."""
        return self in (Blame.NAME, Blame.RESOLVER)

    @property
    def is_ours(self) -> bool:
        """Whether it says nothing about the service."""
        return self in (Blame.OURS, Blame.EXHAUSTED, Blame.CHECK, Blame.BUG)


_SERVER_ERRORS = frozenset(
    {
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.EPIPE,
        errno.ESHUTDOWN,
        errno.ETIMEDOUT,
        errno.EHOSTUNREACH,
        errno.EHOSTDOWN,
        errno.ENETRESET,
        errno.ENOTCONN,
        errno.EPROTO,
        errno.ENOENT,
    }
)
"""What the other side, or the way to it, answers a connection; ENOENT where what is asked for is not there."""

_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})

_NAME_ERRORS = frozenset(
    {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME), socket.EAI_FAIL, None}
)
_NO_THREAD = "can't start new thread"

_WORDS: dict[int | None, str] = {
    errno.EMFILE: "this process has no file handles left; raise its limit of open files (LimitNOFILE, ulimit -n)",
    errno.ENFILE: "this machine has no file handles left; raise fs.file-max",
    errno.ENOMEM: "this machine has no memory left",
    errno.ENOBUFS: "this machine has no room left for connections",
    errno.EADDRNOTAVAIL: "this machine has no free port for one more connection, or not the address it needs",
    errno.ENETUNREACH: "this machine has no route to the address",
    errno.ENETDOWN: "the network of this machine is down",
    errno.EAFNOSUPPORT: "this machine cannot reach addresses of this kind, such as IPv6",
    errno.EACCES: "this machine forbids the connection; see its firewall",
    errno.EPERM: "this machine forbids the connection; see its firewall",
}
"""The words for our own faults by the number of the error."""


def blame(error: BaseException) -> Blame:
    """Return whose fault an exception of a check is."""
    if is_thread_refused(error):
        return Blame.EXHAUSTED
    return next((judge(error) for kind, judge in _JUDGES if isinstance(error, kind)), Blame.BUG)


def _server(_: BaseException) -> Blame:
    return Blame.SERVER


def _blame_lookup(error: Any) -> Blame:
    if error.errno in _NAME_ERRORS:
        return Blame.NAME
    return Blame.RESOLVER if error.errno == socket.EAI_AGAIN else Blame.OURS


def _blame_errno(error: Any) -> Blame:
    if error.errno is None:
        return Blame.BUG
    if error.errno in _SERVER_ERRORS:
        return Blame.SERVER
    return Blame.EXHAUSTED if error.errno in _EXHAUSTED else Blame.OURS


_JUDGES: tuple[tuple[type[BaseException], Callable[[Any], Blame]], ...] = (
    (CannotMeasure, lambda error: Blame.CHECK if error.is_of_check else Blame.OURS),
    (LookupTimeout, lambda _: Blame.RESOLVER),
    (Unanswered, _server),
    (AddressRefused, _server),
    (TimeoutError, _server),
    (DeadlineExceeded, _server),
    (EOFError, _server),
    (ConnectionError, _server),
    (MemoryError, lambda _: Blame.EXHAUSTED),
    (
        ssl.SSLError,
        lambda error: Blame.EXHAUSTED if "MALLOC" in str(getattr(error, "reason", "")) else Blame.SERVER,
    ),
    (socket.gaierror, _blame_lookup),
    (OSError, _blame_errno),
)
"""Whose fault each kind of exception is, the more special first; what is none of them is a bug."""


def is_thread_refused(error: BaseException) -> bool:
    """Return whether the machine gave no thread; Python has no class of its own for that."""
    return isinstance(error, RuntimeError) and _NO_THREAD in str(error)


def own_words(error: BaseException) -> str:
    """Return in plain words what is wrong with us, and what to do; never what a server wrote."""
    if isinstance(error, CannotMeasure):
        return str(error)
    if isinstance(error, MemoryError):
        return _WORDS[errno.ENOMEM]
    if is_thread_refused(error):
        return "this machine gives no more threads; raise the limit of tasks or of memory (TasksMax, ulimit -u, -v)"
    if isinstance(error, socket.gaierror):
        return "this machine cannot look up names"
    if isinstance(error, OSError) and error.errno is not None:
        code = errno.errorcode.get(error.errno, "unknown")
        return _WORDS.get(error.errno, f"this machine cannot make the connection ({code})")
    return f"it went wrong inside of Waypost ({type(error).__name__}); the log has more"


def lacking(error: BaseException) -> str:
    """Return in words what this machine lacks or forbids; empty where an error has another cause."""
    return own_words(error) if blame(error) in (Blame.OURS, Blame.EXHAUSTED) else ""


def most_telling(failures: Iterable[OSError]) -> OSError:
    """Return what says most of several failed tries at one server: the last that is its own answer, if any is."""
    found = list(failures)
    return next((error for error in reversed(found) if blame(error) is Blame.SERVER), found[-1])


def explain(error: Exception, timeout: timedelta, *, is_late: bool) -> str:
    """Return in plain words why there was no answer, without addresses or details of the program."""
    found = blame(error)
    if found.is_ours:
        return own_words(error)
    if found is Blame.RESOLVER:
        return "the name servers of this machine gave no answer"
    if is_late or isinstance(error, DeadlineExceeded | TimeoutError):
        return f"no complete answer within {timeout.total_seconds():g} s"
    if isinstance(error, Unanswered):
        return str(error)
    return next((words for kind, words in _FAILURES if isinstance(error, kind)), "there was no answer")


_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, "the address is not allowed"),
    (ssl.SSLError, "the encrypted connection failed"),
    (socket.gaierror, "the name cannot be found"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionError, "the connection was closed early"),
    (OSError, "the host cannot be reached"),
)
"""The words for failures of connections, the more special first."""
