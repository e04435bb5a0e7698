from __future__ import annotations

from helpers.cases import Case, golden
from waypost.formats.status import INCIDENT_STATUSES
from waypost.reading.rules.update_headings import HeadingFault, UpdateHeading, read_heading


@golden("update_headings.yml")
def test_headings_of_incidents(case: Case) -> None:
    found = read_heading(case["heading"], INCIDENT_STATUSES)
    if "changes" in case:
        assert isinstance(found, UpdateHeading)
        assert dict(found.changes) == case["changes"]
    else:
        assert isinstance(found, HeadingFault)
        assert (found.column, found.message) == (case["column"], case["message"])
