"""waypost ask."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

import click

from waypost.cli.common import json_option, print_json, site_option
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.search.site_search import Reply


@click.command("ask")
@click.argument("question", required=False)
@click.option(
    "--questions",
    type=click.File(encoding="utf-8-sig"),
    help="Ask every line of a file (- for what comes in), and print an object in JSON for each.",
)
@click.option(
    "--limit", default=5, show_default=True, type=click.IntRange(1, 50), help="How many results to show."
)
@site_option
@json_option
def command(question: str | None, questions: TextIO | None, limit: int, site: Site, as_json: bool) -> None:
    """Ask the help center a question, and see the sentence that answers it.

    The sentence stands in an article as it is printed here; nothing is generated. Where it is not sure enough
    that one answers, only the nearest articles are named. Exit code 1 where nothing is found at all.

    Example: waypost ask "how long does the download link work"
    """
    from waypost.reading.project import load_project
    from waypost.search.site_search import ask

    if (question is None) == (questions is None):
        raise click.UsageError("Expected a question, or --questions with a file of them.")
    asked = _lines(questions) if questions else [question or ""]
    is_any = False
    for reply in ask(load_project(site), asked, limit):
        is_any = is_any or bool(reply.ranking.hits)
        if questions or as_json:
            print_json(_document(reply), on_one_line=questions is not None)
        else:
            _show(reply)
    sys.exit(0 if is_any else 1)


def _lines(file: TextIO) -> list[str]:
    try:
        return [line.strip() for line in file if line.strip()]
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name} is no text in UTF-8. Save it as one.") from None


def _document(reply: Reply) -> dict[str, Any]:
    from waypost.search.rules.quotes import anchor_of

    quote = reply.quote
    return {
        "state": reply.ranking.state,
        "quote": quote and {"text": quote.text, "path": quote.document.path, "anchor": quote.anchor},
        "results": [
            {
                "title": hit.document.title,
                "path": hit.document.path,
                "anchor": anchor_of(hit.document, hit.section),
            }
            for hit in reply.ranking.hits
        ],
    }


def _show(reply: Reply) -> None:
    ranking = reply.ranking
    if ranking.corrected:
        click.echo(f"Understood as: {ranking.corrected}")
    if quote := reply.quote:
        place = quote.document.url.partition("#")[0] + (f"#{quote.anchor}" if quote.anchor else "")
        click.echo(f"“{quote.text}”\n{quote.document.title}, /{place}\n")
    if ranking.state == "unsure":
        click.echo("Nothing here answers exactly this. Nearest:")
    for number, hit in enumerate(ranking.hits, start=1):
        click.echo(f"{number}. {hit.document.title}\n   /{hit.document.url}")
    if not ranking.hits:
        click.echo("Nothing here answers that question.")
