"""Bring pictures and files over from the hosts that pages show them from: guarded, limited, known by their content."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from waypost.base.ids import slugify
from waypost.base.net.addresses import refuser
from waypost.base.net.failures import AddressRefused, Unanswered
from waypost.base.net.network import Refuse, deadline
from waypost.base.net.web import Request, fetch
from waypost.importing.rules.addresses import free_name
from waypost.problems import Level, Location, Problem

_MIB = 1024 * 1024


@dataclass(frozen=True)
class FetchLimits:
    """How much is brought over at most."""

    files: int = 5000
    size: int = 20 * _MIB
    """Bytes of one file."""
    total: int = 1024 * _MIB
    """Bytes of all files."""
    timeout: timedelta = timedelta(seconds=30)
    """For one file."""
    whole: timedelta = timedelta(minutes=30)
    """For all of them."""


LIMITS = FetchLimits()
_AT_ONCE = 8
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"%PDF-", ".pdf"),
)
_ARCHIVES = frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods", ".epub", ".zip"})


@dataclass
class FetchedFiles:
    """What was brought over."""

    files: dict[str, Path] = field(default_factory=dict)
    """By its address."""
    problems: list[Problem] = field(default_factory=list)


def fetch_files(
    addresses: Sequence[str],
    folder: Path,
    shown: str,
    *,
    limits: FetchLimits = LIMITS,
    refuse: Refuse | None = None,
) -> FetchedFiles:
    """Fetch addresses into a folder, one below it for each host; what cannot be had becomes a warning for its reason.

    Addresses of private networks are refused, unless `refuse` says otherwise.
    """
    ends = time.monotonic() + limits.whole.total_seconds()
    refuse = refuse or refuser(())
    failed: dict[str, list[str]] = {}
    made = FetchedFiles()
    taken: set[str] = set()
    total = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(addresses), _AT_ONCE):
            some = addresses[start : start + _AT_ONCE]
            stop = _stop(start, total, ends, limits)
            if stop:
                failed.setdefault(stop, []).extend(addresses[start:])
                break
            results = pool.map(partial(_fetched, limits=limits, refuse=refuse), some)
            for address, result in zip(some, results, strict=True):
                if isinstance(result, str):
                    failed.setdefault(result, []).append(address)
                    continue
                data, ending = result
                total += len(data)
                name = free_name(_name(address), taken, ending)
                taken.add(name)
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                made.files[address] = path
    made.problems = [_failure(reason, those, shown) for reason, those in failed.items()]
    return made


def _stop(count: int, total: int, ends: float, limits: FetchLimits) -> str:
    """Say why no more is fetched, or nothing."""
    if count >= limits.files:
        return f"more than {limits.files} files are not brought over at once"
    if total >= limits.total:
        return f"more than {limits.total // _MIB} MiB are not brought over at once"
    return "there was no time left" if time.monotonic() >= ends else ""


def _fetched(address: str, limits: FetchLimits, refuse: Refuse) -> tuple[bytes, str] | str:
    """Return a file and its ending, or why it cannot be had."""
    url = f"https:{address}" if address.startswith("//") else address
    try:
        with deadline(limits.timeout, refuse):
            answer = fetch(Request(url), max_size=limits.size, redirects=3)
    except AddressRefused:
        return "the host is in a private network"
    except Unanswered as error:
        return str(error)
    except OSError as error:
        return (error.strerror or type(error).__name__).lower()
    if answer.status != 200:
        return f"the server answered with HTTP status {answer.status}"
    if len(answer.body) > limits.size:
        return f"it is larger than {limits.size // _MIB} MiB"
    ending = _ending(answer.body, address)
    return (answer.body, ending) if ending else "it is no picture and no document of a known type"


def _ending(data: bytes, address: str) -> str:
    """Return the ending for the content of a file; empty for what a site should not offer, such as SVG and HTML."""
    found = next((ending for start, ending in _STARTS if data.startswith(start)), "")
    if found:
        return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    if data[4:8] == b"ftyp":
        return ".avif" if data[8:12] in (b"avif", b"avis") else ".mp4"
    if data.startswith(b"PK\x03\x04"):
        named = PurePosixPath(urlsplit(address).path).suffix.lower()
        return named if named in _ARCHIVES else ".zip"
    return ""


def _name(address: str) -> str:
    parts = urlsplit(address)
    return f"{slugify(parts.hostname or 'host')}/{slugify(PurePosixPath(unquote(parts.path)).stem or 'file')}"


def _failure(reason: str, addresses: Sequence[str], shown: str) -> Problem:
    count = "1 picture or file was" if len(addresses) == 1 else f"{len(addresses)} pictures and files were"
    message = f"{count} not brought over: {reason}. The first is {addresses[0][:300]}"
    return Problem(Location(shown), "import", message, Level.WARNING)
