"""What the two kinds of databases do each in its own way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine

from waypost.base.database.reasons import Reason


@dataclass(frozen=True)
class Backend:
    """One database of one kind."""

    engine: Engine
    reason: Callable[[BaseException | None], Reason]
    """Returns why the driver raised an error."""
    patient: Callable[[Connection], AbstractContextManager[None]]
    """Lets a transaction take long."""
