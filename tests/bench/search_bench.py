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
import os
import random
import re
import shutil
import sqlite3
import statistics
import string
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench_page import note_of, replace_section, table_of
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table
from whoosh.analysis import LanguageAnalyzer, StemmingAnalyzer
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.index import Index as WhooshIndex
from whoosh.query import Or, Term

from waypost.base.files.resources import assets
from waypost.base.tokens import words_of
from waypost.search.io.collections import QuestionForm, SearchCollection, load_collection
from waypost.search.io.language import search_language
from waypost.search.rules.certainty import index_documents, learned
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.evaluation import DEPTH, Answerer, Question, ask, figures
from waypost.search.rules.index import Language, build_index, document_words
from waypost.search.rules.ranking import Hit, Ranking, rank
from waypost.search.rules.shards import search_files

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
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


Peer = Callable[[Sequence[SearchDocument], str, Sequence[str]], list[list[int]]]
"""Answers questions about documents of a language with the numbers of the best ten, best first."""


def whoosh_index(documents: Sequence[SearchDocument], language: str = "en") -> WhooshIndex:
    """Index documents with Whoosh as it comes: stems, BM25F, the title twice as heavy."""
    analyzer = LanguageAnalyzer(language) if language != "en" else StemmingAnalyzer()
    index = RamStorage().create_index(
        Schema(number=STORED, title=TEXT(analyzer=analyzer, field_boost=2.0), text=TEXT(analyzer=analyzer))
    )
    writer = index.writer()
    for number, document in enumerate(documents):
        writer.add_document(number=number, title=document.title, text=document.text)
    writer.commit()
    return index


def whoosh(documents: Sequence[SearchDocument], language: str, questions: Sequence[str]) -> list[list[int]]:
    """Answer questions with whatever shares a word with them, as Whoosh ranks that."""
    index = whoosh_index(documents, language)
    analyzer = index.schema["text"].analyzer
    found = []
    with index.searcher() as searcher:
        for question in questions:
            words = dict.fromkeys(token.text for token in analyzer(question))
            terms = [Term(field, word) for word in words for field in ("title", "text")]
            hits = searcher.search(Or(terms), limit=DEPTH) if terms else []
            found.append([hit["number"] for hit in hits])
    return found


def fts5(documents: Sequence[SearchDocument], language: str, questions: Sequence[str]) -> list[list[int]]:
    """Answer questions with SQLite: Porter's stems, any word, the title twice as heavy."""
    found = []
    with closing(sqlite3.connect(":memory:")) as database:
        tokenizer = "porter unicode61 remove_diacritics 2"
        database.execute(f"CREATE VIRTUAL TABLE article USING fts5(title, text, tokenize='{tokenizer}')")
        rows = [(number, document.title, document.text) for number, document in enumerate(documents)]
        database.executemany("INSERT INTO article(rowid, title, text) VALUES (?, ?, ?)", rows)
        for question in questions:
            words = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", question.lower())))
            query = "SELECT rowid FROM article WHERE article MATCH ? ORDER BY bm25(article, 2, 1) LIMIT ?"
            hits = database.execute(query, (words, DEPTH)) if words else ()
            found.append([number for (number,) in hits])
    return found


def minisearch(
    documents: Sequence[SearchDocument], language: str, questions: Sequence[str]
) -> list[list[int]]:
    """Answer questions with MiniSearch, tuned: stems, stop words, and fuzzy only for words that are nowhere."""
    own = search_language(language)
    texts = [[words_of(document.title), words_of(document.text)] for document in documents]
    asked = [words_of(question) for question in questions]
    words = {word for part in (*itertools.chain(*texts), *asked) for word in part}
    task = {
        "texts": texts,
        "questions": asked,
        "stems": {word: own.stem(word) for word in words},
        "stop": sorted(own.stop),
        "limit": DEPTH,
    }
    modules = Path(".venv-clients/node/node_modules").resolve()
    answer = subprocess.run(
        ["node", str(Path(__file__).with_name("minisearch_peer.mjs"))],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NODE_PATH": str(modules)},
    )
    found: list[list[int]] = json.loads(answer.stdout)
    return found


PEERS: Mapping[str, Peer] = {
    "Whoosh BM25F": whoosh,
    "SQLite FTS5": fts5,
    **({"MiniSearch, tuned": minisearch} if shutil.which("node") else {}),
}


def quality(folders: Sequence[Path]) -> Iterator[list[str]]:
    """Ask the questions of each collection, of us and of the peers; the mean of each engine comes last."""
    fields: tuple[QuestionForm, ...] = ("text", "typo")
    firsts: dict[tuple[str, str], list[float]] = {}
    for folder, field in itertools.product(folders, fields):
        if field == "typo" and '"typo"' not in (folder / "queries.json").read_text(encoding="utf-8"):
            continue
        collection = load_collection(folder, field)
        documents, questions = collection.documents, collection.questions
        language = collection.language
        index = index_documents(documents, search_language(language))
        answerers: dict[str, Answerer] = {"Waypost": functools.partial(rank, index)}
        for name, peer in PEERS.items():
            lists = peer(documents, language, [question.text for question in questions])
            answers = {
                question.text: Ranking(tuple(Hit(documents[number], 0) for number in numbers), ())
                for question, numbers in zip(questions, lists, strict=True)
            }
            answerers[name] = answers.__getitem__
        form = "as asked" if field == "text" else "one typo"
        for name, answer in answerers.items():
            found = figures(ask(questions, answer))
            firsts.setdefault((name, form), []).append(found.success_at_1)
            shares = (found.success_at_1, found.success_at_5, found.mrr_at_10, found.ndcg_at_10)
            yield [f"{folder.name}, {form}", name, *(f"{share:.3f}" for share in shares)]
    for (name, form), first in firsts.items():
        yield [f"mean, {form}", name, f"{statistics.mean(first):.3f}", "", "", ""]


def certainty(folders: Sequence[Path]) -> Iterator[list[str]]:
    """Tell how sure the search is: of each collection's own questions, of those of others, and of random letters."""
    rng = random.Random(1)  # noqa: S311  # sample text, not a secret
    letters = [Question(f"r{number}", noise(rng), {}) for number in range(200)]
    collections = {folder.name: load_collection(folder, "text") for folder in folders}
    languages = {name: found.language for name, found in collections.items()}
    for name, collection in collections.items():
        index = index_documents(collection.documents, search_language(languages[name]))
        others = [
            question
            for other, found in collections.items()
            if other != name and languages[other] == languages[name]
            for question in found.questions
        ]
        asked = {
            "answerable": [question for question in collection.questions if any(question.grades.values())],
            "no answer here": [one for one in collection.questions if not any(one.grades.values())],
            "of the other collections": rng.sample(others, min(500, len(others))),
            "random letters": letters,
            "titles, word for word": [
                Question(one.path, one.title, {one.path: 1}) for one in collection.documents if one.title
            ],
        }
        for kind, questions in asked.items():
            if not questions:
                continue
            found = figures(ask(questions, functools.partial(rank, index)))
            shares = (found.answered, found.unsure, found.nothing)
            first = f"{found.success_at_1:.3f}" if questions[0].grades else ""
            yield [name, kind, str(len(questions)), *(f"{share:.1%}" for share in shares), first]


SHARES = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Parts of the articles that get an alias."""

DRAWS = 5
"""Choices of articles of which the mean is told."""


def aliases(folders: Sequence[Path]) -> Iterator[list[str]]:
    """Give a part of the articles one of their questions as an alias, and ask all other questions again."""
    for folder in folders:
        collection = load_collection(folder, "text")
        language = search_language(collection.language)
        by_path: dict[str, list[Question]] = {}
        for question in collection.questions:
            for path in (path for path, grade in question.grades.items() if grade > 0):
                by_path.setdefault(path, []).append(question)
        paths = sorted(path for path, questions in by_path.items() if len(questions) > 1)
        before = _right(collection.documents, collection, language)
        for share in SHARES:
            rng = random.Random(7)  # noqa: S311  # sample text, not a secret
            changes: dict[bool, list[int]] = {True: [], False: []}
            for _ in range(DRAWS):
                chosen = rng.sample(paths, max(1, round(share * len(paths))))
                given = {path: rng.choice(by_path[path]) for path in chosen}
                documents = [
                    replace(one, aliases=(given[one.path].text,)) if one.path in given else one
                    for one in collection.documents
                ]
                used = {question.id for question in given.values()}
                after = _right(documents, collection, language)
                for question in collection.questions:
                    if question.id in after and question.id not in used:
                        has_alias = not given.keys().isdisjoint(question.grades)
                        changes[has_alias].append(after[question.id] - before[question.id])
            means = [f"{statistics.mean(of):+.4f}" if of else "" for of in (changes[False], changes[True])]
            yield [folder.name, f"{share:.0%}", *means]


def _right(
    documents: Sequence[SearchDocument], collection: SearchCollection, language: Language
) -> dict[str, bool]:
    """Tell of each question that has an answer whether one comes first."""
    index = index_documents(documents, language)
    results = ask(collection.questions, functools.partial(rank, index))
    return {result.question.id: result.rank == 1 for result in results if result.is_answerable}


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
    names = ("words", "near", "shards", "ranking", "passages", "quote", "worker")
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
    started = time.perf_counter()
    words_of_each = [document_words(document, language) for document in documents]
    counted = time.perf_counter()
    files = search_files(learned(build_index(documents, words_of_each, language)), "en", CATEGORIES)
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
    columns: tuple[str, ...] = ("Collection", "Engine", "success@1", "success@5", "MRR@10", "nDCG@10")
    tables: dict[str, tuple[Sequence[str], list[list[str]]]] = {}
    if options.collections:
        tables["How well it answers"] = (columns, list(quality(options.collections)))
        columns = ("Asked of", "What", "Questions", "Sure", "Not sure", "Nothing", "success@1")
        tables["How sure it is"] = (columns, list(certainty(options.collections)))
        columns = ("Collection", "Articles with an alias", "success@1 of the others", "success@1 of these")
        tables["What an alias changes"] = (columns, list(aliases(options.collections)))
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
