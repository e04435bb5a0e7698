"""The command line on a machine whose clock is wrong by the seconds in a file: `skewed_waypost.py FILE run …`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import waypost.base.clock
from waypost.cli import main

FILE = Path(sys.argv[1])


class SkewedTime(datetime):
    """The time of day of that machine."""

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> SkewedTime:  # type: ignore[override]
        text = FILE.read_text(encoding="utf-8")
        moment = datetime.now(tz) + timedelta(seconds=float(text or 0))
        return cls.fromtimestamp(moment.timestamp(), tz)


if __name__ == "__main__":
    # Everything takes the time from this module.
    waypost.base.clock.datetime = SkewedTime  # type: ignore[misc,attr-defined]
    main(sys.argv[2:])
