"""The numbers of the ranking are written once, and the scripts have none of their own."""

from __future__ import annotations

import re

from waypost.base.files.resources import assets
from waypost.search.rules import constants
from waypost.search.rules.constants import ranking_constants

NAMES = ("search_ranking.js", "search_near.js", "search_quote.js")
SCRIPTS = [assets()[name].read_text(encoding="utf-8") for name in NAMES]


def test_the_scripts_read_every_number_from_the_index() -> None:
    shards = assets()["search_shards.js"].read_text(encoding="utf-8")
    read = set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", " ".join([*SCRIPTS, shards])))
    assert ranking_constants().keys() <= read
    for script in SCRIPTS:
        assert not re.findall(r"^const [A-Z_]+ = ", script, re.MULTILINE)
        numbers = {
            int(found)
            for found in re.findall(
                r"(?<![\w.])\d+(?![\w.])", re.sub("//.*|/\\*.*|^ \\*.*", "", script, flags=re.M)
            )
        }
        assert numbers <= {0, 1, 2}, "a number that says how well something answers"


def test_every_number_has_its_name() -> None:
    names = [name for name in vars(constants) if name.isupper()]
    assert list(ranking_constants()) == [name.lower() for name in names]
    assert all(type(value) is int for value in ranking_constants().values()), "both languages divide alike"
