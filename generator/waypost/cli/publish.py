"""waypost publish."""

from __future__ import annotations

import click

from waypost.app.clock import utc_now
from waypost.app.publish import publish
from waypost.app.site import Site, load_project
from waypost.cli.common import database_option, explained, site_option


@click.command("publish")
@site_option
@database_option
@explained
def command(site: Site, database: str | None) -> None:
    """Bring the status pages in site/status/ up to date, without building the help center.

    Example: waypost publish
    """
    publication = publish(site, load_project(site), utc_now(), database)
    click.echo(
        f"{publication.snapshot.headline.sentence}. {len(publication.changed)} files changed in site/status/."
    )
