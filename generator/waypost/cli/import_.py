"""waypost import."""

from __future__ import annotations

from pathlib import Path

import click

from waypost.app.import_markdown import Fate, ImportReport, import_markdown
from waypost.app.import_status import StatusImport, import_cstate, import_statuspage
from waypost.app.site import Site
from waypost.cli.common import (
    counted,
    explained,
    json_option,
    print_json,
    print_problems,
    problem_json,
    site_option,
)


@click.group("import")
def command() -> None:
    """Bring in what was written for another tool.

    Example: waypost import markdown ../old-help/docs
    """


@command.command("markdown")
@click.argument("folder", type=click.Path(path_type=Path))
@site_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@json_option
@explained
def _markdown(folder: Path, site: Site, dry_run: bool, as_json: bool) -> None:
    """Bring the Markdown of another help center into content/, and say what needs a look.

    The folder is only read. Files that are in content/ already are kept.

    Example: waypost import markdown ../old-help/docs --dry-run
    """
    report = import_markdown(site, folder, dry_run=dry_run)
    if as_json:
        print_json(_to_json(report, dry_run=dry_run))
        return
    print_problems(report.problems)
    click.echo(_sentence(report, dry_run=dry_run))


@command.command("statuspage")
@click.argument("place", metavar="URL|FILE")
@site_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@json_option
@explained
def _statuspage(place: str, site: Site, dry_run: bool, as_json: bool) -> None:
    """Bring in the incidents, maintenance and components of an Atlassian Statuspage.

    Name the address of the page, or a file or folder with saved documents of its API. Files that are in status/
    already are kept.

    Example: waypost import statuspage https://status.example.com --dry-run
    """
    _tell(import_statuspage(site, place, dry_run=dry_run), dry_run=dry_run, as_json=as_json)


@command.command("cstate")
@click.argument("folder", type=click.Path(path_type=Path))
@site_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@json_option
@explained
def _cstate(folder: Path, site: Site, dry_run: bool, as_json: bool) -> None:
    """Bring in the issues and systems of a cState site, from the folder of its repository.

    The folder is only read. Files that are in status/ already are kept.

    Example: waypost import cstate ../old-status --dry-run
    """
    _tell(import_cstate(site, folder, dry_run=dry_run), dry_run=dry_run, as_json=as_json)


def _tell(report: StatusImport, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        document = {
            "dry_run": dry_run,
            "incidents": report.incidents,
            "maintenances": report.maintenances,
            "components": report.components,
            "files": [{"path": file.path, "from": file.origin, "fate": file.fate} for file in report.files],
            "problems": [problem_json(problem) for problem in report.problems],
        }
        print_json(document)
        return
    print_problems(report.problems)
    parts = [counted(report.incidents, "incident"), counted(report.maintenances, "maintenance")]
    if report.components:
        parts.append(counted(report.components, "component"))
    done = "Would import" if dry_run else "Imported"
    new = sum(file.fate is Fate.NEW for file in report.files)
    files = f"{counted(new, 'file')} {'would be' if dry_run else 'is' if new == 1 else 'are'} new."
    named = sum(file.fate is Fate.NAMED for file in report.files)
    if named:
        verb = "would name" if dry_run else "names" if named == 1 else "name"
        files += f" {counted(named, 'file')} {verb} components that were missing."
    click.echo(f"{done} {', '.join(parts)}. {files} {_look(len(report.problems))}")


def _to_json(report: ImportReport, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "articles": report.articles,
        "categories": report.categories,
        "pictures": report.pictures,
        "other_files": report.other_files,
        "files": [{"path": file.path, "from": file.origin, "fate": file.fate} for file in report.files],
        "problems": [problem_json(problem) for problem in report.problems],
    }


def _sentence(report: ImportReport, *, dry_run: bool) -> str:
    """Return the last line: what was done, and how much is left to do."""
    parts = [
        f"{counted(report.articles, 'article')} in {counted(report.categories, 'category', 'categories')}",
        *([counted(report.pictures, "picture")] if report.pictures else []),
        *([counted(report.other_files, "other file")] if report.other_files else []),
    ]
    done = "Would import" if dry_run else "Imported"
    return f"{done} {', '.join(parts)}. {_look(len(report.problems))}"


def _look(left: int) -> str:
    return f"{counted(left, 'thing needs', 'things need')} a look." if left else "Nothing needs a look."
