"""Read the questions that measure a search: the queries.yml of a site, or a folder with a collection of documents.

A collection is docs.json [{id, title, text, also_asked_as}], queries.json [{id, text, typo}] and qrels.tsv with lines
`query 0 document grade`, the form of TREC's judgements (https://trec.nist.gov/data/qrels_eng/).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from waypost.base.files.text_files import Source, decode, read_bytes
from waypost.base.files.validation import load_yaml
from waypost.formats.article import Article
from waypost.formats.search import QueryFile
from waypost.help.kinds import DEFAULT_KIND
from waypost.problems import Problem, ProblemsFound
from waypost.reading.io.search_files import check_queries
from waypost.search.io.detection import detect_language
from waypost.search.rules.documents import DocumentSection, SearchDocument, document_sections
from waypost.search.rules.evaluation import Question

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of each file of a collection."""

MAX_ENTRIES = 200_000
"""Documents, questions and judgements of a collection."""

MAX_PROBLEMS = 50
"""More would only scroll away: a wrong file is wrong on every line."""

MAX_ID = 200
"""Characters of an id."""

MAX_GRADE = 100
"""The highest grade of a judgement."""

QuestionForm = Literal["text", "typo"]
"""Which form of a question is asked: as it is, or misspelt."""


@dataclass(frozen=True)
class SearchCollection:
    """Documents, and questions with the documents that answer them."""

    documents: tuple[SearchDocument, ...]
    questions: tuple[Question, ...]

    @property
    def language(self) -> str:
        """The language that its documents are written in."""
        return detect_language("\n".join(f"{document.title} {document.text}" for document in self.documents))


def load_queries(path: Path, pages: Mapping[str, Article]) -> QueryFile:
    """Read a queries.yml, wherever it is; raises ProblemsFound."""
    document, queries, problems = load_yaml(path.parent, path, QueryFile)
    if document and queries:
        problems += check_queries(document, queries, pages, pages)
    if queries is None or problems:
        raise ProblemsFound([_renamed(problem, path.as_posix()) for problem in problems])
    return queries


def load_collection(folder: Path, field: QuestionForm) -> SearchCollection:
    """Read a folder with a collection, and ask its questions in one of their forms; raises ProblemsFound."""
    problems: list[Problem] = []
    documents = _entries(
        _CollectionFile(folder / "docs.json", problems), ("title", "text"), (), lists=("also_asked_as",)
    )
    questions = _entries(_CollectionFile(folder / "queries.json", problems), ("text",), ("typo",))
    grades = _grades(_CollectionFile(folder / "qrels.tsv", problems), questions, documents)
    asked = {id_: entry[field] for id_, entry in questions.items() if field in entry}
    if questions and not asked and not problems:
        message = f"No question has the key '{field}'. Add it to those that are to be asked in that form."
        problems.append(Source((folder / "queries.json").as_posix(), "").problem("missing-key", message))
    if problems:
        raise ProblemsFound(problems)
    return SearchCollection(
        tuple(_document(id_, entry) for id_, entry in documents.items()),
        tuple(Question(id_, text, grades.get(id_, {})) for id_, text in asked.items()),
    )


def _document(id_: str, entry: CollectionEntry) -> SearchDocument:
    text = entry["text"]
    # Texts with headings are Markdown; others are taken as they are.
    sections = document_sections(text) if _HEADING.search(text) else (DocumentSection("", "", text),)
    return SearchDocument(id_, id_, entry["title"], entry["also_asked_as"], DEFAULT_KIND, "", sections)


_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)


class _CollectionFile:
    """One file of a collection, and its problems."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self._problems = problems
        self._count = 0
        name = path.as_posix()
        source = None
        data, found = read_bytes(path.parent, path, MAX_BYTES)
        problems += [_renamed(problem, name) for problem in found]
        if data is not None:
            source, found = decode(name, data)
            problems += found
        self.is_readable = source is not None
        self._source = source or Source(name, "")
        self.text = self._source.text

    def complain(self, offset: int, code: str, message: str) -> None:
        """Note a problem at a place in the text."""
        self._count += 1
        if self._count <= MAX_PROBLEMS:
            line = self.text.count("\n", 0, offset) + 1
            column = offset - self.text.rfind("\n", 0, offset)
            self._problems.append(self._source.problem(code, message, line, column))

    @property
    def is_hopeless(self) -> bool:
        """Whether there are too many problems to read on."""
        return self._count >= MAX_PROBLEMS


def _renamed(problem: Problem, name: str) -> Problem:
    """Return a problem with the name of the file as the caller wrote it."""
    return replace(problem, location=replace(problem.location, path=name))


CollectionEntry = Mapping[str, Any]
"""Texts, and tuples of texts for keys that hold lists."""


def _entries(
    file: _CollectionFile, wanted: Collection[str], optional: Collection[str], lists: Collection[str] = ()
) -> dict[str, CollectionEntry]:
    """Read a list of objects with texts, by their ids; keys beyond the documented ones are left alone.

    `lists` are optional keys that hold lists of texts.
    """
    found: dict[str, CollectionEntry] = {}
    for offset, item in _items(file):
        if file.is_hopeless:
            break
        entry = _entry(file, offset, item, wanted, optional, lists)
        if entry is None:
            continue
        if entry["id"] in found:
            file.complain(offset, "duplicate-id", f"The id '{entry['id']}' stands twice. Give each its own.")
        elif len(found) == MAX_ENTRIES:
            file.complain(
                offset, "too-complex", f"There are more than {MAX_ENTRIES} entries. Leave some out."
            )
            break
        else:
            found[entry["id"]] = entry
    return found


def _entry(
    file: _CollectionFile,
    offset: int,
    item: Any,
    wanted: Collection[str],
    optional: Collection[str],
    lists: Collection[str],
) -> CollectionEntry | None:
    """Check one object; None where it cannot be used."""
    if not isinstance(item, dict):
        file.complain(offset, "wrong-type", f"Expected an object with the keys id, {', '.join(wanted)}.")
        return None
    missing = [key for key in ("id", *wanted) if key not in item]
    for key in missing:
        file.complain(offset, "missing-key", f"The key '{key}' is missing. Add it here.")
    present = {key: item[key] for key in ("id", *wanted, *optional) if key in item}
    wrong = [key for key, value in present.items() if not isinstance(value, str)]
    for key in wrong:
        file.complain(offset, "wrong-type", f"The value of '{key}' is no text. Put it in quotes.")
    held = {key: item.get(key, []) for key in lists}
    unlike = [key for key, value in held.items() if not _is_texts(value)]
    for key in unlike:
        file.complain(offset, "wrong-type", f"The value of '{key}' is no list of texts. Put each in quotes.")
    if missing or wrong or unlike:
        return None
    if not re.fullmatch(rf"\S{{1,{MAX_ID}}}", present["id"]):
        message = f"An id is 1 to {MAX_ID} characters without spaces, because the lines of qrels.tsv name it."
        file.complain(offset, "bad-value", message)
        return None
    return {**present, **{key: tuple(value) for key, value in held.items()}}


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


_SPACE = re.compile(r"[ \t\n]*")


def _items(file: _CollectionFile) -> Iterator[tuple[int, Any]]:
    """Yield each value of a list in JSON with the place where it begins."""
    if not file.is_readable:
        return
    read = json.JSONDecoder().raw_decode
    text, at = file.text, _after_space(file.text, 0)
    if text[at : at + 1] != "[":
        file.complain(at, "wrong-type", "Expected a list in JSON: [ first, and ] at the end.")
        return
    at = _after_space(text, at + 1)
    while text[at : at + 1] != "]":
        try:
            value, end = read(text, at)
        except json.JSONDecodeError as error:
            file.complain(
                error.pos, "bad-value", f"This is not JSON: {error.msg.lower()}. Mend it here or just above."
            )
            return
        except (RecursionError, ValueError):
            file.complain(
                at, "too-complex", "This value nests too deep, or holds a number that cannot be meant."
            )
            return
        yield at, value
        at = _after_space(text, end)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
        elif text[at : at + 1] != "]":
            file.complain(
                at, "bad-value", "This is not JSON: a comma or the ] at the end of the list is missing here."
            )
            return
    rest = _after_space(text, at + 1)
    if rest < len(text):
        file.complain(rest, "bad-value", "Something stands below the list. Delete it.")


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _grades(
    file: _CollectionFile, questions: Collection[str], documents: Collection[str]
) -> dict[str, dict[str, float]]:
    """Read the judgements: for each question, how well which document answers it."""
    found: dict[str, dict[str, float]] = {}
    for number, (offset, line) in enumerate(_lines(file)):
        if file.is_hopeless:
            break
        if number == MAX_ENTRIES:
            file.complain(
                offset, "too-complex", f"There are more than {MAX_ENTRIES} judgements. Leave some out."
            )
            break
        words = line.split()
        grade = _grade(words[-1]) if len(words) == 4 else None
        if grade is None:
            example = "Write the question, 0, the document and its grade, such as `q17 0 d3 1`."
            file.complain(offset, "bad-value", f"This is no judgement. {example}")
            continue
        question, _, document, _ = words
        # Where one of the other files cannot be read, its ids are unknown.
        if questions and question not in questions:
            file.complain(offset, "bad-value", f"There is no question '{question[:MAX_ID]}' in queries.json.")
        elif documents and document not in documents:
            file.complain(offset, "bad-value", f"There is no document '{document[:MAX_ID]}' in docs.json.")
        elif found.setdefault(question, {}).setdefault(document, grade) != grade:
            message = "An earlier line gives this pair another grade. Delete one of the two."
            file.complain(offset, "bad-value", message)
    return found


def _lines(file: _CollectionFile) -> Iterator[tuple[int, str]]:
    at = 0
    for line in islice(file.text.split("\n"), MAX_ENTRIES * 10):
        if line.strip():
            yield at, line
        at += len(line) + 1


def _grade(word: str) -> int | None:
    if not re.fullmatch(r"-?[0-9]{1,3}", word):
        return None
    grade = int(word)
    return grade if abs(grade) <= MAX_GRADE else None
