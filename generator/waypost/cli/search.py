"""waypost search."""

from __future__ import annotations

import sys

import click

from waypost.cli.common import json_option, print_json, site_option
from waypost.reading.site import Site


@click.command("search")
@click.argument("question")
@click.option(
    "--limit", default=5, show_default=True, type=click.IntRange(1, 50), help="How many answers to show."
)
@site_option
@json_option
def command(question: str, limit: int, site: Site, as_json: bool) -> None:
    """Ask the help center a question, and see which articles and questions answer it.

    Exit code 1 where nothing does.

    Example: waypost search "my zip stops half way"
    """
    from waypost.reading.project import load_project
    from waypost.search.site_search import search

    ranking = search(load_project(site), question, limit)
    hits = ranking.hits
    if as_json:
        print_json(
            [{"title": hit.document.title, "url": hit.document.url, "score": hit.score} for hit in hits]
        )
    else:
        if ranking.corrected:
            click.echo(f"Understood as: {ranking.corrected}")
        for number, hit in enumerate(hits, start=1):
            click.echo(f"{number}. {hit.document.title}\n   /{hit.document.url}")
        if not hits:
            click.echo("Nothing here answers that question.")
    sys.exit(0 if hits else 1)
