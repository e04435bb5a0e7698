"""Measure what a build costs: Waypost against mkdocs-material alone, on the same articles, in one run.

Run it with `make bench`; `make bench ARGS="--sizes 500"` is quicker. Times are whole processes. Machines
differ, so the figure to quote is the ratio, pair by pair.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ARTICLES_A_CATEGORY = 50
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
WAYPOST = """\
site_name: Waypost
site_url: https://help.example.org/
docs_dir: content
exclude_docs: "*.yml"
theme: {name: material, font: false}
plugins: [search, waypost]
markdown_extensions: [admonition, attr_list, tables, {toc: {permalink: true}}]
"""
STATUS = """\
page: {name: Status, url: "https://help.example.org/status/"}
components:
  - {id: service, name: Service}
"""


@dataclass(frozen=True)
class Pair:
    """Seconds of one build each."""

    plain: float
    waypost: float

    @property
    def ratio(self) -> float:
        """How Waypost compares: below 1 it is faster."""
        return self.waypost / self.plain


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


def timed(command: list[str], folder: Path) -> float:
    """Return the seconds that a command takes in a folder, with no output left from before."""
    subprocess.run(["rm", "-rf", "site", ".waypost"], cwd=folder, check=True)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def measure(count: int, runs: int) -> list[Pair]:
    """Build a site of `count` articles both ways, in turn."""
    tools = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        plain, ours = Path(folder, "plain"), Path(folder, "waypost")
        write_site(plain, count, PLAIN)
        without_kinds(plain)
        write_site(ours, count, WAYPOST)
        return [
            Pair(
                timed([str(tools / "mkdocs"), "build", "-q"], plain),
                timed([str(tools / "waypost"), "build"], ours),
            )
            for _ in range(runs)
        ]


def main() -> None:
    """Measure every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    table = Table(title=f"Clean build, whole process, median of {options.runs} pairs")
    for column in ("Articles", "mkdocs-material alone", "Waypost, with status page", "Ratio (range)"):
        table.add_column(column, justify="right")
    for count in options.sizes:
        pairs = measure(count, options.runs)
        ratios = sorted(pair.ratio for pair in pairs)
        table.add_row(
            str(count),
            f"{statistics.median(pair.plain for pair in pairs):.1f} s",
            f"{statistics.median(pair.waypost for pair in pairs):.1f} s",
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
