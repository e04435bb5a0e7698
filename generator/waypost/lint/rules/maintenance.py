"""Rules about planned work: told in time, and not two at once."""

from __future__ import annotations

from collections.abc import Iterator

from waypost.lint.rules.incident_words import EMERGENCY
from waypost.lint.rules.rule import Finding, LintSite, at_key, at_update
from waypost.lint.rules.timelines import end_of, in_words, listed, recent_maintenances


def short_notices(site: LintSite) -> Iterator[Finding]:
    """Find work that customers are told of too late to prepare for it."""
    judged: set[str] = set()
    for path, work in recent_maintenances(site):
        # Customers are told of all windows of a file at once, so the first is the one that may come too soon.
        if path in judged or work.is_cancelled:
            continue
        judged.add(path)
        notice = work.scheduled_for - work.updates[0].at
        if notice >= site.config.announced_ahead or EMERGENCY.search(work.title):
            continue
        when = (
            "when the work had begun"
            if notice.total_seconds() <= 0
            else f"{in_words(notice)} before the work begins"
        )
        policy = in_words(site.config.announced_ahead)
        message = (
            f"Customers are told {when}, and the policy is {policy}. Move the work, or say 'emergency' in the title "
            "if it cannot wait."
        )
        yield Finding(path, at_update(0), message)


def overlaps(site: LintSite) -> Iterator[Finding]:
    """Find work on one component that is planned twice for the same time."""
    told: set[tuple[str, str]] = set()
    works = sorted(recent_maintenances(site), key=lambda item: (item[1].scheduled_for, item[0]))
    for index, (path, work) in enumerate(works):
        for other_path, other in works[:index]:
            shared = [component for component in work.components if component in other.components]
            if (path, other_path) in told or work.is_cancelled or other.is_cancelled:
                continue
            if shared and work.scheduled_for < end_of(other) and other.scheduled_for < end_of(work):
                names = listed([f"'{name}'" for name in dict.fromkeys(shared)])
                message = (
                    f"'{work.title}' and '{other.title}' ({other_path}) work on {names} at the same time. Move one "
                    "of them, or join the two."
                )
                told.add((path, other_path))
                yield Finding(path, at_key("scheduled_for"), message)
