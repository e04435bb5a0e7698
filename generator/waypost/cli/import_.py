"""waypost import."""

from __future__ import annotations

from pathlib import Path

import click

from waypost.app.import_markdown import ImportReport, import_markdown
from waypost.app.site import Site
from waypost.cli.common import explained, json_option, print_json, print_problems, problem_json, site_option


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
        f"{_count(report.articles, 'article')} in {_count(report.categories, 'category', 'categories')}",
        *([_count(report.pictures, "picture")] if report.pictures else []),
        *([_count(report.other_files, "other file")] if report.other_files else []),
    ]
    done = "Would import" if dry_run else "Imported"
    left = len(report.problems)
    look = f"{_count(left, 'thing needs', 'things need')} a look." if left else "Nothing needs a look."
    return f"{done} {', '.join(parts)}. {look}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
