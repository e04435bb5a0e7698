"""What the text of each kind must hold so that its page can show it: questions, symptoms, steps.

The parts are recognised by their form, never by their words, so that any language will do.
"""

from __future__ import annotations

from collections.abc import Iterator

from waypost.base.markdown.blocks import BlockKind, blocks_of
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.kinds.kind import Structure


def weakness(kind: str, body: str) -> str:
    """Return what to tell the writer of a text that lacks the structure of its kind; empty where it has it."""
    record = ARTICLE_KINDS.get(kind)
    is_weak = record and record.advice and record.structure not in _structures(body)
    return record.advice if record and is_weak else ""


def _structures(body: str) -> Iterator[Structure]:
    """Return the structures that headings of the second level and numbered lists outside of other blocks make."""
    for block in blocks_of(body):
        if block.depth:
            continue
        if block.level == 2 and block.text:
            yield Structure.QUESTIONS
        elif block.kind is BlockKind.NUMBERED_LIST:
            yield from (Structure.STEPS, Structure.REMEDY)
