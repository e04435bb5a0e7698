"""Sum observations up by hours and days, and forget what is past its time.

Each hour that may have new rows is summed up again from its observations, and each day from its hours, so
that doing it twice, or again after a crash half way, changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Lock
from waypost.base.database.partitions import DAY, day_of, days, drop_day
from waypost.base.database.schema import daily, hourly, meta, observation
from waypost.base.database.values import from_ms, span_ms, to_ms
from waypost.base.sketch import Sketch, bucket
from waypost.monitor.store.confirmed_time import confirmed_until
from waypost.monitor.store.series import SeriesRows

KEEP_OBSERVATIONS = timedelta(days=14)
"""How long raw observations are kept; state changes and coverage are kept for ever."""

KEEP_HOURS = timedelta(days=90)
"""How long hourly roll-ups are kept; daily ones are kept for ever."""

LATE = timedelta(hours=3)
"""How long after its hour an observation may be stored and still be summed up."""

HOUR = 3_600_000
"""An hour in milliseconds."""

COUNTS = ("operational", "degraded", "partial", "major")
"""The columns that count answers, by the numbers of their states."""

_MARK = "rolled_up"


class Rollups(SeriesRows):
    """The roll-ups of one database."""

    def roll_up(self, now: datetime) -> int:
        """Sum up what is new, the present hour and day included; return how many hours had news."""
        moment = to_ms(now)
        with self._database.read() as connection:
            mark = _mark(connection)
        # A clock that was ahead has set the mark in the future; it is not believed.
        cursor = 0 if mark is None else min(mark, moment) // HOUR * HOUR - span_ms(LATE)
        days_touched: set[int] = set()
        summed = 0
        while (found := self._roll_up_hour(cursor, moment)) is not None:
            hour, had_news = found
            summed += had_news
            days_touched.add(day_of(hour))
            cursor = hour + HOUR
        for day in sorted(days_touched):
            self._roll_up_day(day)
        with self._database.write() as connection:
            self._database.lock(connection, Lock.ROLL_UP)
            connection.execute(self._database.upsert(meta, "value").values(key=_MARK, value=str(moment)))
        return summed

    def _roll_up_hour(self, cursor: int, moment: int) -> tuple[int, bool] | None:
        """Sum up the first hour from the cursor on that has observations; return it, and whether it had news.

        Observations that are later than the moment were made by a wrong clock and count for nothing.

        None where there is no such hour. Observations are added and never changed: when as many of them
        are summed up as there are, nothing is to be done.
        """
        # Two pollers may do this at once; where the older sum is written last, the next look finds it too small.
        with self._database.read() as connection:
            first = connection.scalar(
                sa.select(observation.c.at)
                .where(observation.c.at >= cursor, observation.c.at <= moment)
                .order_by(observation.c.at)
                .limit(1)
            )
            if first is None:
                return None
            hour = int(first) // HOUR * HOUR
            end = min(hour + HOUR, moment + 1)
            within = (observation.c.at >= hour, observation.c.at < end)
            there = connection.scalar(sa.select(sa.func.count()).select_from(observation).where(*within))
            if there == _counted(connection, hourly, hour, HOUR):
                return hour, False
            columns = (observation.c.line, observation.c.status, observation.c.latency)
            rows = _summed(connection.execute(sa.select(*columns).where(*within)), hour)
        self._write(hourly, rows)
        return hour, True

    def _roll_up_day(self, day: int) -> None:
        with self._database.read() as connection:
            if _counted(connection, hourly, day, DAY) == _counted(connection, daily, day, DAY):
                return
            hours: dict[int, list[Any]] = defaultdict(list)
            for row in connection.execute(
                sa.select(hourly).where(hourly.c.at >= day, hourly.c.at < day + DAY)
            ):
                hours[row.line].append(row)
        self._write(daily, [_merged(series, day, hours[series]) for series in sorted(hours)])

    def _write(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        with self._database.write() as connection:
            self._database.lock(connection, Lock.ROLL_UP)
            connection.execute(self._database.upsert(table, *COUNTS, "sketch"), rows)

    def prune(self, now: datetime) -> int:
        """Forget whole days of raw observations and of hours that are past their time.

        What is not summed up yet is kept, and time that is not confirmed counts for nothing: see
        `confirmed_until`. Returns how many observations were forgotten.
        """
        with self._database.read() as connection:
            mark = _mark(connection)
            now = min(now, confirmed_until(connection, now))
        if mark is None:
            return 0
        limit = day_of(min(to_ms(now - KEEP_OBSERVATIONS), mark))
        forgotten = self._drop_days(limit) if self._database.is_postgres else self._delete_hours(limit)
        with self._database.write() as connection:
            limit = day_of(min(to_ms(now - KEEP_HOURS), mark))
            connection.execute(hourly.delete().where(hourly.c.at < limit))
        return forgotten

    def _drop_days(self, limit: int) -> int:
        forgotten = 0
        with self._database.read() as connection:
            over = [day for day in days(connection) if day < limit]
        for day in over:
            with self._database.write() as connection:
                forgotten += drop_day(self._database, connection, day)
        return forgotten

    def _delete_hours(self, limit: int) -> int:
        """Delete hour by hour: one long transaction would keep the answers of checks waiting."""
        forgotten = 0
        while True:
            with self._database.write() as connection:
                first = connection.scalar(sa.select(sa.func.min(observation.c.at)))
                if first is None or first >= limit:
                    return forgotten
                end = min(int(first) // HOUR * HOUR + HOUR, limit)
                forgotten += connection.execute(observation.delete().where(observation.c.at < end)).rowcount

    def summed_up_to(self) -> datetime | None:
        """Return up to when everything was summed up, or None where nothing was yet."""
        with self._database.read() as connection:
            mark = _mark(connection)
        return None if mark is None else from_ms(mark)


def _mark(connection: Connection) -> int | None:
    """Return up to when everything is summed up."""
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _MARK))
    return None if found is None else int(found)


def _counted(connection: Connection, table: sa.Table, start: int, length: int) -> int:
    """Return how many observations are summed up in the rows of a stretch of time."""
    answers = sum((table.c[name] for name in COUNTS), sa.literal(0))
    within = (table.c.at >= start, table.c.at < start + length)
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(answers), 0)).where(*within)) or 0)


def _summed(observations: Any, hour: int) -> list[dict[str, Any]]:
    buckets: dict[int, int] = {}
    counts: dict[int, list[int]] = {}
    sketches: dict[int, Counter[int]] = {}
    for series, status, latency in observations:
        if series not in counts:
            counts[series] = [0] * len(COUNTS)
            sketches[series] = Counter()
        counts[series][status] += 1
        if latency not in buckets:
            buckets[latency] = bucket(latency)
        sketches[series][buckets[latency]] += 1
    return [_row(series, hour, counts[series], Sketch(sketches[series])) for series in sorted(counts)]


def _merged(series: int, day: int, hours: list[Any]) -> dict[str, Any]:
    counts = [sum(getattr(row, name) for row in hours) for name in COUNTS]
    return _row(series, day, counts, Sketch.merged(row.sketch for row in hours))


def _row(series: int, at: int, counts: list[int], sketch: Sketch) -> dict[str, Any]:
    return {
        "at": at,
        "line": series,
        **dict(zip(COUNTS, counts, strict=True)),
        "sketch": sketch.to_bytes(),
    }
