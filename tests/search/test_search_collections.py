"""Collections and queries.yml as people and programs write them: what is read, and what is said of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waypost.formats.article import Article, front_matter_of
from waypost.problems import Problem, ProblemsFound
from waypost.search.io import collections as search_collections
from waypost.search.io.collections import SearchCollection, load_collection, load_queries

DOCS = [{"id": "d1", "title": "Zip", "text": "It stops."}, {"id": "d2", "title": "", "text": ""}]
QUERIES = [{"id": "q1", "text": "my zip", "typo": "my zpi"}, {"id": "q2", "text": "weather"}]
QRELS = "q1\t0\td1\t2\nq1 0 d2 -1\n\n"


def write(folder: Path, docs: Any = DOCS, queries: Any = QUERIES, qrels: str | bytes = QRELS) -> Path:
    """Write a collection; a text or bytes are taken as they are."""
    folder.mkdir(exist_ok=True)
    for name, content in (("docs.json", docs), ("queries.json", queries), ("qrels.tsv", qrels)):
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def problems_of(folder: Path, field: Any = "text") -> list[str]:
    """Return what is said of a folder, without its path."""
    with pytest.raises(ProblemsFound) as found:
        load_collection(folder, field)
    for problem in found.value.problems:
        assert problem.location.path.startswith(f"{folder.as_posix()}/")
    return [
        f"{problem.location} {problem.code}: {problem.message}".removeprefix(f"{folder.as_posix()}/")
        for problem in found.value.problems
    ]


def test_a_collection_is_read_with_its_judgements(tmp_path: Path) -> None:
    collection = load_collection(write(tmp_path / "c"), "text")
    assert [(one.path, one.url, one.title, one.text) for one in collection.documents] == [
        ("d1", "d1", "Zip", "It stops."),
        ("d2", "d2", "", ""),
    ]
    assert [(one.id, one.text, one.grades) for one in collection.questions] == [
        ("q1", "my zip", {"d1": 2, "d2": -1}),
        ("q2", "weather", {}),
    ]


def test_documents_may_have_aliases_and_headings(tmp_path: Path) -> None:
    text = "Above.\n\n## How *long*?\n\nA day."
    docs = [{"id": "d1", "title": "Zip", "text": text, "also_asked_as": ["my zip", "archive"]}]
    [document] = load_collection(write(tmp_path / "c", docs, qrels=""), "text").documents
    assert document.aliases == ("my zip", "archive")
    assert [(one.heading, one.anchor, one.text) for one in document.sections] == [
        ("", "", "Above."),
        ("How long?", "how-long", "A day."),
    ]


@pytest.mark.parametrize("written", ["my zip", [1], {"a": "b"}, None])
def test_aliases_that_are_no_list_of_texts_are_named(tmp_path: Path, written: Any) -> None:
    docs = [{"id": "d1", "title": "Zip", "text": "It stops.", "also_asked_as": written}]
    assert problems_of(write(tmp_path / "c", docs, qrels="")) == [
        "docs.json:1:2 wrong-type: The value of 'also_asked_as' is no list of texts. Put each in quotes."
    ]


def test_only_questions_with_a_misspelt_form_are_asked_in_it(tmp_path: Path) -> None:
    questions = load_collection(write(tmp_path / "c"), "typo").questions
    assert [(one.id, one.text) for one in questions] == [("q1", "my zpi")]


def test_windows_line_ends_a_mark_at_the_start_and_more_keys_are_fine(tmp_path: Path) -> None:
    docs = (
        b"\xef\xbb\xbf"
        + json.dumps([{**DOCS[0], "url": 1}, DOCS[1]], indent=1).replace("\n", "\r\n").encode()
    )
    collection = load_collection(write(tmp_path / "c", docs, qrels=QRELS.replace("\n", "\r\n")), "text")
    assert len(collection.documents) == 2
    assert collection.questions[0].grades == {"d1": 2, "d2": -1}


def test_empty_lists_are_a_collection(tmp_path: Path) -> None:
    assert load_collection(write(tmp_path / "c", "[]", " [ ]\n", ""), "text") == SearchCollection((), ())


DEEP = "[" * 100_000
BAD_DOCS = [
    (
        "no list",
        '{"id": "d1"}',
        ["docs.json:1:1 wrong-type: Expected a list in JSON: [ first, and ] at the end."],
    ),
    ("nothing", "", ["docs.json:1:1 wrong-type: Expected a list in JSON: [ first, and ] at the end."]),
    (
        "no object",
        '[\n "d1"]',
        ["docs.json:2:2 wrong-type: Expected an object with the keys id, title, text."],
    ),
    (
        "keys missing",
        '[{"id": "d1", "title": "T", "text": ""},\n\n  {"id": "d2"}]',
        [
            "docs.json:3:3 missing-key: The key 'text' is missing. Add it here.",
            "docs.json:3:3 missing-key: The key 'title' is missing. Add it here.",
        ],
    ),
    (
        "a number",
        '[{"id": 7, "title": "T", "text": null}]',
        [
            "docs.json:1:2 wrong-type: The value of 'id' is no text. Put it in quotes.",
            "docs.json:1:2 wrong-type: The value of 'text' is no text. Put it in quotes.",
        ],
    ),
    (
        "an id twice",
        '[{"id": "d", "title": "", "text": ""},\n{"id": "d", "title": "", "text": ""}]',
        ["docs.json:2:1 duplicate-id: The id 'd' stands twice. Give each its own."],
    ),
    (
        "an id with a space",
        '[{"id": "d 1", "title": "", "text": ""}]',
        [
            "docs.json:1:2 bad-value: An id is 1 to 200 characters without spaces, because the lines of qrels.tsv "
            "name it."
        ],
    ),
    (
        "a comma missing",
        '[{"id": "d", "title": "", "text": ""}\n {"id": "e"}]',
        [
            "docs.json:2:2 bad-value: This is not JSON: a comma or the ] at the end of the list is missing here."
        ],
    ),
    (
        "not closed",
        '[{"id": "d", "title": "", "text": ""},',
        ["docs.json:1:39 bad-value: This is not JSON: expecting value. Mend it here or just above."],
    ),
    (
        "a quote missing",
        '[{"id": "d", "title: "", "text": ""}]',
        ["docs.json:1:23 bad-value: This is not JSON: expecting ':' delimiter. Mend it here or just above."],
    ),
    (
        "something below",
        '[{"id": "d", "title": "", "text": ""}]\nrest',
        ["docs.json:2:1 bad-value: Something stands below the list. Delete it."],
    ),
    (
        "nests for ever",
        DEEP,
        ["docs.json:1:2 too-complex: This value nests too deep, or holds a number that cannot be meant."],
    ),
    (
        "an endless number",
        f"[{'9' * 10_000}]",
        ["docs.json:1:2 too-complex: This value nests too deep, or holds a number that cannot be meant."],
    ),
    (
        "no text",
        b"\xff\xfe[",
        ["docs.json:1:1 not-utf8: The file is not text in UTF-8. Save it again with the encoding UTF-8."],
    ),
]


@pytest.mark.parametrize(("why", "docs", "expected"), BAD_DOCS, ids=[case[0] for case in BAD_DOCS])
def test_bad_documents_are_named_with_their_place(
    why: str, docs: str | bytes, expected: list[str], tmp_path: Path
) -> None:
    del why
    assert problems_of(write(tmp_path / "c", docs, qrels="")) == expected


HOW = "Write the question, 0, the document and its grade, such as `q17 0 d3 1`."
BAD_QRELS = [
    ("too few words", "q1 d1 1\n", [f"qrels.tsv:1:1 bad-value: This is no judgement. {HOW}"]),
    ("too many words", "q1 0 d1 1 x", [f"qrels.tsv:1:1 bad-value: This is no judgement. {HOW}"]),
    ("a word for a grade", "\nq1 0 d1 good", [f"qrels.tsv:2:1 bad-value: This is no judgement. {HOW}"]),
    ("no whole grade", "q1 0 d1 0.5", [f"qrels.tsv:1:1 bad-value: This is no judgement. {HOW}"]),
    ("a grade beyond reason", "q1 0 d1 101", [f"qrels.tsv:1:1 bad-value: This is no judgement. {HOW}"]),
    ("digits of another script", "q1 0 d1 ١", [f"qrels.tsv:1:1 bad-value: This is no judgement. {HOW}"]),
    (
        "an unknown question",
        "q9 0 d1 1",
        ["qrels.tsv:1:1 bad-value: There is no question 'q9' in queries.json."],
    ),
    (
        "an unknown document",
        "q1 0 d9 1",
        ["qrels.tsv:1:1 bad-value: There is no document 'd9' in docs.json."],
    ),
    (
        "two grades",
        "q1 0 d1 1\nq1 0 d1 1\nq1 0 d1 2",
        ["qrels.tsv:3:1 bad-value: An earlier line gives this pair another grade. Delete one of the two."],
    ),
]


@pytest.mark.parametrize(("why", "qrels", "expected"), BAD_QRELS, ids=[case[0] for case in BAD_QRELS])
def test_bad_judgements_are_named_with_their_line(
    why: str, qrels: str, expected: list[str], tmp_path: Path
) -> None:
    del why
    assert problems_of(write(tmp_path / "c", qrels=qrels)) == expected


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", "{", '[{"id": "q1"}]', "q1 0 d1")
    assert problems_of(folder) == [
        "docs.json:1:1 wrong-type: Expected a list in JSON: [ first, and ] at the end.",
        f"qrels.tsv:1:1 bad-value: This is no judgement. {HOW}",
        "queries.json:1:2 missing-key: The key 'text' is missing. Add it here.",
    ]


def test_a_wrong_file_is_not_named_line_by_line(tmp_path: Path) -> None:
    found = problems_of(write(tmp_path / "c", qrels="bad\n" * 1000))
    assert len(found) == search_collections.MAX_PROBLEMS
    found = problems_of(write(tmp_path / "c", [{}] * 1000, qrels=""))
    assert len(found) == search_collections.MAX_PROBLEMS


def test_a_form_that_no_question_has(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", queries=[QUERIES[1]], qrels="")
    assert problems_of(folder, "typo") == [
        "queries.json:1:1 missing-key: No question has the key 'typo'. Add it to those that are to be asked in "
        "that form."
    ]


def test_a_folder_without_the_files(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == [
        f"{name}:1:1 missing-file: There is no file {name}. Create it."
        for name in ("docs.json", "qrels.tsv", "queries.json")
    ]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = write(tmp_path / "c")
    (tmp_path / "docs.json").write_text("[]", encoding="utf-8")
    (folder / "docs.json").unlink()
    (folder / "docs.json").symlink_to(tmp_path / "docs.json")
    assert problems_of(folder) == [
        "docs.json:1:1 symlink: The link leads out of the site. Put the file itself here."
    ]


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_collections, "MAX_ENTRIES", 1)
    assert problems_of(write(tmp_path / "c")) == [
        "docs.json:1:53 too-complex: There are more than 1 entries. Leave some out.",
        "qrels.tsv:2:1 too-complex: There are more than 1 judgements. Leave some out.",
        "queries.json:1:52 too-complex: There are more than 1 entries. Leave some out.",
    ]
    monkeypatch.setattr(search_collections, "MAX_BYTES", 1024 * 1024)
    docs = f"[{' ' * 1024 * 1024}]"
    assert problems_of(write(tmp_path / "c", docs, "[]", "")) == [
        "docs.json:1:1 file-too-large: The file is larger than 1 MiB. Split it."
    ]


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["d1", "q1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "title", "text", "typo", ""]), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    JSON_LIKE.map(json.dumps) | st.text(), JSON_LIKE.map(json.dumps) | st.binary(), st.text() | st.binary()
)
def test_whatever_stands_in_the_files_it_is_read_or_refused(
    tmp_path: Path, docs: str | bytes, queries: str | bytes, qrels: str | bytes
) -> None:
    folder = tmp_path / "c"
    folder.mkdir(exist_ok=True)
    for name, content in (("docs.json", docs), ("queries.json", queries), ("qrels.tsv", qrels)):
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        (folder / name).write_bytes(data)
    problems: tuple[Problem, ...] = ()
    try:
        load_collection(folder, "text")
    except ProblemsFound as found:
        problems = found.problems
    assert all(problem.format() for problem in problems)
    assert len(problems) <= 3 * search_collections.MAX_PROBLEMS


def pages(*paths: str) -> dict[str, Article]:
    model = front_matter_of("page")
    return {path: Article(path, "page", "", model(title=path), "", 1) for path in paths}


def test_the_questions_of_a_site_are_read_wherever_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "asked.yml"
    path.write_text("queries: [{ask: why, answer: a.md}, {ask: weather, answer: none}]", encoding="utf-8")
    queries = load_queries(path, pages("a.md")).queries
    assert [(query.ask, query.answer) for query in queries] == [("why", "a.md"), ("weather", "none")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "queries: [{ask: why, answer: b.md}]",
            "{}:1:30 unknown-article: There is no content/b.md. Did you mean 'a.md'?",
        ),
        ("quer: []", "{}:1:1 unknown-key: Unknown key 'quer'. Did you mean 'queries'?"),
        ("", "{}:1:1 wrong-type: The file is empty. See docs/reference/formats.md."),
        ("a: [", "{}:1:5 yaml-syntax: "),
        ("\0", "{}:1:1 control-character: "),
    ],
)
def test_bad_questions_of_a_site_are_named_by_the_path_that_was_given(
    text: str, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "asked.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        load_queries(path, pages("a.md"))
    [problem] = found.value.problems
    assert f"{problem.location} {problem.code}: {problem.message}".startswith(
        expected.format(path.as_posix())
    )
