"""Write down what an import brought over, and keep aside what has no place in articles."""

from __future__ import annotations

import json
from pathlib import Path

from waypost.base.files.file_tree import write_atomic
from waypost.importing.articles import ImportReport
from waypost.importing.rules.report import report_text


def write_report(report: ImportReport, source: Path, place: Path) -> None:
    """Write the report to a place, and keys of front matter without a counterpart as JSON beside it."""
    counts = {
        "articles": report.articles,
        "categories": report.categories,
        "sections": report.sections,
        "pictures": report.pictures,
        "other files": report.other_files,
        "old addresses that lead on": report.redirects,
    }
    aside = place.with_name(f"{place.stem}-front-matter.json")
    text = report_text(source.as_posix(), counts, report.words, report.places, report.aside, aside.name)
    write_atomic(place, text.encode())
    if report.aside:
        write_atomic(
            aside, json.dumps(report.aside, ensure_ascii=False, indent=2, default=str).encode() + b"\n"
        )
