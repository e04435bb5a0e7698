"""The tables of the database, as the code sees them; the migrations make them.

Times are whole milliseconds since 1970 in UTC, states small numbers (see `codec.STATUS_NUMBERS`). What is
stored often names its line by a small number, so that a raw observation takes some twenty bytes.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text),
)
"""The version of the schema, and how far roll-ups are."""

line = sa.Table(
    "line",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("component", sa.Text, nullable=False),
    sa.Column("check", sa.Text, nullable=False),
    sa.Column("region", sa.Text, nullable=False),
    sa.UniqueConstraint("component", "check", "region"),
)
"""Every line ever observed, with its number; never removed."""

observation = sa.Table(
    "observation",
    metadata,
    # Time comes first: the rows of a minute lie together, which makes writing them cheap.
    sa.Column("at", sa.BigInteger, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("latency", sa.Integer, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("reason", sa.Text),
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (at)",
)
"""Raw answers, latency in milliseconds."""

state_change = sa.Table(
    "state_change",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("confirmed_at", sa.BigInteger, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text),
)
"""Confirmed changes of state, with the answers that confirmed them as JSON."""

coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("end", sa.BigInteger, nullable=False),
)
"""Stretches of watched time."""

line_state = sa.Table(
    "line_state",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("covered_from", sa.BigInteger),
    sa.Column("covered_until", sa.BigInteger),
)
"""What judging a line's next answer needs, as JSON, and its latest stretch of coverage."""

schedule = sa.Table(
    "schedule",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("region", sa.Text, nullable=False),
    sa.Column("every", sa.BigInteger, nullable=False),
    sa.Column("lease", sa.BigInteger, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("leased_until", sa.BigInteger),
    sa.Index("schedule_by_due", "due_at"),
)
"""When each configured line is run next, and who runs it now."""

ping = sa.Table(
    "ping",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("success", sa.BigInteger),
    sa.Column("start", sa.BigInteger),
    sa.Column("fail", sa.BigInteger),
    sa.Column("exit_code", sa.Integer),
)
"""The latest word of each heartbeat."""

uplink_gap = sa.Table(
    "uplink_gap",
    metadata,
    sa.Column("region", sa.Text, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("end", sa.BigInteger),
)
"""When our own connection was down; the end is empty while it is."""

certificate = sa.Table(
    "certificate",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("warn_days", sa.Integer, nullable=False),
    sa.Column("told", sa.BigInteger),
)
"""The certificate each line last saw, and the end that an event has told of."""


def _rollup(name: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("operational", sa.Integer, nullable=False),
        sa.Column("degraded", sa.Integer, nullable=False),
        sa.Column("partial", sa.Integer, nullable=False),
        sa.Column("major", sa.Integer, nullable=False),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


hourly = _rollup("hourly")
daily = _rollup("daily")

digest = sa.Table(
    "digest",
    metadata,
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
)
"""The chain of daily digests; a day is written as 2026-11-20."""

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("line", sa.Integer),
    sa.Column("region", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What happened, for whoever delivers it; written together with the rows that it tells of."""
