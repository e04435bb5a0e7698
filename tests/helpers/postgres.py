"""A PostgreSQL of the tests' own, made from the programs of the system in a temporary folder."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from waypost.base.database.engine import Database

MISSING = (
    "There is no PostgreSQL on this machine: install Debian's package postgresql, or put initdb into PATH."
)
USER = "waypost"


def programs() -> Path | None:
    """Return the folder with the newest PostgreSQL's programs, or None where there is none."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


class Cluster:
    """A running server that only this machine's socket in `folder` reaches."""

    def __init__(self, bin_folder: Path, folder: Path) -> None:
        self._bin = bin_folder
        self.folder = folder
        self._numbers = itertools.count(1)

    def run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # The server outlives its starter: it must not hold a pipe that somebody reads to its end.
        with (self.folder / "log").open("w+b") as log:
            done = subprocess.run(
                [*as_owner, self._bin / program, *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=120,
                check=False,
            )
            log.seek(0)
            assert done.returncode == 0, f"{program} failed: {log.read().decode(errors='replace')}"

    def start(self, *, durable: bool) -> None:
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync")
        settings = "-c listen_addresses='' -c max_connections=40"
        if not durable:
            settings += " -c fsync=off -c shared_buffers=32MB"
        log = str(self.folder / "server.log")
        self.run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"-k {self.folder} {settings}", "start")

    def restart(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-w", "restart")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop every process of the server in the middle of what it does, for a while."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        # It may be starting another process at this moment.
        processes = {pid: None}
        os.kill(pid, signal.SIGSTOP)
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True, timeout=60
        )
        processes |= dict.fromkeys(int(each) for each in listed.stdout.split())
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def new_url(self) -> str:
        """Return the address of an empty place for tables, which nobody else has."""
        schema = f"test_{next(self._numbers)}"
        plain = f"postgresql://{USER}@/postgres?host={quote(str(self.folder))}"
        database = Database(plain, writes=True)
        try:
            with database.write() as connection:
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        finally:
            database.close()
        return f"{plain}&options=-csearch_path%3D{schema}"


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster | None]:
    """Run a server while it is needed; give None where there are no programs for it.

    Unless it is to be durable, it writes nothing through to the disk, which tests need not wait for.
    """
    found = programs()
    if found is None:
        yield None
        return
    # The path of a socket must be short, so it does not go below the folder of the tests.
    folder = Path(tempfile.mkdtemp(prefix="waypost-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server = Cluster(found, folder)
        server.start(durable=durable)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def black_hole() -> Iterator[str]:
    """Give the address of a server that accepts every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield f"postgresql://{USER}@127.0.0.1:{server.getsockname()[1]}/postgres"
