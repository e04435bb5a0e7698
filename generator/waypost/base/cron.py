"""Schedules as cron has them, in a time zone: when a job is due next."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def explain_cron(expression: str) -> str:
    """Return why a text is no schedule, or an empty string."""
    if len(expression.split()) != 5:
        return "it has five fields: minute, hour, day of month, month, day of week"
    try:
        next(CronSim(expression, _ANY_DAY))
    except CronSimError as error:
        return str(error)[:1].lower() + str(error)[1:]
    except StopIteration:
        return "it never comes"
    return ""


def next_run(expression: str, time_zone: str, after: datetime) -> datetime:
    """Return the next time of a schedule after a moment, in UTC.

    The local time is converted before anything is added to it: an hour after 01:30 is not always 02:30.
    """
    return next(CronSim(expression, after.astimezone(ZoneInfo(time_zone)))).astimezone(UTC)
