"""The tables of the database, as the code sees them; the migrations make them.

Times are whole milliseconds since 1970 in UTC, states small numbers (see `codec.STATUS_NUMBERS`). What is
stored often names its series by a small number, so that a raw observation takes some twenty bytes.
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

series = sa.Table(
    "line",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("component", sa.Text, nullable=False),
    sa.Column("check", sa.Text, nullable=False),
    sa.Column("region", sa.Text, nullable=False),
    sa.UniqueConstraint("component", "check", "region"),
)
"""Every series ever observed, with its number; never removed."""

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
)
"""Confirmed changes of state; never removed."""

coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("end", sa.BigInteger, nullable=False),
)
"""Stretches of watched time."""

series_state = sa.Table(
    "line_state",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("covered_from", sa.BigInteger),
    sa.Column("covered_until", sa.BigInteger),
)
"""The state of a series, which judging its next answer needs, as JSON, and its latest stretch of coverage."""

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
"""When each configured series is run next, and who runs it now."""

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
)
"""The certificate each series last saw."""


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

_big_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("sequence", _big_number, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Index("notice_by_subject", "subject"),
)
"""Everything that was ever told, so that nothing is told twice; never removed."""

message = sa.Table(
    "message",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""The frozen body of a notice for each channel, while a delivery needs it."""

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", _big_number, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.SmallInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("last_at", sa.BigInteger),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("delivered_at", sa.BigInteger),
    sa.Column("remote", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
"""A notice on its way to an endpoint; states are those of `codec.DELIVERY_NUMBERS`."""

# The conditions are written out: an index over a part of a table serves only who asks in the very same words.
delivery_is_pending = delivery.c.state == sa.literal_column("0")
delivery_has_remote = delivery.c.remote != sa.literal_column("''")

sa.Index("delivery_by_notice", delivery.c.sequence, delivery.c.endpoint, unique=True)
sa.Index(
    "delivery_pending",
    delivery.c.endpoint,
    delivery.c.id,
    sqlite_where=delivery_is_pending,
    postgresql_where=delivery_is_pending,
)
sa.Index(
    "delivery_by_remote",
    delivery.c.endpoint,
    delivery.c.sequence,
    sqlite_where=delivery_has_remote,
    postgresql_where=delivery_has_remote,
)

endpoint = sa.Table(
    "endpoint",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("configured", sa.SmallInteger, nullable=False),
    sa.Column("next_at", sa.BigInteger),
    sa.Column("set_at", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("leased_until", sa.BigInteger),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("failing_since", sa.BigInteger),
    sa.Column("disabled_at", sa.BigInteger),
    sa.Column("disabled_reason", sa.Text),
)
"""Where a subscriber is reached, when it is sent to next, and which worker holds it.

`next_at` is empty exactly where nothing is pending; `set_at` is when it or the lease was set, by the clock of
whoever did.
"""

sa.Index(
    "endpoint_by_due",
    endpoint.c.next_at,
    endpoint.c.id,
    sqlite_where=endpoint.c.next_at.is_not(None),
    postgresql_where=endpoint.c.next_at.is_not(None),
)
sa.Index(
    "endpoint_by_owner",
    endpoint.c.owner,
    sqlite_where=endpoint.c.owner.is_not(None),
    postgresql_where=endpoint.c.owner.is_not(None),
)

delivery_host = sa.Table(
    "delivery_host",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("open_until", sa.BigInteger),
)
"""Hosts that have failed: how often in a row, and until when nothing is sent to them."""

component_told = sa.Table(
    "component_told",
    metadata,
    sa.Column("component", sa.Text, primary_key=True),
    sa.Column("status", sa.SmallInteger, nullable=False),
)
"""What was last told, or silently noted, of each component."""

acknowledgement = sa.Table(
    "acknowledgement",
    metadata,
    sa.Column("incident", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
"""Who said, and when, that somebody takes care of an incident."""

unsubscribed = sa.Table(
    "unsubscribed",
    metadata,
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Subscribers who left by the link in a mail."""
