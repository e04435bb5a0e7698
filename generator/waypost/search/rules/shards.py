"""The index in pieces that a browser fetches as it needs them. theme/search/search_shards.js reads them.

Format 4. Whole numbers are LEB128: seven bits a byte, the lowest first, the top bit set on all but the last.

- A shard of forms holds words in the order of their code points, each as: how many bytes it shares with the
  word before, how many bytes follow, those bytes in UTF-8, the number of its term less that of the word
  before (zigzag, from 0), and its weight.
- A shard of terms holds the terms of a range of numbers, each as: how many documents, the distance of each
  document's number from the one before (from -1), then the impact of each.
- A shard of spelling has a word a line, in the order of code points: one that the language has, or one that lacks
  its first letter, with a space and the letters that it may be.
- The text of a result is JSON; `compounds` has the parts of the compounds in its passages, and `weights` are those
  of its passages: title, aliases, summary, then of each section its heading and its sentences.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from waypost.help.kinds import ARTICLE_KINDS
from waypost.search.rules.constants import ranking_constants
from waypost.search.rules.index import Index, Postings
from waypost.search.rules.site_pages import PAGE_KINDS

FORMAT = 4
"""Raised when the format changes; an older script then says that it cannot read it."""

BYTES_IN_TERM_SHARD = 3500


def form_shards(index: Index) -> Iterator[tuple[str, bytes]]:
    """Yield the first word of each shard of forms, and the shard."""
    for part in index.form_shards:
        data = bytearray()
        before, term = b"", 0
        for form in part:
            entry = index.forms[form]
            written = form.encode()
            shared = _shared(before, written)
            data += _number(shared) + _number(len(written) - shared) + written[shared:]
            step = entry.term - term
            data += _number(step * 2 if step >= 0 else -step * 2 - 1) + _number(entry.weight)
            before, term = written, entry.term
        yield part[0], bytes(data)


def term_shards(postings: Sequence[Postings]) -> Iterator[tuple[int, bytes]]:
    """Yield the number of the first term of each shard of terms, and the shard."""
    first, data = 0, bytearray()
    for number, held in enumerate(postings):
        if len(data) >= BYTES_IN_TERM_SHARD:
            yield first, bytes(data)
            first, data = number, bytearray()
        data += _number(len(held.documents))
        before = -1
        for document in held.documents:
            data += _number(document - before)
            before = document
        for impact in held.impacts:
            data += _number(impact)
    if data:
        yield first, bytes(data)


WORDS_IN_SHARD = 500


def spelling_shards(index: Index) -> Iterator[tuple[str, bytes]]:
    """Yield the first word of each shard of spelling, and the shard."""
    words = list(index.spelling)
    for start in range(0, len(words), WORDS_IN_SHARD):
        part = words[start : start + WORDS_IN_SHARD]
        lines = (f"{word} {index.spelling[word]}".rstrip() for word in part)
        yield part[0], "\n".join(lines).encode()


def separators(shards: Sequence[Sequence[str]]) -> list[str]:
    """Return for each shard the shortest text that is behind the shard before it, and behind none of its own words.

    Bayer and Unterauer, Prefix B-Trees (1977).
    """
    found = [shard[0][:1] for shard in shards[:1]]
    for before, shard in pairwise(shards):
        found.append(shard[0][: _shared(before[-1], shard[0]) + 1])
    return found


def _shared(one: Sequence[object], other: Sequence[object]) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


_NUMBERS = [bytes([value]) for value in range(128)]


def _number(value: int) -> bytes:
    if value < 128:
        return _NUMBERS[value]
    data = bytearray()
    while value >= 128:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def result_text(index: Index, number: int) -> bytes:
    """Return the text of a document for a result, with the weights of its passages."""
    document = index.documents[number]
    sentences: dict[int, list[str]] = {}
    for passage in document.passages:
        if passage.section >= 0 and not passage.is_name:
            sentences.setdefault(passage.section, []).append(passage.text)
    shown: dict[str, Any] = {
        "url": document.url,
        "title": document.title,
        "aliases": document.aliases,
        "summary": document.summary,
        "article": document.article,
        "components": list(document.components),
        "sections": [
            [section.anchor, section.heading, sentences.get(place, [])]
            for place, section in enumerate(document.sections)
        ],
        "compounds": {
            form: index.compounds[form]
            for passage in index.passages[number]
            for form in passage
            if form in index.compounds
        },
        "weights": [index.weight_of(passage) for passage in index.passages[number]],
    }
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


MANIFEST = "search/manifest.json"
"""The only file of the search that changes under its name: it says which table is current."""

Category = tuple[str, str, str]
"""Id, title and address of a category, or of a section, whose id has that of its category before a slash."""


def search_files(index: Index, language: str, categories: Sequence[Category]) -> dict[str, bytes]:
    """Return every file of the search, by its path from the root of the output."""
    files: dict[str, bytes] = {}

    def keep(prefix: str, data: bytes, length: int = 8) -> str:
        # Without a time, so that the same content gives the same bytes.
        content = gzip.compress(data, 9, mtime=0)
        name = hashlib.sha256(content).hexdigest()[:length]
        files[f"search/{prefix}{name}.bin"] = content
        return name

    forms = [keep("f-", data) for _, data in form_shards(index)]
    terms = [(first, keep("t-", data)) for first, data in term_shards(index.postings)]
    words = [(first, keep("w-", data)) for first, data in spelling_shards(index)]
    results = [
        # The number is in the name, so that a short digest only has to tell one build from the next.
        keep(f"r-{number}-", result_text(index, number), 4)
        for number in range(len(index.documents))
    ]
    ids = [category for category, _, _ in categories]
    kinds = [*ARTICLE_KINDS, *PAGE_KINDS]
    table = {
        "language": language,
        "stop": " ".join(sorted(index.stop)),
        "phrases": sorted(index.phrases),
        "unknown": index.unknown,
        "sure": index.sure,
        "synonyms": [
            [group.worth, [[term, "|".join(forms)] for term, forms in group.forms.items()]]
            for group in index.synonyms
        ],
        "ranking": ranking_constants(),
        "kinds": kinds,
        "kind": "".join(str(kinds.index(document.kind)) for document in index.documents),
        "categories": [{"id": name, "title": title, "url": url} for name, title, url in categories],
        "category": [
            ids.index(document.category) if document.category in ids else -1 for document in index.documents
        ],
        "forms": separators(index.form_shards),
        "form_files": "".join(forms),
        "terms": [first for first, _ in terms],
        "term_files": "".join(name for _, name in terms),
        "links": index.links,
        "words": [first for first, _ in words],
        "word_files": "".join(name for _, name in words),
        "result_files": "".join(results),
    }
    name = keep("i-", json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode())
    files[MANIFEST] = json.dumps({"format": FORMAT, "table": name}).encode() + b"\n"
    return files
