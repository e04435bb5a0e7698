"""waypost review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.base.clock import utc_now
from waypost.base.printable import printable
from waypost.cli.common import (
    counted,
    json_option,
    print_json,
    print_problems,
    problem_json,
    site_option,
    to_duration,
)
from waypost.problems import did_you_mean
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.lint.review import Review
    from waypost.lint.rules.review import DueArticle, OwnerGroup


@click.command("review")
@site_option
@click.option("--owner", help="Only the articles of this team.")
@click.option(
    "--votes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='A log of answers to "Was this helpful?", one JSON object a line.',
)
@click.option(
    "--within", callback=to_duration, default="30d", show_default=True, help="Also what is due in this time."
)
@json_option
def command(site: Site, owner: str | None, votes: Path | None, within: timedelta, as_json: bool) -> None:
    """List the articles that somebody should look at again, by the team that owns them.

    An article is due when its review is too old or will be soon, when there was none, after incidents of
    its components, and after readers said that it did not help. The most urgent comes first.

    Example: waypost review --owner support --within 14d
    """
    from waypost.lint.review import review

    found = review(site, utc_now(), within, votes)
    if owner is not None and owner not in found.owners:
        hint = did_you_mean(owner, found.owners)
        click.echo(f"waypost: No article has the owner '{printable(owner)}'.{hint}", err=True)
    groups = [group for group in found.groups if owner in (None, group.owner)]
    if as_json:
        print_json(_document(found, groups))
    else:
        _print(found, groups)
        print_problems(found.moved)


def _document(found: Review, groups: Sequence[OwnerGroup]) -> dict[str, Any]:
    log = found.log
    return {
        "reviewed_within_days": found.policy.days,
        "articles": found.articles,
        "due": [_entry(article) for group in groups for article in group.articles],
        "moved": [problem_json(problem) for problem in found.moved],
        "votes": None
        if log is None
        else {
            "read": log.read,
            "bad_lines": log.bad,
            "without_time": log.undated,
            "bytes_left_out": log.skipped_bytes,
        },
    }


def _entry(article: DueArticle) -> dict[str, Any]:
    return {
        "path": f"content/{article.path}",
        "title": article.title,
        "owner": article.owner or None,
        "reviewed": article.reviewed,
        "due": article.due,
        "days_late": article.days_late,
        "never_reviewed": article.is_new,
        "points": article.points,
        "incidents": [
            {"id": item.id, "title": item.title, "started": item.started.isoformat()}
            for item in article.incidents
        ],
        "votes": {
            "total": article.votes.total,
            "no": article.votes.no,
            "share": round(article.votes.share, 4),
            "reasons": article.votes.reasons,
        },
    }


def _print(found: Review, groups: Sequence[OwnerGroup]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    for group in groups:
        table = Table(
            title=group.owner or "Without an owner", title_justify="left", title_style="bold", show_lines=True
        )
        table.add_column("Article", overflow="fold", ratio=2)
        table.add_column("Why", overflow="fold", ratio=3)
        for article in group.articles:
            name = f"{printable(article.title)}\ncontent/{printable(article.path)}"
            # Text that people wrote is no markup.
            table.add_row(Text(name), Text("\n".join(_reasons(article))))
        console.print(table)
    total = sum(len(group.articles) for group in groups)
    console.print(f"{total} of {found.articles} articles due." if total else "Nothing is due.")
    for line in _about_votes(found):
        console.print(line, markup=False)


def _reasons(article: DueArticle) -> Iterator[str]:
    if article.is_new:
        yield "Never reviewed"
    elif article.needs_review:
        yield f"Reviewed {article.reviewed}, {_late(article.days_late)}"
    if article.incidents:
        number = len(article.incidents)
        since = "since" if article.reviewed else "so far"
        newest = printable(article.incidents[0].title)
        yield f"{counted(number, 'incident')} {since}, {'the newest' if number > 1 else 'it was'}: {newest}"
    votes = article.votes
    if votes.no:
        reasons = ", ".join(
            f"{reason.replace('_', ' ')} {number}" for reason, number in votes.reasons.items()
        )
        yield f"{votes.no} of {votes.total} said No ({votes.share:.0%}){': ' if reasons else ''}{reasons}"


def _late(days: int) -> str:
    if days > 0:
        return f"{counted(days, 'day')} late"
    return f"due in {counted(-days, 'day')}" if days else "due today"


def _about_votes(found: Review) -> Iterator[str]:
    log = found.log
    if log is None:
        return
    bad = f", {counted(log.bad, 'line')} not understood" if log.bad else ""
    yield f"Votes: {log.read} read{bad}."
    if log.undated:
        yield f"{log.undated} of them do not say when they arrived, and count as since the last review."
    if log.skipped_bytes:
        yield f"The log is large: its first {log.skipped_bytes} bytes were left out."
