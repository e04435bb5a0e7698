"""waypost new."""

from __future__ import annotations

from pathlib import Path

import click

from waypost.base.clock import utc_now
from waypost.cli.common import explained, site_option
from waypost.formats.status import Impact
from waypost.formats.workflows import Workflows
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.kinds.kind import ArticleKind
from waypost.reading.site import Site


def _article_command(kind: ArticleKind) -> click.Command:
    @click.argument("title")
    @click.option(
        "--category", required=True, help="The category or section it belongs to, such as downloads/zip."
    )
    @click.option("--file", "name", help="The name of its file; without it, one made from the title.")
    @site_option
    @explained
    def start(title: str, category: str, name: str | None, site: Site) -> None:
        from waypost.authoring.new import new_article
        from waypost.base.clock import utc_now

        path = new_article(site, kind.name, title, category, utc_now(), name)
        click.echo(f"Started {path.relative_to(site.root)}. Open it and replace what it says.")

    start.__doc__ = f'{kind.purpose}\n\nExample: waypost new {kind.name} "{kind.example}" --category CATEGORY'
    return click.command(kind.name)(start)


class _NewGroup(click.Group):
    """The commands that are written here, and one for each kind of article."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ARTICLE_KINDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        kind = ARTICLE_KINDS.get(cmd_name)
        return _article_command(kind) if kind else super().get_command(ctx, cmd_name)


@click.group("new", cls=_NewGroup)
def command() -> None:
    """Start a site, a category, an article or an incident from a skeleton.

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


_folder_option = click.option("--folder", help="The name of its folder; without it, one made from the title.")


@command.command("category")
@click.argument("title")
@_folder_option
@site_option
@explained
def _category(title: str, folder: str | None, site: Site) -> None:
    """Start a category: a folder in content/, with a card on the home page.

    Example: waypost new category "Downloads"
    """
    from waypost.authoring.new import new_category

    _say_folder(new_category(site, title, folder), site)


@command.command("section")
@click.argument("title")
@click.option("--category", required=True, help="The category it belongs to.")
@_folder_option
@site_option
@explained
def _section(title: str, category: str, folder: str | None, site: Site) -> None:
    """Start a section of a category: a folder in that of the category.

    Example: waypost new section "Zip files" --category downloads
    """
    from waypost.authoring.new import new_category

    _say_folder(new_category(site, title, folder, category), site)


def _say_folder(path: Path, site: Site) -> None:
    name = path.parent.relative_to(site.root / "content").as_posix()
    click.echo(f"Started {path.relative_to(site.root)}. Next: waypost new page TITLE --category {name}")


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
