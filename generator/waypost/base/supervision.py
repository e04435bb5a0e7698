"""Tasks of one process, each in a thread of its own, so that what goes wrong in one never ends or blocks another.

A task is a turn that is taken again and again. A turn that fails is taken again after a growing pause; a thread
that ends, or that cannot be started, is started again; a turn that takes too long is noted as a fault.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from waypost.base.database.engine import StoreError
from waypost.base.faults import FaultKind, Faults
from waypost.base.files.os_errors import explain_os_error
from waypost.problems import Refused

log = logging.getLogger("waypost")

LOOK = 0.5
"""Seconds between two looks at the threads."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds to wait after a turn that failed; the pause doubles with each failure in a row."""


@dataclass(frozen=True)
class Task:
    """Something that is done again and again, in a thread of its own."""

    name: str
    turn: Callable[[], float]
    """Do what is due, and return the seconds until the next turn."""
    kind: FaultKind = FaultKind.TASK
    """What part of the work stands still while it fails."""
    deadline: float = 30.0
    """Seconds that a turn may take before that is a fault."""
    longest_pause: float = LONGEST_PAUSE
    close: Callable[[], None] = field(default=lambda: None)
    """Called in the task's thread after its last turn."""


@dataclass
class TaskState:
    """The state of a task, as health checks and metrics read it."""

    failures: int = 0
    """Turns that failed."""
    starts: int = 0
    """Threads that were started; one, as long as none ended or could not be started."""
    in_a_row: int = 0
    """Turns that failed since the last one that did not."""
    busy_since: float | None = None
    """When the present turn began, by the steady clock; None between two turns."""
    last_end: float | None = None
    """When the last good turn ended, by the same clock."""


class Supervisor:
    """Runs tasks until it is stopped."""

    def __init__(
        self,
        tasks: Sequence[Task],
        faults: Faults,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        thread: Callable[..., threading.Thread] = threading.Thread,
    ) -> None:
        self._tasks = {task.name: task for task in tasks}
        self._faults = faults
        self._monotonic = monotonic
        self._thread = thread
        self._stop = threading.Event()
        self._wakes = {name: threading.Event() for name in self._tasks}
        self._threads: dict[str, threading.Thread | None] = dict.fromkeys(self._tasks)
        self._start_at = dict.fromkeys(self._tasks, 0.0)
        self._failing: dict[tuple[FaultKind, str], set[str]] = {}
        self._lock = threading.Lock()
        self.states = {name: TaskState() for name in self._tasks}
        """The state of each task by its name."""

    def wake(self, name: str) -> None:
        """Let a task take its next turn now, where there is such a task."""
        if name in self._wakes:
            self._wakes[name].set()

    def overdue(self, name: str) -> float | None:
        """Return the seconds that the present turn of a task takes, where that is more than it may; None otherwise."""
        since = self.states[name].busy_since
        busy = self._monotonic() - since if since is not None else 0.0
        return busy if busy > self._tasks[name].deadline else None

    def run(self, stop: threading.Event, patience: float) -> list[str]:
        """Run the tasks until `stop` is set; return those that did not end within `patience` seconds after it."""
        # What ends a thread would otherwise go to standard error, where nobody may be reading.
        before, threading.excepthook = threading.excepthook, self._note_crash
        try:
            return self._watch(stop, patience)
        finally:
            threading.excepthook = before

    def _watch(self, stop: threading.Event, patience: float) -> list[str]:
        while not stop.is_set():
            for name in self._tasks:
                self._look(name)
            stop.wait(LOOK)
        self._stop.set()
        for wake in self._wakes.values():
            wake.set()
        end = self._monotonic() + patience
        for thread in filter(None, self._threads.values()):
            thread.join(max(0.0, end - self._monotonic()))
        return [name for name, thread in self._threads.items() if thread and thread.is_alive()]

    def _look(self, name: str) -> None:
        """Start a task that does not run, and note one that takes too long."""
        thread = self._threads[name]
        if thread is None or not thread.is_alive():
            if self._monotonic() >= self._start_at[name]:
                self._start(name)
        elif self.overdue(name):
            words = (
                f"The task '{name}' has been at one turn for more than {self._tasks[name].deadline:.0f} s."
            )
            self._fail(name, (FaultKind.TASK, name), words)

    def _start(self, name: str) -> None:
        state = self.states[name]
        state.starts += 1
        self._start_at[name] = self._monotonic() + _pause(state.starts, LONGEST_PAUSE)
        thread = self._thread(target=self._run, args=(self._tasks[name],), name=name, daemon=True)
        try:
            thread.start()
        except (RuntimeError, MemoryError) as error:  # the system has no thread left
            self._fail(name, (FaultKind.TASK, name), f"The task '{name}' cannot be started: {error}.", error)
        else:
            self._threads[name] = thread
            if state.starts > 1:
                log.warning("The task '%s' was started again.", name)

    def _run(self, task: Task) -> None:
        self._wakes[task.name].clear()
        while not self._stop.is_set():
            pause = self._take(task)
            self._wakes[task.name].wait(pause)
            self._wakes[task.name].clear()
        task.close()

    def _note_crash(self, crash: threading.ExceptHookArgs) -> None:
        """Note that a thread ended with what it raised; a task of ours is started again."""
        name = crash.thread.name if crash.thread else "unknown"
        words = f"The thread '{name}' ended unexpectedly ({crash.exc_type.__name__})."
        if crash.thread in self._threads.values():
            self._fail(name, (FaultKind.TASK, name), f"{words} It is started again.", crash.exc_value)
        else:
            self._faults.note(FaultKind.TASK, words, name, crash.exc_value)

    def _take(self, task: Task) -> float:
        """Take one turn; return the seconds until the next."""
        state = self.states[task.name]
        state.busy_since = self._monotonic()
        try:
            pause = task.turn()
        except Exception as error:  # whatever is wrong with one task, the others and its next turns go on
            state.failures += 1
            state.in_a_row += 1
            key = _key(task, error)
            self._end_others(task.name, key)
            self._fail(task.name, key, _words(task, error), _cause(error))
            return _pause(state.in_a_row, task.longest_pause)
        else:
            state.in_a_row, state.last_end = 0, self._monotonic()
            self._end_others(task.name, None)
            return pause
        finally:
            state.busy_since = None

    def _fail(
        self, name: str, key: tuple[FaultKind, str], words: str, error: BaseException | None = None
    ) -> None:
        # What several tasks meet, such as a database that is down, is one fault.
        with self._lock:
            self._failing.setdefault(key, set()).add(name)
        self._faults.begin(key[0], words, key[1], error)

    def _end_others(self, name: str, key: tuple[FaultKind, str] | None) -> None:
        """End the faults but one that a task has met, where no other task meets them."""
        with self._lock:
            for other, names in self._failing.items():
                if other != key:
                    names.discard(name)
            over = [other for other, names in self._failing.items() if not names]
            for other in over:
                del self._failing[other]
        for kind, subject in over:
            self._faults.end(kind, subject)


def _pause(times: int, longest: float) -> float:
    return float(min(FIRST_PAUSE * 2 ** min(times - 1, 10), longest))


def _key(task: Task, error: Exception) -> tuple[FaultKind, str]:
    if isinstance(error, StoreError):
        return FaultKind.DATABASE, error.kind.value
    return task.kind, task.name if task.kind is FaultKind.TASK else ""


def _words(task: Task, error: Exception) -> str:
    """Return what is wrong: the sentence of what was refused, or what the system refused with its place."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, OSError):
        return f"The task '{task.name}' failed: {explain_os_error(error).rstrip('.')}."
    return f"The task '{task.name}' failed ({type(error).__name__}: {error}). It is tried again."


def _cause(error: Exception) -> Exception | None:
    """Return what the log shows with a traceback: what we did wrong, and not what was refused with a sentence."""
    return None if isinstance(error, Refused) else error
