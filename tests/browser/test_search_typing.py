"""While somebody types, results come and get better; that there are none is said once they have stopped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from helpers.static_site import shown, write_index, write_scripts
from waypost.base.files.resources import theme_folder
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.site_search import site_index, site_language

pytestmark = pytest.mark.browser

CLIENT = """
import { rank } from "./search_ranking.js";
import { Shards } from "./search_shards.js";

const loading = Shards.load("/search/");

async function answer(question, typing) {
  const { order, state } = await rank(await loading, question, { typing });
  return { state, hits: order.slice(0, 1) };
}

export function ask(question, { typing }) {
  window.asks = (window.asks ?? 0) + 1;
  window.answered = answer(question, typing);
  return window.answered;
}
"""
"""Answers as the worker does, and says when."""

TYPE = """
async (questions) => {
  const { Typing } = await import("/js/search_typing.js");
  const tick = window.setTimeout;
  // Neither the pause after a key nor the one after the last is waited for.
  window.setTimeout = (action, milliseconds) => (milliseconds < 100 ? tick(action) : 0);
  const found = [];
  for (const question of questions) {
    const input = document.createElement("input");
    const seen = [];
    const nothing = () => {};
    const show = ({ state, hits }) => seen.push([state, hits[0] ?? -1]);
    new Typing(input, { how: () => ({}), typed: nothing, wait: nothing, settled: nothing, show });
    for (let end = 1; end <= question.length; end += 1) {
      input.value = question.slice(0, end);
      input.dispatchEvent(new InputEvent("input"));
      await new Promise((resolve) => tick(resolve, 1));
      await window.answered;
      await new Promise((resolve) => tick(resolve));
    }
    found.push(seen);
  }
  return [found, window.asks];
}
"""
STATES = ("nothing", "unsure", "answer")


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, list[str]]]:
    root: Path = tmp_path_factory.mktemp("typing")
    project = load_project(Site(theme_folder().parent))
    write_scripts(root)
    write_index(root, site_index(project.help_center, site_language(project)))
    with shown(root) as url:
        page = browser.new_page()
        page.route(
            "**/js/search_client.js", lambda route: route.fulfill(body=CLIENT, content_type="text/javascript")
        )
        page.goto(f"{url}index.html")
        yield page, [query.ask for query in project.help_center.queries.queries]
        page.close()


def test_results_never_go_and_come_back_within_a_question(page: tuple[Page, list[str]]) -> None:
    shown_by: list[list[Any]]
    shown_by, asks = page[0].evaluate(TYPE, page[1])
    keys = sum(map(len, page[1]))
    worse = [
        (question, before, after)
        for question, seen in zip(page[1], shown_by, strict=True)
        for (before, _), (after, _) in pairwise(seen)
        if STATES.index(after) < STATES.index(before)
    ]
    assert worse == []
    assert all(state != "nothing" for seen in shown_by for state, _ in seen)
    changed = sum(one != other for seen in shown_by for (_, one), (_, other) in pairwise(seen))
    assert changed < 4 * len(page[1]), "the first result changes rarely"
    assert asks < keys * 3 / 4
