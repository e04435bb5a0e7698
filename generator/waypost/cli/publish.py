"""waypost publish."""

from __future__ import annotations

from pathlib import Path

import click

from waypost.base.clock import utc_now
from waypost.cli.common import database_option
from waypost.reading.site import Site


@click.command("publish")
@database_option
@click.option(
    "--changed-to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write there what changed: `A`, `M` or `D`, a tab and a path on each line, pages after what they need.",
)
def command(site: Site, database: str, changed_to: Path | None) -> None:
    """Bring the status pages in site/status/ up to date, without building the help center.

    Example: waypost publish --changed-to changed.txt
    """
    from waypost.publishing.publish import publish, write_changes
    from waypost.reading.project import load_project

    publication = publish(site, load_project(site), utc_now(), database)
    if changed_to:
        write_changes(changed_to, publication)
    click.echo(
        f"{publication.snapshot.headline.sentence}. {len(publication.changed)} files changed in site/status/."
    )
