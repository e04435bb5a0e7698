"""The tables of the database, as the code sees them; the migrations make them.

Times are whole milliseconds since 1970 in UTC, states small numbers (see `codec.STATUS_NUMBERS`). What is
stored often names its series by a small number, so that a raw observation takes some twenty bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()

TEXT, BYTES = sa.Text(), sa.LargeBinary()
BIG, INT, SMALL = sa.BigInteger(), sa.Integer(), sa.SmallInteger()
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

Columns = Mapping[str, sa.types.TypeEngine[Any]]


def _table(
    name: str,
    key: Columns,
    columns: Columns,
    optional: Columns | None = None,
    *more: sa.schema.SchemaItem,
    **options: Any,
) -> sa.Table:
    """Return a table by its key, the columns that every row fills, and those that may be empty."""
    return sa.Table(
        name,
        metadata,
        *(
            sa.Column(each, kind, primary_key=True, autoincrement="auto" if each == "id" else False)
            for each, kind in key.items()
        ),
        *(sa.Column(each, kind, nullable=False) for each, kind in columns.items()),
        *(sa.Column(each, kind) for each, kind in (optional or {}).items()),
        *more,
        **options,
    )


meta = _table("meta", {"key": TEXT}, {}, {"value": TEXT})
"""The version of the schema, and how far roll-ups are."""

series = _table(
    "line",
    {"id": INT},
    {"component": TEXT, "check": TEXT, "region": TEXT},
    {},
    sa.UniqueConstraint("component", "check", "region"),
)
"""Every series ever observed, with its number; never removed."""

observation = _table(
    "observation",
    {"at": BIG, "line": INT},
    {"latency": INT, "status": SMALL},
    {"reason": TEXT},
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (at)",
)
"""Raw answers, latency in milliseconds."""

state_change = _table(
    "state_change", {"line": INT, "confirmed_at": BIG}, {"at": BIG, "status": SMALL, "reason": TEXT}
)
"""Confirmed changes of state; never removed."""

coverage = _table("coverage", {"line": INT, "start": BIG}, {"end": BIG})
"""Intervals of watched time."""

series_state = _table(
    "line_state", {"line": INT}, {"state": TEXT}, {"covered_from": BIG, "covered_until": BIG}
)
"""The state of a series, which judging its next answer needs, as JSON, and its latest interval of coverage."""

schedule = _table(
    "schedule",
    {"line": INT},
    {"region": TEXT, "every": BIG, "lease": BIG, "due_at": BIG, "epoch": BIG},
    {"owner": TEXT, "leased_until": BIG},
    sa.Index("schedule_by_due", "due_at"),
)
"""The next run of each configured series, and the poller that runs it now."""

ping = _table(
    "ping", {"line": INT}, {"first": BIG}, {"success": BIG, "start": BIG, "fail": BIG, "exit_code": INT}
)
"""The latest reports of each heartbeat."""

uplink_gap = _table("uplink_gap", {"region": TEXT, "start": BIG}, {}, {"end": BIG})
"""When our own connection was down; the end is empty while it is."""

certificate = _table("certificate", {"line": INT}, {"expires": BIG, "seen_at": BIG, "warn_days": INT})
"""The certificate each series last saw."""


maintenance_window = _table(
    "maintenance_window",
    {"work": TEXT, "seen_at": BIG},
    {"start": BIG, "end": BIG, "updates": INT, "has_update": SMALL},
)
"""The windows that each maintenance had, and when a page was first made with each."""


def _rollup(name: str) -> sa.Table:
    counts = dict.fromkeys(("operational", "degraded", "partial", "major"), INT)
    return _table(name, {"at": BIG, "line": INT}, {**counts, "sketch": BYTES}, sqlite_with_rowid=False)


hourly = _rollup("hourly")
daily = _rollup("daily")

digest = _table("digest", {"day": TEXT}, {"digest": TEXT})
"""The chain of daily digests; a day is written as 2026-11-20."""

notice = _table(
    "notice",
    {"sequence": BIG_ID},
    {"key": TEXT, "event": TEXT, "at": BIG, "subject": TEXT, "message_id": TEXT},
    {},
    sa.UniqueConstraint("key"),
    sa.Index("notice_by_subject", "subject"),
)
"""Every notice that was ever sent, so that none is sent twice; never removed."""

message = _table("message", {"sequence": BIG, "kind": TEXT}, {"body": BYTES})
"""The frozen body of a notice for each channel, while a delivery needs it."""

delivery = _table(
    "delivery",
    {"id": BIG_ID},
    {
        "sequence": BIG,
        "endpoint": TEXT,
        "kind": TEXT,
        "state": SMALL,
        "attempts": INT,
        "failures": INT,
        "created_at": BIG,
        "last_error": TEXT,
        "remote": TEXT,
    },
    {"last_at": BIG, "delivered_at": BIG},
    sqlite_autoincrement=True,
)
"""A notice on its way to an endpoint; states are those of `codec.DELIVERY_NUMBERS`."""

# The conditions are written out: an index over a part of a table serves only a query with the very same words.
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

endpoint = _table(
    "endpoint",
    {"id": TEXT},
    {"kind": TEXT, "host": TEXT, "fingerprint": TEXT, "configured": SMALL, "set_at": BIG, "epoch": BIG},
    {
        "next_at": BIG,
        "owner": TEXT,
        "leased_until": BIG,
        "failing_since": BIG,
        "disabled_at": BIG,
        "disabled_reason": TEXT,
    },
)
"""The endpoint of a subscriber, the time of its next delivery, and the worker that holds it.

`next_at` is empty exactly where nothing is pending; `set_at` is when it or the lease was set, by the clock of
the process that set it.
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

delivery_host = _table("delivery_host", {"host": TEXT}, {"failures": INT}, {"open_until": BIG})
"""Hosts that have failed: how often in a row, and until when nothing is sent to them."""

notified_component = _table("component_told", {"component": TEXT}, {"status": SMALL})
"""The status of each component in its last notice, or as it was silently noted."""

acknowledgement = _table("acknowledgement", {"incident": TEXT}, {"at": BIG, "by": TEXT})
"""Who acknowledged an incident, and when."""

unsubscribed = _table("unsubscribed", {"endpoint": TEXT}, {"at": BIG})
"""Subscribers who left by the link in a mail."""

fault = _table(
    "fault",
    {"kind": TEXT, "subject": TEXT, "owner": TEXT, "since": BIG},
    {"message": TEXT, "count": BIG, "last_at": BIG},
    {"until": BIG},
)
"""Our own faults, by the process that met them; `until` is empty while one lasts, and `last_at` moves on with it."""

set_aside = _table(
    "set_aside",
    {"id": BIG_ID},
    {"at": BIG, "name": TEXT, "row": TEXT, "reason": TEXT},
    sqlite_autoincrement=True,
)
"""Rows that were taken out of another table, as JSON, with that table's name and why."""
