"""waypost build."""

from __future__ import annotations

import time

import click

from waypost.base.clock import utc_now
from waypost.cli.common import database_option, print_problems
from waypost.reading.site import Site


@click.command("build")
@database_option
@click.option("--clean", is_flag=True, help="Make every page again, whatever the last build left behind.")
@click.option(
    "--untrusted",
    is_flag=True,
    help="Refuse what runs programs of the site: hooks, plugins of others, templates.",
)
def command(site: Site, database: str, clean: bool, untrusted: bool) -> None:
    """Build the help center and the status page into site/.

    A page that would come out the same is left alone, so that one changed article takes a moment. Where
    anything is wrong, every problem is named and the published site stays as it was. What a stranger sends is
    built with --untrusted, on a machine without secrets.

    Example: waypost build
    """
    from waypost.build import build_site
    from waypost.cli.coming import coming_lines

    started, now = time.monotonic(), utc_now()
    report = build_site(site, now, database, anew=clean, is_trusted=not untrusted)
    print_problems(report.warnings)
    seconds = time.monotonic() - started
    click.echo(
        f"Built {report.articles} articles in {seconds:.1f} s: {len(report.rendered)} pages made, "
        f"{len(report.changed)} files changed in site/."
    )
    for line in coming_lines(report.project, now):
        click.echo(line)
