from __future__ import annotations

from typing import Any

import pytest

from waypost.notify.latest_page import PATIENCE, STALE_AFTER, LatestPage


class Desk:
    """Pages that are told apart by their snapshots, which are words here."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pages = LatestPage(lambda: self.now)

    def offer(self, words: Any) -> None:
        self.pages.offer(words, words)

    def release(self, words: Any) -> None:
        self.pages.release(words)

    def take(self) -> Any:
        page = self.pages.take()
        return page and page.snapshot

    def take_stale(self) -> Any:
        page = self.pages.take_stale()
        return page and page.snapshot


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_page_is_taken_once_when_it_is_written(desk: Desk) -> None:
    assert desk.take() is None
    desk.offer("a")
    assert desk.take() is None, "people follow the link: the page comes first"
    desk.release("a")
    assert [desk.take(), desk.take()] == ["a", None]


def test_a_page_does_not_stand_for_a_newer_one_that_is_still_being_written(desk: Desk) -> None:
    # Pages are told apart by identity, which letters of a text need not share with literals.
    for words in ("a", "b"):
        desk.offer(words)
    desk.release("a")
    assert desk.take() is None
    desk.release("b")
    assert desk.take() == "b"


def test_a_page_that_could_not_be_notified_of_is_taken_again_unless_there_is_a_newer_one(desk: Desk) -> None:
    desk.offer("a")
    desk.release("a")
    page = desk.pages.take()
    assert page is not None
    desk.pages.give_back(page)
    assert desk.take() == "a"
    desk.offer("b")
    desk.pages.give_back(page)
    assert desk.take() is None, "it is not the newest any more"
    desk.release("b")
    assert desk.take() == "b"


def test_the_newest_page_wins(desk: Desk) -> None:
    for words in "abc":
        desk.offer(words)
        desk.release(words)
    assert [desk.take(), desk.take()] == ["c", None]


def test_a_page_that_cannot_be_written_in_time_is_taken_all_the_same(desk: Desk) -> None:
    desk.offer("a")
    desk.now += PATIENCE - 0.1
    assert desk.take() is None
    desk.now += 0.1
    assert desk.take() == "a"


def test_newer_pages_do_not_put_it_off(desk: Desk) -> None:
    for words in "abcdef":
        desk.offer(words)
        desk.now += PATIENCE / 5
    assert desk.take() == "f"


def test_an_old_page_is_taken_again_from_time_to_time_while_no_new_one_comes(desk: Desk) -> None:
    assert desk.take_stale() is None, "there was none yet"
    desk.offer("a")
    desk.release("a")
    desk.now += 2 * STALE_AFTER
    assert desk.take_stale() is None, "it is still new"
    assert desk.take() == "a"
    for _ in range(2):
        assert desk.take_stale() is None
        desk.now += STALE_AFTER
        assert [desk.take_stale(), desk.take_stale()] == ["a", None]
    desk.offer("b")
    desk.release("b")
    desk.now += STALE_AFTER
    assert desk.take() == "b"
    assert desk.take_stale() is None
