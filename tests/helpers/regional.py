"""A page whose checks run in three regions, and rows of which one region says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from helpers.status_world import change, moment, site, stretch
from waypost.formats.checks import HttpCheck
from waypost.formats.status import Certificate, UplinkGap
from waypost.formats.status_config import Component, StatusConfig
from waypost.formats.status_site import History, StatusSite

REGIONS = {"eu": "Frankfurt", "us": "Virginia", "ap": "Singapore"}


def combined_site(checks: Sequence[Sequence[str]], combine: Any = "any") -> StatusSite:
    """Make a page of one component with so many checks, each in the regions that are named."""
    made = tuple(
        HttpCheck(http="http://127.0.0.1:9/", every=timedelta(minutes=1), regions=tuple(regions))
        for regions in checks
    )
    component = Component(id="downloads", name="Downloads", checks=made, combine=combine)
    page = site().config.page
    return StatusSite(StatusConfig(page=page, components=(component,), regions=REGIONS))


def three_regions() -> StatusSite:
    """Make a page whose one check runs in three regions."""
    return combined_site([list(REGIONS)])


def rows(changes: Iterable[str], coverage: Iterable[str], uplink: Iterable[str] = ()) -> History:
    """Read rows as in `status_world`, with `@eu` behind a check for its region; gaps are `10:00-10:05 @eu`."""

    def parted(text: str) -> tuple[str, str]:
        found = re.search(r"@(\w+)", text)
        return text.replace(found[0], "") if found else text, found[1] if found else ""

    read = [(change(text), region) for text, region in map(parted, changes)]
    watched = [(stretch(text), region) for text, region in map(parted, coverage)]
    gaps = []
    for text, region in map(parted, uplink):
        start, _, end = text.strip().partition("-")
        gaps.append(UplinkGap(moment(start), moment(end) if end else None, region))
    return History(
        tuple(replace(row, region=region) for row, region in read),
        tuple(replace(row, region=region) for row, region in watched),
        tuple(gaps),
    )


def seen_from_three() -> History:
    """Return rows of a service that is well, but not from Virginia; its certificate ends soon."""
    found = rows(
        [*(f"00:00 http-1@{region} operational" for region in REGIONS), "10:00 http-1@us major_outage"],
        [f"00:00-11:59:30 http-1@{region}" for region in REGIONS],
    )
    soon = Certificate("downloads", "http-1", moment("11-25 00:00"), moment("11:00"), 14)
    return replace(found, certificates=(soon,))
