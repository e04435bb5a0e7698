"""Measure the search: how well it answers, what it ships, how fast it is; against Whoosh and Material in one run.

Run it with `make bench-search`; `COLLECTIONS="DIR…"` adds collections in the form of docs/search.md,
"Other collections". Machines differ, so quote times only beside those of the peer.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import itertools
import json
import random
import re
import shutil
import statistics
import string
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench_page import note_of, replace_section, table_of
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.index import Index as WhooshIndex
from whoosh.query import Or, Term

from waypost.base.files.resources import assets
from waypost.search.io.collections import QuestionForm, load_collection
from waypost.search.io.language import search_language
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.evaluation import Question, ask, figures
from waypost.search.rules.index import build_index, count_forms, index_documents, phrases_of
from waypost.search.rules.ranking import Hit, Ranking, rank
from waypost.search.rules.shards import search_files

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SYLLABLES = [
    start + end
    for start in "b c d f g h k l m n p r s t v w br cr dr fl gr pl pr sh sl sp st tr".split()  # noqa: SIM905  # reads better
    for end in "a e i o u ai ea ou an en in on er or al el".split()  # noqa: SIM905  # the same
]
CATEGORIES = [(f"topic-{number}", f"Topic {number}", f"topic-{number}/") for number in range(12)]
ASK = """
async ([root, question, fresh]) => {
  if (fresh || !window.worker) window.worker = new Worker("/js/search_worker.js", { type: "module" });
  return new Promise((resolve) => {
    const asked = performance.now();
    window.worker.onmessage = ({ data }) => resolve([performance.now() - asked, data.answer?.hits.length ?? -1]);
    window.worker.postMessage({ id: 1, root, question, typing: false, kinds: [], categories: [], limit: 8 });
  });
}
"""


# How well it answers


def whoosh_index(documents: Sequence[SearchDocument]) -> WhooshIndex:
    """Index documents with Whoosh as it comes: stems, BM25F, the title twice as heavy."""
    analyzer = StemmingAnalyzer()
    index = RamStorage().create_index(
        Schema(number=STORED, title=TEXT(analyzer=analyzer, field_boost=2.0), text=TEXT(analyzer=analyzer))
    )
    writer = index.writer()
    for number, document in enumerate(documents):
        writer.add_document(number=number, title=document.title, text=document.text)
    writer.commit()
    return index


def whoosh_answer(index: WhooshIndex, documents: Sequence[SearchDocument], question: str) -> Ranking:
    """Answer a question with whatever shares a word with it, as Whoosh ranks that."""
    words = dict.fromkeys(token.text for token in StemmingAnalyzer()(question))
    with index.searcher() as searcher:
        terms = [Term(field, word) for word in words for field in ("title", "text")]
        found = searcher.search(Or(terms), limit=10) if terms else []
        return Ranking(tuple(Hit(documents[hit["number"]], 0) for hit in found), ())


def quality(folders: Sequence[Path]) -> Iterator[list[str]]:
    """Ask the questions of each collection, of us and of Whoosh."""
    fields: tuple[QuestionForm, ...] = ("text", "typo")
    for folder in folders:
        for field in fields:
            if field == "typo" and '"typo"' not in (folder / "queries.json").read_text(encoding="utf-8"):
                continue
            collection = load_collection(folder, field)
            ours = index_documents(collection.documents, search_language("en"))
            theirs = whoosh_index(collection.documents)
            for name, answer in (
                ("Whoosh BM25F", functools.partial(whoosh_answer, theirs, collection.documents)),
                ("Waypost", functools.partial(rank, ours)),
            ):
                found = figures(ask(collection.questions, answer))
                shares = (found.success_at_1, found.success_at_5, found.mrr_at_10, found.ndcg_at_10)
                refused = found.wrongly_refused or 0.0
                yield [
                    f"{folder.name}, {'as asked' if field == 'text' else 'one typo'}",
                    name,
                    *(f"{share:.3f}" for share in shares),
                    f"{refused:.1%}",
                ]


def off_topic(folders: Sequence[Path]) -> Iterator[list[str]]:
    """Ask each collection the questions of the others and random letters: nothing should answer."""
    rng = random.Random(1)  # noqa: S311  # sample text, not a secret
    letters = [Question(f"r{number}", noise(rng), {}) for number in range(200)]
    collections = {folder.name: load_collection(folder, "text") for folder in folders}
    for name, collection in collections.items():
        index = index_documents(collection.documents, search_language("en"))
        asked = {
            f"questions of {other}": found.questions for other, found in collections.items() if other != name
        }
        for kind, questions in {**asked, "random letters": letters}.items():
            plain = [Question(question.id, question.text, {}) for question in questions]
            found = figures(ask(plain, functools.partial(rank, index)))
            yield [name, kind, str(len(plain)), f"{found.no_answer_rate:.1%}"]


def noise(rng: random.Random) -> str:
    """Return one to four words of random letters."""
    lengths = [rng.randint(4, 10) for _ in range(rng.randint(1, 4))]
    return " ".join("".join(rng.choices(string.ascii_lowercase, k=length)) for length in lengths)


# What it ships, and how fast it is


def articles(count: int, words: int) -> list[SearchDocument]:
    """Return articles in words that are as frequent as those of a language (Zipf and Mandelbrot), with topics."""
    rng = random.Random(count)  # noqa: S311  # sample text, not a secret
    known: set[str] = set()
    while len(known) < 25_000 + count:
        known.add("".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 4)))))
    vocabulary = sorted(known)
    rng.shuffle(vocabulary)
    weights = list(itertools.accumulate(1 / (place + 2.7) for place in range(len(vocabulary))))

    def text(topic: Sequence[str], length: int) -> str:
        usual = rng.choices(vocabulary, cum_weights=weights, k=length)
        return " ".join(
            rng.choice(topic) if rng.random() < 0.12 else word for word in usual
        )  # about an eighth

    found = []
    for number in range(count):
        topic, category = rng.sample(vocabulary[200:], 12), CATEGORIES[number % 12][0]
        sections = tuple(
            DocumentSection(f"s{at}", text(topic, 5), text(topic, words // 4)) for at in range(4)
        )
        path = f"{category}/article-{number}"
        found.append(
            SearchDocument(
                f"{path}/", f"{path}.md", text(topic, 6), (), "page", text(topic, 14), sections, category
            )
        )
    return found


def questions_for(documents: Sequence[SearchDocument], count: int) -> list[str]:
    """Return questions of two to seven words that stand in an article together."""
    rng = random.Random(count)  # noqa: S311  # sample text, not a secret
    found = []
    for _ in range(count):
        document = rng.choice(documents)
        words = f"{document.title} {rng.choice(document.sections).text}".split()
        found.append(" ".join(rng.choices(words, k=rng.randint(2, 7))))
    return found


def material_index(documents: Sequence[SearchDocument]) -> bytes:
    """Return what Material's search plugin ships for the same articles: every section, in one file."""
    entries: list[Mapping[str, str]] = []
    for document in documents:
        entries.append({"location": document.url, "title": document.title, "text": document.summary})
        entries += [
            {"location": f"{document.url}#{section.anchor}", "title": section.heading, "text": section.text}
            for section in document.sections
        ]
    return json.dumps({"config": {}, "docs": entries}, separators=(",", ":")).encode()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named by the base class
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Show a folder, and give its address."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def scripts() -> list[Path]:
    """Return the scripts of the search that run in the worker."""
    names = ("words", "near", "shards", "ranking", "passages", "worker")
    return [assets()[f"search_{name}.js"] for name in names]


def program() -> int:
    """Return the bytes of all scripts that a first question needs: the box and its results too."""
    files = [
        path
        for name, path in assets().items()
        if re.fullmatch(r"(search(?!_page).*|unresolved|beacon)\.js", name)
    ]
    return sum(len(gzip.compress(path.read_bytes())) for path in files)


PROGRAM = program()


def transferred(browser: Browser, url: str, pair: tuple[str, str]) -> tuple[int, int]:
    """Return the bytes that a first and a second question cost somebody who has nothing yet."""
    context = browser.new_context()
    page = context.new_page()
    got: list[int] = []
    page.on(
        "response",
        lambda answer: (
            got.append(int(answer.headers.get("content-length", 0))) if "/search/" in answer.url else None
        ),
    )
    page.goto(f"{url}/index.html")
    costs = []
    for question, fresh in zip(pair, (True, False), strict=True):
        got.clear()
        page.evaluate(ASK, [f"{url}/search/", question, fresh])
        costs.append(sum(got))
    context.close()
    return costs[0] + PROGRAM, costs[1]


def warm_times(page: Page, url: str, questions: Sequence[str]) -> list[float]:
    """Return the milliseconds from a question to its results once its shards are there."""
    for question in questions:
        page.evaluate(ASK, [f"{url}/search/", question, False])
    return sorted(page.evaluate(ASK, [f"{url}/search/", question, False])[0] for question in questions * 2)


def shipping(browser: Browser, count: int, words: int) -> tuple[list[str], list[str]]:
    """Measure one collection: a line for bytes and times in the browser, and one for building the index."""
    documents = articles(count, words)
    language = search_language("en")
    phrases = phrases_of(language)
    started = time.perf_counter()
    counts = [count_forms(document, language, phrases) for document in documents]
    counted = time.perf_counter()
    files = search_files(build_index(documents, counts, language), "en", CATEGORIES)
    ours, again = time.perf_counter() - started, time.perf_counter() - counted
    started = time.perf_counter()
    whoosh_index(documents)
    theirs = time.perf_counter() - started
    questions = questions_for(documents, 60)
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as url:
        folder = Path(name)
        (folder / "index.html").write_text("<!doctype html><title>Bench</title>")
        (folder / "js").mkdir()
        (folder / "search").mkdir()
        for script in scripts():
            shutil.copy(script, folder / "js")
        for path, content in files.items():
            (folder / path).write_bytes(content)
        costs = [
            transferred(browser, url, pair) for pair in zip(questions[:20], questions[20:40], strict=True)
        ]
        page = browser.new_page()
        page.goto(f"{url}/index.html")
        times = warm_times(page, url, questions)
        page.close()
    first, further = ([cost[at] / 1000 for cost in costs] for at in (0, 1))
    material = len(gzip.compress(material_index(documents))) / 1000
    shown = [f"{statistics.median(values):.0f} kB, at most {max(values):.0f}" for values in (first, further)]
    slow = times[int(0.95 * len(times))]
    return (
        [f"{count:,}", *shown, f"{material:,.0f} kB", f"{statistics.median(times):.0f} ms", f"{slow:.0f} ms"],
        [f"{count:,}", f"{ours:.1f} s", f"{again:.1f} s", f"{theirs:.1f} s", f"{ours / theirs:.2f}"],
    )


# The report


def report(tables: Mapping[str, tuple[Sequence[str], list[list[str]]]], *, write: bool) -> None:
    """Print the tables, and put them where people read them."""
    console = Console()
    parts = []
    for title, (columns, rows) in tables.items():
        table = Table(*columns, title=title)
        for cells in rows:
            table.add_row(*cells)
        console.print(table)
        parts += [f"**{title}**\n", table_of(columns, rows), ""]
    if write:
        replace_section("search", "\n".join([*parts, note_of("search")]))


def main() -> None:
    """Measure everything, and report it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--collections", type=Path, nargs="*", default=[])
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 10_000])
    parser.add_argument("--words", type=int, default=306, help="words of an article")
    parser.add_argument("--dry-run", action="store_true", help="leave docs/performance.md as it is")
    options = parser.parse_args()
    columns = ("Collection", "Engine", "success@1", "success@5", "MRR@10", "nDCG@10", "wrongly refused")
    tables: dict[str, tuple[Sequence[str], list[list[str]]]] = {}
    if options.collections:
        tables["How well it answers"] = (columns, list(quality(options.collections)))
        rows = list(off_topic(options.collections))
        tables["Questions that nothing answers"] = (("Asked of", "What", "Questions", "Refused"), rows)
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        measured = [shipping(browser, size, options.words) for size in options.sizes]
        browser.close()
    columns = (
        "Articles",
        "Before the first result",
        "A further question",
        "Material's index",
        "Warm, median",
        "Warm, p95",
    )
    tables["What the browser fetches, compressed, and how long it takes"] = (
        columns,
        [row for row, _ in measured],
    )
    tables["Index and shards"] = (
        ("Articles", "Waypost, with shards", "Waypost, one changed", "Whoosh, index alone", "Ratio"),
        [row for _, row in measured],
    )
    report(tables, write=not options.dry_run)


if __name__ == "__main__":
    main()
