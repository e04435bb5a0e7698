"""A text that lost its end, as the reader of YAML sees it; the formats know whether that matters."""

from __future__ import annotations


class CutText(str):
    """A text without quotes, after which a comment stands on its line: what was meant as text may be in the comment."""

    __slots__ = ()
