"""waypost publish."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waypost.cli.common import database_option, explained, site_option

if TYPE_CHECKING:
    from waypost.reading.site import Site


@click.command("publish")
@site_option
@database_option
@click.option(
    "--changed-to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write there what changed: `A`, `M` or `D`, a tab and a path on each line, pages after what they need.",
)
@explained
def command(site: Site, database: str | None, changed_to: Path | None) -> None:
    """Bring the status pages in site/status/ up to date, without building the help center.

    Example: waypost publish --changed-to changed.txt
    """
    from waypost.base.clock import utc_now
    from waypost.publishing.publish import publish, write_changes
    from waypost.reading.project import load_project

    publication = publish(site, load_project(site), utc_now(), database)
    if changed_to:
        write_changes(changed_to, publication)
    click.echo(
        f"{publication.snapshot.headline.sentence}. {len(publication.changed)} files changed in site/status/."
    )
