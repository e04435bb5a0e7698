from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from waypost.notify.channels.apprise import PLAIN
from waypost.notify.channels.chat import Dialect, chat_text, length
from waypost.notify.channels.discord import DISCORD_MARKDOWN
from waypost.notify.channels.slack import MRKDWN
from waypost.notify.channels.teams import CARD_MARKDOWN

HELP = "https://help.lumen.example/"
DIALECTS = {"slack": MRKDWN, "teams": CARD_MARKDOWN, "discord": DISCORD_MARKDOWN, "plain": PLAIN}


@pytest.mark.parametrize("dialect", DIALECTS)
@golden("dialects.yml")
def test_markdown_is_said_in_the_markup_of_the_chat(case: Case, dialect: str) -> None:
    assert chat_text(case["markdown"], HELP, DIALECTS[dialect], 3000) == case[dialect]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize(
    "markdown",
    [
        "word " * 1500,
        "**bold word** " * 2000,
        "[link](https://a.example/) " * 2000,
        "&<>" * 5000,
        "- entry\n" * 3000,
        "    code\n" * 3000,
        "[a " * 1100,
        "😀" * 9000,
    ],
)
@pytest.mark.parametrize("most", [1, 20, 3000])
def test_a_long_text_is_cut_and_no_markup_is_left_open(markdown: str, most: int, dialect: Dialect) -> None:
    text = chat_text(markdown, HELP, dialect, most)
    assert length(text) <= most
    assert text.endswith("…")
    bare = re.sub(r"\\.", "", text)
    assert bare.count("```") % 2 == 0
    assert "**" not in markdown[:2] or bare.count("**") % 2 == 0
    assert not re.search(r"<[^>]*$|&[a-z]*$", bare) or dialect is not MRKDWN


@given(st.text(max_size=200), st.integers(1, 60))
def test_whatever_is_written_fits(markdown: str, most: int) -> None:
    for dialect in DIALECTS.values():
        assert length(chat_text(markdown, HELP, dialect, most)) <= most


@given(st.text(st.sampled_from("<>&!@#|*_`[]() \nab:/h"), max_size=80))
def test_nothing_in_a_text_is_a_command_to_slack(markdown: str) -> None:
    text = chat_text(markdown, HELP, MRKDWN, 3000)
    rest = re.sub(r"<(?:https?|mailto|tel):[^<>|]+(?:\|[^<>|]+)?>", "", text)
    assert "<" not in rest
    assert ">" not in rest
