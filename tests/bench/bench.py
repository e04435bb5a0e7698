"""Measure what a build costs: Waypost against mkdocs-material alone, on the same articles, in one run.

Run it with `make bench-builds`; `ARGS="--sizes 500"` is quicker. Times are whole processes. Machines
differ, so the figure to quote is the ratio, pair by pair.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_page import note_of, replace_section, table_of
from rich.console import Console
from rich.table import Table

ARTICLES_A_CATEGORY = 50

COLUMNS = (
    *("Articles", "Material", "Material, pruned", "Waypost, clean", "Waypost, one changed"),
    *("Clean, ratio", "One changed, ratio"),
)
WORDS = (  # noqa: SIM905  # words in a row read better than a list of quotes
    "gallery photo download upload link password mail browser page account invoice plan client album print "
    "archive phone camera picture button settings share visitor favourite order number address answer time"
).split()

PLAIN = """\
site_name: Plain
docs_dir: content
theme: {name: material, font: false}
plugins: [search]
markdown_extensions: [admonition, attr_list, tables, {toc: {permalink: true}}]
"""
PRUNED = PLAIN.replace("font: false", "font: false, features: [navigation.prune]")
WAYPOST = """\
site_name: Waypost
site_url: https://help.example.org/
docs_dir: content
exclude_docs: "*.yml"
theme: {name: material, font: false}
plugins: [waypost]
markdown_extensions: [admonition, attr_list, tables, {toc: {permalink: true}}]
"""
STATUS = """\
page: {name: Status, url: "https://help.example.org/status/"}
components:
  - {id: service, name: Service}
"""


@dataclass(frozen=True)
class Round:
    """Seconds of each build, one after the other on the same machine."""

    plain: float
    """mkdocs-material as it comes."""
    pruned: float
    """mkdocs-material with `navigation.prune`, which it advises for large sites."""
    clean: float
    """Waypost, with nothing left of an earlier build."""
    one: float
    """Waypost, after one article was changed."""


def sentence(rng: random.Random) -> str:
    """Return a sentence of eight to sixteen words."""
    words = [rng.choice(WORDS) for _ in range(rng.randint(8, 16))]
    return " ".join(words).capitalize() + "."


def article(rng: random.Random, number: int) -> str:
    """Return an article of about 300 words with headings, a list and a table."""
    paragraphs = [" ".join(sentence(rng) for _ in range(4)) for _ in range(5)]
    steps = "\n".join(f"{step}. {sentence(rng)}" for step in range(1, 6))
    return (
        f"---\ntitle: Article {number} about {rng.choice(WORDS)}\n---\n"
        f"{paragraphs[0]}\n\n## What you see\n\n{paragraphs[1]}\n\n{paragraphs[2]}\n\n"
        f"## What to do\n\n{steps}\n\n{paragraphs[3]}\n\n"
        f"| Size | Pixels |\n| --- | --- |\n| Web | 2048 |\n| Full | 6000 |\n\n## What next\n\n{paragraphs[4]}\n"
    )


def write_site(folder: Path, count: int, config: str) -> None:
    """Write a site of `count` articles; the same seed gives both sites the same text."""
    rng = random.Random(count)  # noqa: S311  # sample text, not a secret
    (folder / "status").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(config)
    (folder / "status" / "status.yml").write_text(STATUS)
    (folder / "content").mkdir()
    (folder / "content" / "index.md").write_text("---\ntitle: Help\nkind: home\n---\n")
    for number in range(count):
        category = folder / "content" / f"topic-{number // ARTICLES_A_CATEGORY:02d}"
        if not category.exists():
            category.mkdir()
            (category / "index.md").write_text(
                f"---\ntitle: {category.name}\nkind: category\n---\nA topic.\n"
            )
        (category / f"article-{number:04d}.md").write_text(article(rng, number))


def without_kinds(folder: Path) -> None:
    """Take Waypost's own key out of a site, so that nothing of ours is in the plain one."""
    for path in folder.rglob("*.md"):
        lines = [line for line in path.read_text().splitlines(keepends=True) if not line.startswith("kind:")]
        path.write_text("".join(lines))


def timed(command: str, folder: Path, *, clean: bool = True) -> float:
    """Return the seconds that a whole process takes in a folder, with nothing left from before unless not `clean`."""
    if clean:
        for name in ("site", ".waypost"):
            shutil.rmtree(folder / name, ignore_errors=True)
    tools = Path(sys.executable).parent
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    started = time.perf_counter()
    subprocess.run(
        [str(tools / command.split(maxsplit=1)[0]), *command.split()[1:]],
        cwd=folder,
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def change_one(folder: Path, number: int) -> None:
    """Write a sentence below one article."""
    files = sorted((folder / "content").rglob("article-*.md"))
    with files[number * 7 % len(files)].open("a") as file:
        file.write(f"\nOne more sentence, the {number}th.\n")


def measure(count: int, runs: int) -> Iterator[Round]:
    """Build a site of `count` articles in each way, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        plain, pruned, ours = (Path(folder, name) for name in ("plain", "pruned", "waypost"))
        for place, config in ((plain, PLAIN), (pruned, PRUNED)):
            write_site(place, count, config)
            without_kinds(place)
        write_site(ours, count, WAYPOST)
        for number in range(runs):
            first = (
                timed("mkdocs build -q", plain),
                timed("mkdocs build -q", pruned),
                timed("waypost build", ours),
            )
            change_one(ours, number)
            yield Round(*first, timed("waypost build", ours, clean=False))


def row(count: int, rounds: Sequence[Round]) -> list[str]:
    """Return one line of the table: medians of seconds, and medians of the ratios of each round."""

    def seconds(name: str) -> str:
        return f"{statistics.median(getattr(each, name) for each in rounds):.1f} s"

    def ratio(ours: str, theirs: str) -> str:
        return f"{statistics.median(getattr(each, ours) / getattr(each, theirs) for each in rounds):.2f}"

    ratios = [f"{ratio(ours, 'plain')} / {ratio(ours, 'pruned')}" for ours in ("clean", "one")]
    return [f"{count:,}", *(seconds(name) for name in ("plain", "pruned", "clean", "one")), *ratios]


def write_table(rows: Sequence[Sequence[str]], runs: int) -> None:
    """Put the table where people read it, between the marks in docs/performance.md."""
    rounds = f"{runs} round{'' if runs == 1 else 's'}"
    note = note_of("builds", f"{os.cpu_count()} cores", f"Python {platform.python_version()}", rounds)
    replace_section("builds", f"{table_of(COLUMNS, rows, '---:')}\n\n{note}")


def main() -> None:
    """Measure every size, print the table and write it into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dry-run", action="store_true", help="leave docs/performance.md as it is")
    options = parser.parse_args()
    rows = [row(count, list(measure(count, options.runs))) for count in options.sizes]
    table = Table(title=f"Builds, whole processes, medians of {options.runs} rounds")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for cells in rows:
        table.add_row(*cells)
    Console().print(table)
    if not options.dry_run:
        write_table(rows, options.runs)


if __name__ == "__main__":
    main()
