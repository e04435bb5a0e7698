from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from helpers.search_lists import index_of
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.documents import SHOWN_TEXT, DocumentSection, SearchDocument
from waypost.search.rules.index import Form, Language, Postings
from waypost.search.rules.shards import form_shards, result_text, separators, term_shards

INDEX = index_of(
    {
        "language": "en",
        "documents": [
            {
                "url": f"{number}/",
                "title": f"Größe wort{number * 7919 % 1000} 写真 zip",
                "text": f"über text{number}",
            }
            for number in range(400)
        ],
    }
)


def numbers(data: bytes, at: list[int]) -> Iterator[int]:
    while True:
        value = shift = 0
        while True:
            byte = data[at[0]]
            at[0] += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        yield value


def read_forms(data: bytes) -> dict[str, Form]:
    """Read a shard as its format is described, beside the reader in the browser."""
    at = [0]
    number = numbers(data, at)
    found: dict[str, Form] = {}
    before, term = b"", 0
    while at[0] < len(data):
        shared, length = next(number), next(number)
        before = before[:shared] + data[at[0] : at[0] + length]
        at[0] += length
        step = next(number)
        term += -(step + 1) // 2 if step % 2 else step // 2
        found[before.decode()] = Form(term, next(number))
    return found


def read_terms(data: bytes) -> list[Postings]:
    at = [0]
    number = numbers(data, at)
    found = []
    while at[0] < len(data):
        documents, impacts, last = [], [], -1
        count = next(number)
        for _ in range(count):
            last += next(number)
            documents.append(last)
        impacts = [next(number) for _ in range(count)]
        found.append(Postings(documents, impacts))
    return found


def test_all_forms_are_read_back_in_their_order() -> None:
    shards = list(form_shards(INDEX))
    assert len(shards) > 1
    found: dict[str, Form] = {}
    for first, data in shards:
        part = read_forms(data)
        assert next(iter(part)) == first
        found.update(part)
    assert found == INDEX.forms
    assert list(found) == sorted(found)


def test_what_parts_two_shards_is_as_short_as_can_be() -> None:
    found = separators([["aaa", "abcx"], ["abdeee", "b"], ["ca"]])
    assert found == ["a", "abd", "c"]
    shards = INDEX.form_shards
    for before, start, shard in zip(shards, separators(shards)[1:], shards[1:], strict=False):
        assert before[-1] < start <= shard[0]


def test_all_postings_are_read_back() -> None:
    shards = list(term_shards(INDEX.postings))
    assert [postings for _, data in shards for postings in read_terms(data)] == INDEX.postings
    starts = [first for first, _ in shards]
    lengths = [len(read_terms(data)) for _, data in shards]
    assert starts == [sum(lengths[:at]) for at in range(len(lengths))]


@given(st.lists(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 70_000)), max_size=20), max_size=20))
def test_any_postings_are_read_back(rows: list[list[tuple[int, int]]]) -> None:
    postings = []
    for row in rows:
        documents, last = [], -1
        for step, _ in row:
            last += step
            documents.append(last)
        postings.append(Postings(documents, [impact for _, impact in row]))
    assert [each for _, data in term_shards(postings) for each in read_terms(data)] == postings


def shown(document: SearchDocument) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result_text(index_documents([document], Language("en", str)), 0))
    return found


def test_a_long_text_is_cut_in_each_of_its_sections() -> None:
    sections = (DocumentSection("a", "One", "word " * 2000), DocumentSection("b", "Two", "other " * 1000))
    found = shown(SearchDocument("x/", "x.md", "X", ("Why?",), "page", "S", sections, "c", ("d",)))
    first, second = (" ".join(section[2]) for section in found["sections"])
    assert len(first) + len(second) <= SHOWN_TEXT + 4
    assert first.endswith("word …")
    assert second.endswith("other …")
    assert [found[key] for key in ("url", "title", "aliases", "summary", "components")] == [
        "x/",
        "X",
        ["Why?"],
        "S",
        ["d"],
    ]


def test_a_short_text_is_kept_whole_and_each_passage_has_its_weight() -> None:
    section = DocumentSection("a", "Head", "A <b>short</b> text. And a second?\nA step")
    found = shown(SearchDocument("x/", "x.md", "X", (), "page", "", (section,)))
    assert found["sections"] == [["a", "Head", ["A <b>short</b> text.", "And a second?", "A step"]]]
    assert len(found["weights"]) == 5
    assert all(weight > 0 for weight in found["weights"])
