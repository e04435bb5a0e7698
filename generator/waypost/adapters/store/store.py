"""The one way into the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from waypost.adapters.store.digests import add_digest, read_digests
from waypost.adapters.store.engine import Database, StoreError, database_path, is_sqlite
from waypost.adapters.store.importing import Importer
from waypost.adapters.store.lines import Lines
from waypost.adapters.store.migrations import SCHEMA_VERSION, migrate, version
from waypost.adapters.store.outbox import Outbox
from waypost.adapters.store.reading import count_rows, read_rows
from waypost.adapters.store.recording import Recorder
from waypost.adapters.store.rollups import Rollups
from waypost.adapters.store.schedule import Schedule
from waypost.adapters.store.signals import Signals
from waypost.model.polling import Claim, Line, Outcome, Ping, Pings, Plan, Recorded
from waypost.model.project import History
from waypost.model.rollups import Resolution, Rollup


class OutdatedSchema(StoreError):
    """The database is of an older version and was opened for reading only."""


class Store:
    """One database, SQLite or PostgreSQL. Every method may be called from several threads.

    All times know their zone, and come back in UTC with whole milliseconds. Every method raises
    StoreError when the database cannot be used; what a method that writes has returned from is durable.
    """

    def __init__(self, url: str, *, writes: bool = True) -> None:
        """Open a database. A writer makes or upgrades it first; a reader changes nothing in it."""
        if writes and is_sqlite(url):
            database_path(url).parent.mkdir(parents=True, exist_ok=True)
        self._database = Database(url, writes=writes)
        try:
            self._open(writes=writes)
        except BaseException:
            self.close()
            raise
        lines = Lines(self._database)
        self._schedule = Schedule(self._database, lines)
        self._recorder = Recorder(self._database, lines)
        self._signals = Signals(self._database, lines)
        self._rollups = Rollups(self._database, lines)
        self._importer = Importer(self._database, lines)
        self.outbox = Outbox(self._database)
        """What is told, and what becomes of telling it."""

    def _open(self, *, writes: bool) -> None:
        self.is_empty = False
        if writes:
            migrate(self._database)
            return
        with self._database.read() as connection:
            found = version(connection)
        self.is_empty = found == 0
        if 0 < found < SCHEMA_VERSION:
            raise OutdatedSchema(
                "The database was made by an older Waypost. Start `waypost run` once, which upgrades it."
            )

    def __repr__(self) -> str:
        return f"Store({self._database!r})"

    def close(self) -> None:
        """Release the connections."""
        self._database.close()

    # The schedule

    def plan(self, plans: Sequence[Plan], now: datetime, regions: Collection[str]) -> None:
        """Bring the schedule of some regions to what is configured.

        A new line is due at the next of its regular times, which are those at its phase within its interval,
        counted from 1970; so is one whose interval has changed. A line that is no longer planned leaves the
        schedule, and stays in history.
        """
        self._schedule.plan(plans, now, regions)

    def claim(self, now: datetime, owner: str, regions: Collection[str], limit: int) -> list[Claim]:
        """Take up to `limit` lines that are due and that nobody holds, the longest due first.

        A line is held until its outcome is recorded, it is released, or its lease ends. One that is due
        later than any plan says, because the clock was ahead, is taken too.
        """
        return self._schedule.claim(now, owner, regions, limit)

    def hasten(self, lines: Collection[Line], now: datetime) -> None:
        """Make these lines due now, where they are due later."""
        if lines:
            self._schedule.hasten(lines, now)

    def next_due(self, now: datetime, regions: Collection[str]) -> datetime | None:
        """Return when there is something to claim at the earliest; None where nothing is planned."""
        return self._schedule.next_due(now, regions)

    def release(self, owner: str) -> None:
        """Give back all that an owner holds; what it still records is refused."""
        self._schedule.release(owner)

    def release_all(self) -> None:
        """Give back all that anybody holds: for the holder of the writer lock, who is alone."""
        self._schedule.release(None)

    # What is observed

    def record(self, outcomes: Sequence[Outcome]) -> list[Recorded]:
        """Keep the outcomes of claimed runs, of each all or nothing; return what became of each in their order.

        An outcome whose claim was lost is refused. An observation that is not newer than the last one of
        its line (a clock set back) is dropped, and its claim completed. An outcome that cannot be stored
        at all is refused with its `fault`; the others are kept.
        """
        return self._recorder.record(outcomes)

    def ping(self, said: Ping) -> None:
        """Keep the latest word of a heartbeat."""
        self._signals.ping(said)

    def watch(self, heartbeats: Iterable[tuple[str, str]], at: datetime) -> None:
        """Note since when these heartbeats (component, check) are waited for."""
        self._signals.watch(heartbeats, at)

    def pings(self) -> dict[tuple[str, str], Pings]:
        """Return what each heartbeat (component, check) last said."""
        return self._signals.pings()

    def uplink_down(self, region: str, at: datetime) -> None:
        """Note that our own connection in a region is down since then, unless that is known."""
        self._signals.uplink_down(region, at)

    def uplink_up(self, region: str, at: datetime) -> None:
        """Note that our own connection in a region works again, if it was down."""
        self._signals.uplink_up(region, at)

    # What is kept

    def history(self, since: datetime | None = None) -> History:
        """Return all rows from `since` on, oldest first, and those before it that reach over it."""
        with self._database.read() as connection:
            return read_rows(connection, since)

    def history_size(self) -> int:
        """Return a number that grows with each change of state, and with each beginning and end of a gap."""
        with self._database.read() as connection:
            return count_rows(connection)

    def latency(self, since: datetime, until: datetime, resolution: Resolution | str) -> list[Rollup]:
        """Return the roll-ups of each line that begin in [since, until), by time and line."""
        return self._rollups.read(since, until, Resolution(resolution))

    def summed_up_to(self) -> datetime | None:
        """Return up to when observations were summed up, or None where they never were."""
        return self._rollups.summed_up_to()

    def roll_up(self, now: datetime) -> int:
        """Sum up what was observed since the last time, by hours and days; return how many hours had news."""
        return self._rollups.roll_up(now)

    def prune(self, now: datetime) -> int:
        """Forget raw observations, hours and deliveries that are past their time; return how many observations."""
        self.outbox.prune(now)
        return self._rollups.prune(now)

    def digests(self) -> list[tuple[date, str]]:
        """Return the digest of each sealed day, oldest first."""
        with self._database.read() as connection:
            return read_digests(connection)

    def add_digest(self, day: date, digest: str) -> None:
        """Seal a day; raise StoreError where it was sealed with another digest."""
        with self._database.write() as connection:
            add_digest(self._database, connection, day, digest)

    def import_rows(self, history: History, daily: Sequence[Rollup] = ()) -> int:
        """Add rows that are not there yet; return how many there were. What is there is kept as it is."""
        return self._importer.add(history, daily)
