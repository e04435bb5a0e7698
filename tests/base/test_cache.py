from __future__ import annotations

from collections.abc import Callable

import pytest

from waypost.base.cache import PageCache


class Workshop:
    """Counts what is made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def make(self, text: str) -> Callable[[], bytes]:
        def work() -> bytes:
            self.made.append(text)
            return text.encode()

        return work


def test_equal_inputs_are_made_once() -> None:
    memory, shop = PageCache(), Workshop()
    for _ in range(3):
        memory.begin("shell")
        assert memory.made("a", ("x", 1), shop.make("a")) == b"a"
        memory.end()
    assert shop.made == ["a"]


@pytest.mark.parametrize(
    ("common", "inputs"),
    [("shell", "other"), ("other", "x"), (("shell", "shell"), "x")],
    ids=["its inputs", "what all depend on", "more of it"],
)
def test_other_inputs_make_it_anew(common: object, inputs: object) -> None:
    memory, shop = PageCache(), Workshop()
    memory.begin("shell")
    memory.made("a", "x", shop.make("old"))
    memory.end()
    memory.begin(common)
    assert memory.made("a", inputs, shop.make("new")) == b"new"


def test_names_do_not_share_what_they_were_made_from() -> None:
    memory, shop = PageCache(), Workshop()
    memory.begin()
    assert [memory.made(name, "x", shop.make(name)) for name in ("a", "b", "a")] == [b"a", b"b", b"a"]
    assert shop.made == ["a", "b"]


def test_what_nobody_asked_for_is_forgotten() -> None:
    memory, shop = PageCache(), Workshop()
    for names in ("ab", "a", "ab"):
        memory.begin()
        for name in names:
            memory.made(name, "x", shop.make(name))
        memory.end()
    assert shop.made == ["a", "b", "b"]


def test_the_parts_of_what_was_not_made_anew_are_kept() -> None:
    memory, shop = PageCache(), Workshop()
    for inputs in ("x", "x", "y"):
        memory.begin()
        memory.made("whole", inputs, lambda: memory.made("part", "same", shop.make("part")))
        memory.end()
    assert shop.made == ["part"]


def test_what_could_not_be_made_is_tried_again_and_the_rest_is_kept() -> None:
    memory, shop = PageCache(), Workshop()

    def fail() -> bytes:
        raise ValueError("half way")

    memory.begin()
    memory.made("a", "x", shop.make("a"))
    with pytest.raises(ValueError, match="half way"):
        memory.made("b", "x", fail)
    memory.begin()
    memory.made("a", "x", shop.make("a"))
    assert memory.made("b", "x", shop.make("b")) == b"b"
    memory.end()
    assert shop.made == ["a", "b"]
