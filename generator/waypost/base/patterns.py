"""Regular expressions on texts from strangers: a search ends with the deadline, however the text is made."""

from __future__ import annotations

import queue
import threading
from functools import lru_cache
from typing import Any

import regex

from waypost.base.net.failures import CannotMeasure
from waypost.base.net.network import remaining


@lru_cache(maxsize=2000)
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern)


def explain_pattern(pattern: str) -> str:
    """Return why a text is no regular expression, or an empty string."""
    try:
        _compiled(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        where = getattr(error, "pos", None)
        place = f" at character {where + 1}" if isinstance(where, int) else ""
        return f"{getattr(error, 'msg', None) or 'it asks for too much'}{place}"
    return ""


def is_found(pattern: str, text: str) -> bool:
    """Return whether a regular expression is found in a text; raise CannotMeasure where that takes too long.

    The library's own limit counts the time of the processor, which on a busy machine is less than what a
    clock counts. So the search runs in a thread that is waited for by the clock, and ends by that limit.
    """
    found: queue.SimpleQueue[bool | Exception] = queue.SimpleQueue()
    patience = remaining()

    def work() -> None:
        try:
            found.put(bool(_compiled(pattern).search(text, timeout=patience, concurrent=True)))
        except (TimeoutError, MemoryError, RecursionError) as error:
            found.put(error)

    threading.Thread(target=work, name="waypost-pattern", daemon=True).start()
    try:
        answer = found.get(timeout=patience)
    except queue.Empty:
        raise CannotMeasure(_TOO_LONG) from None
    if isinstance(answer, Exception):
        raise CannotMeasure(_TOO_LONG) from answer
    return answer


_TOO_LONG = (
    "the regular expression takes too long here; write a simpler one, without repeats inside of repeats"
)
