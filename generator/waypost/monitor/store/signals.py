"""Reports of heartbeats, and the gaps of our own connection, in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Lock
from waypost.base.database.schema import ping, uplink_gap
from waypost.base.database.values import LARGEST, optional_moment, to_ms
from waypost.formats.observations import Ping, PingKind, Pings, Series
from waypost.monitor.store.series import SeriesRows


class Signals(SeriesRows):
    """The pings and the uplink of one database."""

    def ping(self, report: Ping, now: datetime) -> None:
        """Keep the latest report of a heartbeat; an older report that comes late changes nothing.

        What is stored with a moment later than now was written by a wrong clock: it counts as before this report.
        """
        series = Series(report.component, report.check)
        number = self._series.numbers([series])[series]
        moment = to_ms(report.at)
        kind = report.kind.value
        values = {"line": number, "first": moment, kind: moment}
        if report.kind is PingKind.FAIL and report.exit_code is not None:
            values["exit_code"] = max(-LARGEST, min(report.exit_code, LARGEST))
        insert = self._database.insert(ping).values(**values)
        changed: dict[str, sa.ColumnElement[Any]] = {kind: insert.excluded[kind]}
        if report.kind is PingKind.FAIL:
            # The code belongs to the failure: one without a code takes an older one's away.
            changed["exit_code"] = insert.excluded.exit_code
        is_newer = sa.or_(ping.c[kind].is_(None), ping.c[kind] < insert.excluded[kind])
        with self._database.write() as connection:
            _settle(connection, number, moment, to_ms(now))
            connection.execute(
                insert.on_conflict_do_update(index_elements=[ping.c.line], set_=changed, where=is_newer)
            )

    def watch(self, heartbeats: Iterable[tuple[str, str]], at: datetime) -> None:
        """Note since when these heartbeats (component, check) are waited for; the first time counts."""
        wanted = [Series(component, check) for component, check in heartbeats]
        if not wanted:
            return
        numbers = self._series.numbers(wanted)
        moment = to_ms(at)
        rows = [{"line": number, "first": moment} for number in sorted(numbers.values())]
        with self._database.write() as connection:
            connection.execute(self._database.upsert(ping), rows)

    def pings(self) -> dict[tuple[str, str], Pings]:
        """Return what each heartbeat (component, check) last report."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(ping).order_by(ping.c.line)).all()
            by_number = self._series.named(connection, [row.line for row in rows])
        return {
            (by_number[row.line].component, by_number[row.line].check): Pings(
                optional_moment(row.success),
                optional_moment(row.start),
                optional_moment(row.fail),
                row.exit_code,
                optional_moment(row.first),
            )
            for row in rows
        }

    def uplink_down(self, region: str, at: datetime) -> None:
        """Note that our own connection in a region is down since then, unless that is known already."""
        with self._database.write() as connection:
            # Two pollers of a region may notice at the same time; one of them is first.
            self._database.lock(connection, Lock.UPLINK)
            is_open = sa.select(uplink_gap.c.start).where(
                uplink_gap.c.region == region, uplink_gap.c.end.is_(None)
            )
            if connection.execute(is_open).first() is not None:
                return
            # A gap that began at this very moment and was ended goes on.
            connection.execute(
                self._database.upsert(uplink_gap, "end").values(region=region, start=to_ms(at), end=None)
            )

    def uplink_up(self, region: str, at: datetime) -> None:
        """Note that our own connection in a region works again, if it was down."""
        moment = to_ms(at)
        with self._database.write() as connection:
            connection.execute(
                uplink_gap.update()
                .where(uplink_gap.c.region == region, uplink_gap.c.end.is_(None))
                # The clock may have been set back since: no gap ends before it began.
                .values(end=sa.case((uplink_gap.c.start > moment, uplink_gap.c.start), else_=moment))
            )


def _settle(connection: Connection, number: int, moment: int, now: int) -> None:
    """Move what a heartbeat reported later than now to just before a moment, in the order in which it came."""
    columns = (ping.c.success, ping.c.start, ping.c.fail, ping.c.first)
    row = connection.execute(sa.select(*columns).where(ping.c.line == number).with_for_update()).first()
    later = {name: value for name, value in (row._mapping if row else {}).items() if value and value > now}
    if later:
        ahead = max(later.values()) - (moment - 1)
        settled = {name: value - ahead for name, value in later.items()}
        connection.execute(ping.update().where(ping.c.line == number).values(settled))
