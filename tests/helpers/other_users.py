"""Leave and take in reports of jobs as another user of the machine, in a process of its own. Needs root.

The process starts as root, because another user may not read the environment of the tests, and then becomes that user.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

from helpers.stores import Store
from waypost.base.faults import Faults
from waypost.formats.observations import Ping, PingKind
from waypost.monitor.heartbeats import Intake
from waypost.monitor.io.heartbeat_spool import Spool, SpoolRefused

JOB = ("backups", "heartbeat-1")


class Users:
    """Does things as other users, each in a process of its own, forked from one that has loaded everything."""

    def __enter__(self) -> Users:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "helpers.other_users"],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def act(
        self, user: int, action: str, database: Path, now: datetime, *, umask: int = 0o022, group: int = 0
    ) -> str:
        """Do `put`, `fail` or `take` as a user, who may be of one more group; return what came of it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(
            f"{json.dumps([user, group, umask, action, str(database), now.isoformat()])}\n"
        )
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def _main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(_acted(*json.loads(line)), flush=True)  # noqa: T201  # it is how the parent hears of it
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            print("failed", flush=True)  # noqa: T201


def _acted(user: int, group: int, umask: int, action: str, database: str, now: str) -> str:
    if user:
        os.setgroups([group] if group else [])
        os.setgid(user)
        os.setuid(user)
    os.umask(umask)
    return _done(action, Path(database), datetime.fromisoformat(now))


def _done(action: str, database: Path, now: datetime) -> str:
    if action == "take":
        faults = Faults()
        with closing(Store(f"sqlite:///{database}")) as store:
            intake = Intake(database, faults)
            taken = [intake.step(store, now) for _ in range(2)]
        return f"{taken} {[fault.subject for fault in faults.present()]}"
    try:
        Spool(database).put(Ping(*JOB, now, PingKind.FAIL if action == "fail" else PingKind.SUCCESS))
    except (SpoolRefused, OSError) as refused:
        return str(refused)
    return "kept"


if __name__ == "__main__":
    _main()
