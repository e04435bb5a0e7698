"""waypost gaps."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.base.printable import printable
from waypost.cli.common import counted, json_option, print_json, print_problems, site_option
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.search.gap_report import AppliedAliases, GapReport
    from waypost.search.rules.gain import Gain
    from waypost.search.rules.gaps import Gap, Nearest
    from waypost.search.rules.grouping import PhrasingGroup

SAMPLES = 3
"""Ways to ask that are shown of each group."""

LONGEST = 160
"""Characters that are shown of a question."""

REASONS = {
    "no_answer": "nothing found",
    "unsure": "nothing sure found",
    "reformulated": "asked again in other words",
    "none_helped": "none of the results helped",
    "not_helpful": "the article did not help",
    "ticket": "became a request",
}
"""What each reason of waypost.search.rules.grouping is called on the screen."""

SIGNALS = {
    "chosen": "your choice",
    "read_next": "read next",
    "ticket_category": "the category of requests",
    "text": "words in common",
    "phrasings": "first for several phrasings",
}
"""The same of each signal of waypost.search.rules.gaps."""


@click.command("gaps")
@click.argument(
    "log",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option("--apply", "is_applied", is_flag=True, help="Write the proposed aliases into their articles.")
@click.option(
    "--only",
    multiple=True,
    default=(),
    type=click.IntRange(min=1),
    metavar="N",
    help="With --apply: write only the alias of this number. May be given several times.",
)
@click.option(
    "--choose",
    "is_asked",
    is_flag=True,
    help="With --apply: ask which article is meant where too little tells it.",
)
@click.option(
    "--limit",
    default=10,
    show_default=True,
    type=click.IntRange(1, 500),
    help="How many questions to look at.",
)
@site_option
@json_option
def command(  # noqa: PLR0917  # click passes them by name
    log: tuple[Path, ...],
    is_applied: bool,
    only: tuple[int, ...],
    is_asked: bool,
    limit: int,
    site: Site,
    as_json: bool,
) -> None:
    """Say what to write so that searches that led to nothing find their answer.

    Reads JSON lines of searches as your endpoint received them, and CSV exports of Zendesk tickets and of
    GitHub issues that came through the ticket form. Questions that mean the same are counted together. For
    each, it names the article that should answer and the line to add to it, where several signals agree on the
    article and nothing that was answered right goes wrong with the line. Else it names what may be meant, or says
    that no article is near.

    Example: waypost gaps searches.jsonl tickets.csv --limit 5
    """
    from waypost.search.gap_report import AppliedAliases, NoAlias, apply_gaps, find_gaps

    if only and not is_applied:
        raise click.UsageError("--only says which aliases --apply writes. Add --apply, or leave --only out.")
    if is_asked and not is_applied:
        raise click.UsageError(
            "--choose asks what --apply needs to know. Add --apply, or leave --choose out."
        )
    found = find_gaps(site, log, limit, _progress)
    print_problems(found.problems)
    choices: dict[int, str] = {}
    if is_asked:
        choices = {number: _choice(number, gap) for number, gap in found.choices(only)}
        found = found.with_choices({number: path for number, path in choices.items() if path})
    try:
        applied = apply_gaps(site, found.numbered(only, choices)) if is_applied else AppliedAliases((), ())
    except NoAlias as refused:
        raise click.UsageError(f"{refused} Run it without --apply first.") from None
    if as_json:
        print_json(_document(found, applied))
    else:
        for line in (*_text(found), *_about_applied(applied, is_applied=is_applied)):
            click.echo(line)
    print_problems(applied.problems)
    sys.exit(1 if applied.problems else 0)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rLooked at {done} of {total}" + ("\n" if done == total else ""), nl=False, err=True)


def _choice(number: int, gap: Gap) -> str:
    """Ask which article is meant; return its path, or nothing where none is."""
    click.echo(f"{number}. Asked {_times(gap.group.count)}", err=True)
    for line in (*_samples(gap.group), *_candidates(gap)):
        click.echo(f"   {line}", err=True)
    known = click.IntRange(0, len(gap.nearest))
    at: int = click.prompt("Which is meant? 0 for none", type=known, default=0, err=True)
    return gap.nearest[at - 1].path if at else ""


def _text(found: GapReport) -> Iterator[str]:
    gaps = found.gaps
    for number, gap in enumerate(gaps.gaps, start=1):
        head = f"{number}. Asked {_times(gap.group.count)}: {_reasons(gap.group)}"
        yield click.style(head, bold=True)
        yield from (f"   {line}" for line in (*_samples(gap.group), *_proposal(gap)))
        yield ""
    yield f"{counted(gaps.searches, 'unresolved search', 'unresolved searches')}, {counted(gaps.groups, 'question')}."
    rest = gaps.groups - len(gaps.gaps)
    if rest:
        yield f"{counted(rest, 'question')} asked less often not looked at. --limit {gaps.groups} looks at all."
    if gaps.left_out:
        yield f"{counted(gaps.left_out, 'search', 'searches')} left out: too many different ones."
    if gaps.wordless:
        yield f"{counted(gaps.wordless, 'search', 'searches')} without a word to search for."
    skipped = sum(log.skipped_bytes for log in found.logs)
    if skipped:
        yield f"The oldest {skipped} bytes of large logs were left out."
    if any(gap.alias for gap in gaps.gaps):
        yield f"With every alias above: {_checked(gaps.checked)}"
        yield _predicted(gaps.predicted)


def _samples(group: PhrasingGroup) -> Iterator[str]:
    for phrasing in group.phrasings[:SAMPLES]:
        times = f" ({phrasing.count})" if len(group.phrasings) > 1 else ""
        yield f'"{_short(phrasing.text)}"{times}'
    rest = len(group.phrasings) - SAMPLES
    if rest > 0:
        yield f"and {counted(rest, 'other way', 'other ways')} to ask it"


def _proposal(gap: Gap) -> Iterator[str]:
    from waypost.search.rules.gaps import Proposal

    first = gap.nearest[0] if gap.nearest else None
    if gap.proposal is Proposal.MISSING or first is None:
        yield "Missing article: nothing here answers it."
        yield f"Words people used: {', '.join(map(_short, gap.words))}"
    elif gap.proposal is Proposal.ALIAS:
        yield f"Add under also_asked_as in {_article(first)}:"
        yield f"    {printable(gap.alias)}"
        part = "" if gap.asked.of == gap.group.count else ", of those asked most"
        yield f"Then it answers {gap.asked.after} of these {gap.asked.of} first{part}; now {gap.asked.before}."
        yield f"Chosen by: {', '.join(SIGNALS[signal] for signal in first.signals)}"
    elif gap.proposal is Proposal.CHOOSE:
        yield "Choose the article: too little tells which one is meant. --apply --choose asks you."
        yield from _candidates(gap)
        return
    elif gap.proposal is Proposal.READ:
        yield f"{_article(first)} comes first already, and was read in vain. Read it with these questions in mind."
    elif gap.proposal is Proposal.BY_HAND:
        yield f"Nearest is {_article(first)}, but no alias gains anything without harm to other questions."
        yield "Say it in the text or in a heading, in these words, or write an article."
    else:
        yield f"Answered by now: {_article(first)} comes first."
        return
    others = ", ".join(map(_path, gap.nearest if gap.proposal is Proposal.MISSING else gap.nearest[1:]))
    if others:
        yield f"{'Nearest' if gap.proposal is Proposal.MISSING else 'Or is another meant'}: {others}"


def _candidates(gap: Gap) -> Iterator[str]:
    for number, article in enumerate(gap.nearest, start=1):
        yield f"{number}) {_article(article)}"


def _article(article: Nearest) -> str:
    return f"{_path(article)} ({printable(article.title)})"


def _path(article: Nearest) -> str:
    return printable(f"content/{article.path}")


def _checked(gain: Gain) -> str:
    change = "as before" if gain.before == gain.after else f"now {gain.before}"
    return f"{gain.after} of {gain.of} known questions answered right, {change}."


def _predicted(gain: Gain) -> str:
    if not gain.is_known:
        return "What that gains for other searches: too few to know."
    least, most = (round(100 * share) for share in gain.interval)
    return (
        f"Other searches: of {gain.of} whose article is known, {gain.after} find it first, now {gain.before}: "
        f"{round(100 * gain.share)} more of 100, between {least} and {most}."
    )


def _reasons(group: PhrasingGroup) -> str:
    return ", ".join(f"{REASONS[reason]} {count}" for reason, count in group.reasons.items())


def _short(text: str) -> str:
    return printable(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _about_applied(applied: AppliedAliases, *, is_applied: bool) -> Iterator[str]:
    if not is_applied:
        return
    for gap in applied.written:
        yield f"Written: content/{printable(gap.nearest[0].path)}: {printable(gap.alias)}"
    yield f"{counted(len(applied.written), 'alias', 'aliases')} written. Look at each before you publish it."


def _document(found: GapReport, applied: AppliedAliases) -> dict[str, Any]:
    gaps = found.gaps
    return {
        "searches": gaps.searches,
        "other_entries": sum(log.others for log in found.logs),
        "unreadable_entries": sum(log.bad for log in found.logs),
        "bytes_left_out": sum(log.skipped_bytes for log in found.logs),
        "without_words": gaps.wordless,
        "left_out": gaps.left_out,
        "groups": gaps.groups,
        "checked": _gain(gaps.checked),
        "predicted": _prediction(gaps.predicted),
        "gaps": [_entry(gap, applied.written) for gap in gaps.gaps],
    }


def _entry(gap: Gap, written: Sequence[Gap]) -> dict[str, Any]:
    articles = [
        {
            "path": f"content/{item.path}",
            "title": item.title,
            "confidence": item.confidence,
            "signals": item.signals,
        }
        for item in gap.nearest
    ]
    is_open = gap.proposal in ("missing_article", "choose_article")
    return {
        "proposal": gap.proposal,
        "asked": gap.group.count,
        "reasons": gap.group.reasons,
        "questions": [{"text": item.text, "asked": item.count} for item in gap.group.phrasings],
        "words": gap.words,
        "article": None if is_open or not articles else articles[0],
        "other_articles": articles if is_open else articles[1:],
        "alias": gap.alias or None,
        "answered_first": None if is_open else _gain(gap.asked),
        "written": gap in written,
    }


def _gain(gain: Gain) -> dict[str, int]:
    return {"before": gain.before, "after": gain.after, "of": gain.of}


def _prediction(gain: Gain) -> dict[str, Any]:
    least, most = gain.interval
    shares = {"share": gain.share, "least": least, "most": most}
    rounded = {name: round(share, 4) if gain.of else None for name, share in shares.items()}
    return {**_gain(gain), **rounded, "is_known": gain.is_known}
