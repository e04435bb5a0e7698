"""Whether an error means that this process or its machine has run out of something: then nobody else is at fault."""

from __future__ import annotations

import errno
import socket

_RESOURCES = {
    errno.EMFILE: "too many files are open in this process (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOMEM: "there is not enough memory",
    errno.ENOBUFS: "there is not enough memory for connections",
    errno.EADDRNOTAVAIL: "no port of this machine is free for another connection",
}
_LOOKUP = (socket.EAI_MEMORY, socket.EAI_SYSTEM)


def lacking(error: BaseException) -> str:
    """Return in words what is lacking; empty where an error has another cause."""
    if isinstance(error, MemoryError):
        return _RESOURCES[errno.ENOMEM]
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return "no more threads can be started (ulimit -u, or the limit of memory)"
    if isinstance(error, socket.gaierror):
        return "names cannot be looked up on this machine" if error.errno in _LOOKUP else ""
    return _RESOURCES.get(error.errno or 0, "") if isinstance(error, OSError) else ""
