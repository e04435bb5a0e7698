"""waypost import."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.cli.common import counted, json_option, print_json, print_problems, problem_json, site_option
from waypost.importing.registry import HELP_DESKS, IMPORTERS
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.importing.articles import ImportReport
    from waypost.importing.rules.exports import HelpDesk
    from waypost.importing.rules.histories import Importer
    from waypost.importing.status_history import StatusImport


@click.group("import")
def command() -> None:
    """Bring in what was written for another tool.

    Example: waypost import markdown ../old-help/docs
    """


dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")


def options_of_articles(run: Callable[..., None]) -> Callable[..., None]:
    """Add the options that all importers of articles have."""
    for option in (
        json_option,
        dry_run_option,
        click.option(
            "--report",
            "place",
            type=click.Path(dir_okay=False, path_type=Path),
            default=Path("import-report.md"),
            show_default=True,
            help="Where to write down what came over, article by article.",
        ),
        click.option(
            "--fetch-assets", "fetches", is_flag=True, help="Bring over pictures and files from other hosts."
        ),
        click.option("--language", metavar="CODE", default="", help="Which of several languages to take."),
        click.option("--from-url", metavar="URL", default="", help="The address at which it was published."),
        site_option,
    ):
        run = option(run)
    return run


@command.command("markdown")
@click.argument("folder", type=click.Path(path_type=Path))
@options_of_articles
@click.option("--all", "takes_all", is_flag=True, help="Take pages, too, that a SUMMARY.md does not list.")
@click.option(
    "--assets",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="A folder whose files stood at the root of the site. Can be given again.",
)
def _markdown(
    folder: Path,
    site: Site,
    *,
    from_url: str,
    language: str,
    fetches: bool,
    takes_all: bool,
    assets: tuple[Path, ...],
    place: Path,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring the Markdown of another help center into content/, and say what needs a look.

    The folder is only read. Files that are in content/ already are kept.

    Example: waypost import markdown ../old-help/docs --dry-run
    """
    from waypost.importing.markdown import import_markdown
    from waypost.importing.rules.plan import ImportOptions

    options = ImportOptions(takes_all=takes_all, former_url=from_url, language=language)
    report = import_markdown(site, folder, options=options, assets=assets, fetches=fetches, dry_run=dry_run)
    _print_articles(report, folder, place, dry_run=dry_run, as_json=as_json)


def help_desk_command(desk: HelpDesk) -> click.Command:
    """Return the command of a help desk."""

    @click.argument("source", metavar="FOLDER|FILE", type=click.Path(path_type=Path))
    @options_of_articles
    def run(
        source: Path,
        site: Site,
        *,
        from_url: str,
        language: str,
        fetches: bool,
        place: Path,
        dry_run: bool,
        as_json: bool,
    ) -> None:
        from waypost.importing.help_desk import import_help_desk
        from waypost.importing.rules.plan import ImportOptions

        options = ImportOptions(former_url=from_url, language=language)
        report = import_help_desk(site, desk, source, options=options, fetches=fetches, dry_run=dry_run)
        _print_articles(report, source, place, dry_run=dry_run, as_json=as_json)

    return click.command(desk.name, help=inspect.cleandoc(desk.help))(run)


for _desk in HELP_DESKS.values():
    command.add_command(help_desk_command(_desk))


def history_command(importer: Importer) -> click.Command:
    """Return the command of an importer."""

    @click.argument("place", metavar=importer.argument)
    @site_option
    @dry_run_option
    @json_option
    def run(place: str, site: Site, dry_run: bool, as_json: bool) -> None:
        from waypost.importing.status_history import import_status

        report = import_status(site, importer, place, dry_run=dry_run)
        _print(report, _history(report, dry_run=dry_run), dry_run=dry_run, as_json=as_json)

    return click.command(importer.name, help=inspect.cleandoc(importer.help))(run)


for _importer in IMPORTERS.values():
    command.add_command(history_command(_importer))


def _print(
    report: ImportReport | StatusImport, done: str, *, dry_run: bool, as_json: bool, **more: Any
) -> None:
    if as_json:
        counts = {name: value for name, value in vars(report).items() if isinstance(value, int)}
        files = [{"path": file.path, "from": file.origin, "fate": file.fate} for file in report.files]
        problems = [problem_json(problem) for problem in report.problems]
        print_json({"dry_run": dry_run, **counts, "files": files, "problems": problems, **more})
        return
    print_problems(report.problems)
    left = len(report.problems)
    rest = f"{counted(left, 'thing needs', 'things need')} a look." if left else "Nothing needs a look."
    click.echo(f"{'Would import' if dry_run else 'Imported'} {done} {rest}")


def _print_articles(report: ImportReport, source: Path, place: Path, *, dry_run: bool, as_json: bool) -> None:
    """Print what became of articles, and write it down."""
    from waypost.importing.report import write_report

    if not dry_run:
        write_report(report, source, place)
    words = [{**dataclasses.asdict(it), "share": round(it.share, 2)} for it in report.words]
    more = {"words": words, "aside": report.aside}
    _print(report, _articles(report), dry_run=dry_run, as_json=as_json, **more)
    if not (dry_run or as_json):
        click.echo(f"{place} compares the words of each article with those of its page.")


def _articles(report: ImportReport) -> str:
    parts = [
        f"{counted(report.articles, 'article')} in {counted(report.categories, 'category', 'categories')}",
        *([counted(report.sections, "section")] if report.sections else []),
        *([counted(report.pictures, "picture")] if report.pictures else []),
        *([counted(report.other_files, "other file")] if report.other_files else []),
    ]
    return f"{', '.join(parts)}."


def _history(report: StatusImport, *, dry_run: bool) -> str:
    parts = [
        counted(report.incidents, "incident"),
        counted(report.maintenances, "maintenance"),
        *([counted(report.components, "component")] if report.components else []),
    ]
    fates = [str(file.fate) for file in report.files]
    new, named = fates.count("new"), fates.count("named")
    done = f"{', '.join(parts)}. {counted(new, 'file')} {'would be' if dry_run else 'is' if new == 1 else 'are'} new."
    if named:
        verb = "would name" if dry_run else "names" if named == 1 else "name"
        done += f" {counted(named, 'file')} {verb} components that were missing."
    return done
