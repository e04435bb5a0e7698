"""Small types of the file formats: each reads one form of text and says plainly what is wrong with it."""

from __future__ import annotations

import re
import zoneinfo
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from waypost.base.cut_text import CutText

STRICT = ConfigDict(extra="forbid", defer_build=True)
"""Configuration of every format: an unknown key is an error, and a model is built when it is first used."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:]+")
"""One mail address, without a name or a second one."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
# What XML 1.0 forbids, surrogates, and the marks that reverse the direction of text after them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def fault(code: str, message: str, key: str | None = None) -> PydanticCustomError:
    """Build the error that carries a problem code of ours through pydantic; `key` is the one to look at."""
    return PydanticCustomError(code, "{message}", {"message": message, **({"key": key} if key else {})})


def _plain(text: str) -> str:
    if "{{" in text or "{%" in text:
        raise fault("template-syntax", "Template code is not run here. Write the text as it should be read.")
    if _FORBIDDEN.search(text):
        raise fault(
            "control-character", "The text holds an invisible control character. Type it again by hand."
        )
    stripped = " ".join(text.split())
    if not stripped:
        raise fault(
            "bad-value", "The text is empty. Write something, or leave the key out if it is optional."
        )
    return stripped


def _whole(value: Any) -> Any:
    if isinstance(value, CutText):
        raise fault(
            "comment",
            "The text ends before the #, because a comment begins there. "
            "Put the text in quotes, or the comment on a line of its own.",
        )
    return value


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise fault("bad-value", "Expected a duration with its unit, such as 500ms, 60s, 5m, 2h or 1d.")
    try:
        duration = timedelta(seconds=float(match[1]) * _UNITS[match[2]])
    except OverflowError:
        duration = timedelta.max
    if not timedelta(0) < duration <= timedelta(days=366):
        raise fault("bad-value", "A duration is longer than nothing and at most 366 days.")
    return duration


def read_moment(text: str) -> datetime | None:
    """Read a time with its offset; None for anything else, and for years too far off to reckon with."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and 1970 < moment.year < 3000 else None


def _moment(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    example = "Write it as 2026-11-20T10:02:00+01:00."
    try:
        has_offset = datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        raise fault("bad-date", f"This is not a date and time that exists. {example}") from None
    if not has_offset:
        raise fault(
            "bad-date", f"The time has no offset from UTC, so nobody knows whose clock is meant. {example}"
        )
    moment = read_moment(value)
    if moment is None:
        raise fault("bad-date", f"The year cannot be meant. {example}")
    return moment


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise fault("bad-date", "This is not a date that exists. Write it as 2026-11-20.") from None


def _moment_or_day(value: Any) -> Any:
    is_day = not isinstance(value, datetime) and len(str(value)) <= len("2026-11-20")
    return _day(value) if is_day else _moment(value)


def _time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise fault("bad-value", "Unknown time zone. Use a name such as Europe/Berlin or UTC.") from None
    return name


def _trust(text: str) -> str:
    if not text or not text.isprintable() or "://" in text or "BEGIN" in text:
        raise fault(
            "bad-value",
            "Expected the path of a file with certificates in PEM, such as status/authority.pem, or `system`.",
        )
    return text


def _url(text: str, schemes: tuple[str, ...]) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(ch.isspace() or not ch.isprintable() for ch in text):
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise fault("bad-value", f"Expected a whole address without spaces that starts with {starts}.")
    return text


def web_url(text: str) -> str:
    """Return an absolute http or https address as it is; `fault` for anything else."""
    return _url(text, ("https", "http"))


def https_url(text: str) -> str:
    """Return an absolute https address as it is; `fault` for anything else."""
    _url(text, ("https",))
    if "@" in urlsplit(text).netloc:
        raise fault(
            "bad-value", "An address that everyone can read holds no name or password. Leave them out."
        )
    return text


def host_port(text: str, *, any_port: bool = False) -> tuple[str, int]:
    """Split `host:port`, `192.0.2.1:53` or `[2001:db8::1]:53`; `fault` for anything else.

    With `any_port` the port may be 0, which lets the system choose one.
    """
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
        usable = bool(host and (port or any_port)) and parts.netloc == text and "@" not in text
    except ValueError:
        host, port, usable = None, None, False
    if not usable or host is None or port is None or any(ch.isspace() or not ch.isprintable() for ch in text):
        raise fault(
            "bad-value", "Expected a host and a port, such as mail.example.com:25 or [2001:db8::1]:53."
        )
    return host, port


def _host_port(text: str) -> str:
    host_port(text)
    return text


def _directory_url(text: str) -> str:
    return web_url(text).rstrip("/") + "/"


def content_path(text: str) -> str:
    """Return the path of an article from content/ as it is; `fault` for anything else."""
    if text.startswith("/") or ".." in text.split("/") or not text.endswith(".md"):
        raise fault("bad-value", "Expected the path of an article from content/, such as galleries/open.md.")
    return text


def _file_path(text: str) -> str:
    parts = text.split("/")
    if set(text) & set("\\?#%") or any(not part or part.startswith(".") for part in parts):
        raise fault(
            "bad-value", "Expected the path of a file from content/, such as downloads/checklist.pdf."
        )
    if text.endswith((".md", ".yml", ".yaml")):
        raise fault(
            "bad-value", "Articles and settings cannot be offered as files. Name another kind of file."
        )
    return text


def _former_address(text: str) -> str:
    example = "Expected an address below the root of the help center, such as old/page/."
    if "://" in text or text.startswith("/"):
        raise fault("bad-value", f"{example} Leave out the host and the slash at the start.")
    parts = text.removesuffix("/").split("/")
    if ".." in parts or "." in parts:
        raise fault("bad-value", f"The address climbs out of its folder. {example}")
    if set(text) & set("?#%\\:") or not text.isprintable() or text != text.strip():
        raise fault("bad-value", f"{example} Leave out spaces at its ends and the characters ? # % : and \\.")
    if not all(parts) or parts[0].startswith(".") or any(len(part.encode()) > 200 for part in parts):
        reason = "Each part has a name of at most 200 bytes, and the first does not start with a dot."
        raise fault("bad-value", f"{example} {reason}")
    return text if text.lower().endswith((".html", ".htm")) else "/".join([*parts, ""])


_WITH_FILES = frozenset({"badge", "components", "impact"})
"""Folders of the status page with files of changing names in them, and pages of their own."""


def _status_address(text: str) -> str:
    first, *others = text.split("/")[:-1] or [""]
    is_file = "." in first or (first in _WITH_FILES and any("." in part for part in others))
    if is_file or first in ("api", "assets"):
        message = (
            "The status page has files there. Expected an address of a page, such as incidents/kctbh9vrtdwd/."
        )
        raise fault("bad-value", message)
    return text


Line = Annotated[str, BeforeValidator(_whole), AfterValidator(_plain), Field(max_length=160)]
"""One line of text for people: no control characters, no template code, at most 160 characters."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A name for machines: lower-case letters, digits and single hyphens."""

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda span: f"{span.total_seconds():g}s"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"}),
]
"""A length of time with its unit: 500ms, 60s, 5m, 2h, 1d."""

Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A point in time with its offset from UTC."""

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar day."""

MomentOrDay = Annotated[
    datetime | date,
    BeforeValidator(_moment_or_day),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
    ),
]
"""A point in time with its offset from UTC, or a whole calendar day."""

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""The name of a time zone of the IANA data base."""

Trust = Annotated[str, AfterValidator(_trust), Field(max_length=1000)]
"""A file of certificates in PEM, from the root of the site or with its whole path; or `system`."""

WebUrl = Annotated[str, AfterValidator(web_url), Field(max_length=2000)]
"""An absolute http or https address."""

HttpsUrl = Annotated[str, AfterValidator(https_url), Field(max_length=2000)]
"""An absolute https address without a name or password in it."""

HostPort = Annotated[str, AfterValidator(_host_port), Field(max_length=300)]
"""A host and a port, such as `mail.example.com:25`."""

DirectoryUrl = Annotated[str, AfterValidator(_directory_url), Field(max_length=2000)]
"""An absolute http or https address of a folder; a missing slash at its end is added."""

ContentPath = Annotated[str, AfterValidator(content_path), Field(max_length=200)]
"""The path of an article, from content/."""

FilePath = Annotated[str, AfterValidator(_file_path), Field(max_length=200)]
"""The path of a file that is published as it is, from content/: `downloads/checklist.pdf`."""

FormerAddress = Annotated[str, AfterValidator(_former_address), Field(max_length=200)]
"""An address that a page had once, from the root of the help center; a missing slash at its end is added."""

FormerStatusAddress = Annotated[
    str, AfterValidator(_former_address), AfterValidator(_status_address), Field(max_length=200)
]
"""An address that an incident had once, from the root of the status page; a missing slash is added."""
