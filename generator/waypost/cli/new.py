"""waypost new."""

from __future__ import annotations

from pathlib import Path

import click

from waypost.base.clock import utc_now
from waypost.cli.common import explained, site_option
from waypost.formats.article import Kind
from waypost.formats.status import Impact
from waypost.formats.workflows import Workflows
from waypost.reading.site import Site


@click.group("new")
def command() -> None:
    """Start a site, an article or an incident from a skeleton.

    Example: waypost new faq "How do refunds work?" --category payments
    """


@command.command("site")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default="Help center", show_default=True, help="What the site is called.")
@click.option(
    "--ci",
    type=click.Choice([choice.value for choice in Workflows]),
    default=Workflows.BOTH.value,
    show_default=True,
    help="Workflows that check and publish each push: of GitHub Actions (github), GitLab CI (gitlab), both or none.",
)
@explained
def _site(folder: Path, name: str, ci: str) -> None:
    """Start an empty site in a new folder, ready to be pushed to GitHub or GitLab.

    Example: waypost new site my-help --name "Acme Help" --ci github
    """
    from waypost.authoring.new import new_site

    made = new_site(folder, name, Workflows(ci))
    click.echo(f"Made {len(made)} files in {folder}. Next: cd {folder} && waypost serve")


def _article_command(kind: Kind, what: str, example: str) -> click.Command:
    @click.argument("title")
    @click.option("--category", required=True, help="The folder in content/ it belongs to.")
    @site_option
    def start(title: str, category: str, site: Site) -> None:
        from waypost.authoring.new import new_article

        path = new_article(site, kind, title, category, utc_now())
        click.echo(f"Started {path.relative_to(site.root)}. Open it and replace what it says.")

    start.__doc__ = f'{what}\n\nExample: waypost new {kind} "{example}" --category CATEGORY'
    return click.command(kind.value)(start)


command.add_command(_article_command(Kind.FAQ, "Start an article of questions and answers.", "Refunds"))
command.add_command(
    _article_command(Kind.TROUBLESHOOTING, "Start an article that solves a problem.", "A download stops")
)
command.add_command(
    _article_command(
        Kind.TROUBLESHOOTER,
        "Start a troubleshooter that asks one question a page, and its scenarios.",
        "Why a download stops",
    )
)
command.add_command(
    _article_command(Kind.TUTORIAL, "Start an article that teaches a task.", "Share a gallery")
)
command.add_command(
    _article_command(Kind.PAGE, "Start an article that explains something.", "How we store photos")
)


@command.command("incident")
@click.argument("title")
@click.option("--component", required=True, help="The id of the component that is hit.")
@click.option(
    "--impact",
    type=click.Choice([impact.value for impact in Impact]),
    default=Impact.MINOR.value,
    show_default=True,
    help="How much it hurts customers; it chooses the first words too.",
)
@site_option
def _incident(title: str, component: str, impact: str, site: Site) -> None:
    """Start an incident, to be told on the status page.

    Example: waypost new incident "Downloads fail for large galleries" --component downloads
    """
    from waypost.authoring.incidents import new_incident

    path = new_incident(site, title, component, utc_now(), Impact(impact))
    click.echo(f"Started {path.relative_to(site.root)}. Say what customers see, then publish it.")
