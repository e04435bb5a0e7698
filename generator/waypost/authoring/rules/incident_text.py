"""Change the text of an incident by adding to it, so that every byte a person wrote stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.formats.status import UpdateStatus


@dataclass(frozen=True)
class NewUpdate:
    """What is to be said next."""

    status: UpdateStatus
    at: datetime
    """With the offset that is written."""
    message: str
    next_update: timedelta | None = None
    """How soon more will be said; it becomes a line of its own."""

    @property
    def next_update_by(self) -> datetime | None:
        """When the next word is promised."""
        return self.at + self.next_update if self.next_update else None

    @property
    def body(self) -> str:
        """What stands below the heading, with plain line ends."""
        text = "\n".join(self.message.strip().splitlines())
        promised = self.next_update_by
        return f"{text}\n\nNext update by {promised.isoformat()}." if promised else text

    @property
    def text(self) -> str:
        """The heading and what stands below it."""
        return f"## {self.status} · {self.at.isoformat()}\n{self.body}\n"


def append_update(data: bytes, update: NewUpdate) -> bytes:
    """Return a file with an update at its end; the line ends are those of the file."""
    end = line_end(data)
    gap = b"" if data.endswith((b"\n", b"\r")) else end
    gap += b"" if (data + gap).endswith((end + end, b"\n\n")) else end
    # What the command line could not decode is found when the file is read.
    return data + gap + update.text.encode(errors="surrogateescape").replace(b"\n", end)


def line_end(data: bytes) -> bytes:
    """Return how the last line of a file ends, or a newline where none does."""
    found = re.findall(rb"\r\n|\n|\r", data[-65536:])
    return found[-1] if found else b"\n"
