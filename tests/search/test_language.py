from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from waypost.base.files.resources import theme_folder
from waypost.base.tokens import form_of, words_of
from waypost.formats.search import LONGEST_PHRASE, SynonymFile
from waypost.search.io.language import GENERAL, OWN, search_language, stemmer, stop_words

FILES = sorted((theme_folder() / "search").glob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_words_of_a_language_are_in_order(path: Path) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(data) == {"stop", "light", "synonyms", "pages"}
    stop, light = set(data["stop"].split()), set(data["light"].split())
    assert not stop & light, "a word is left out or counts in part, not both"
    for line in data["synonyms"]:
        members = [member.strip() for member in line.split(",")]
        assert len(members) == len({form_of(member) for member in members}) > 1, line
        assert all(len(form_of(member).split()) <= LONGEST_PHRASE for member in members), line
        assert not any(set(words_of(member)) <= stop for member in members), f"{line}: nothing is found by it"


def test_a_language_without_a_file_takes_what_there_is() -> None:
    french, unknown = search_language("fr"), search_language("xx")
    assert "dans" in french.stop
    assert french.stem("photographies") == french.stem("photographie")
    assert (unknown.stop, unknown.light, tuple(unknown.synonyms)) == (frozenset(), frozenset(), ())
    assert unknown.stem("words") == "words"


def test_synonyms_of_the_site_weigh_more_than_those_of_the_language() -> None:
    found = search_language("en", SynonymFile(synonyms=(("gallery", "album"),)))
    assert (found.synonyms[-1].members, found.synonyms[-1].weight) == (("gallery", "album"), OWN)
    assert {group.weight for group in found.synonyms[:-1]} == {GENERAL}
    assert GENERAL < OWN < 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "downloads", "downloading"),
        ("en", "gallery", "galleries"),
        ("de", "rechnung", "rechnungen"),
        ("fr", "photographie", "photographies"),
    ],
)
def test_inflections_of_a_word_have_one_stem(language: str, one: str, other: str) -> None:
    stem = stemmer(language)
    assert stem(one) == stem(other) != one[:3]


def test_words_of_a_language_that_nobody_knows_stay_as_they_are() -> None:
    assert stemmer("xx")("galleries") == "galleries"
    assert stop_words("xx") == frozenset()


def test_words_that_are_in_every_sentence_are_known() -> None:
    assert {"the", "and"} <= stop_words("en")
    assert {"und", "fur"} <= stop_words("de"), "without diacritics, as the search sees them"
