"""Somebody wants to reach a goal."""

from __future__ import annotations

from waypost.help.kinds.kind import ArticleKind, Signs, Structure

KIND = ArticleKind(
    name="tutorial",
    purpose="Start an article that teaches a task.",
    example="Share a gallery",
    icon="material/format-list-numbered",
    structure=Structure.STEPS,
    advice="This tutorial has no steps. Write them as a numbered list: `1. Do this first.`",
    scripts=("steps.js",),
    own_keys=("time", "prerequisites", "next"),
    scaffold="tutorial.md",
    signs=Signs(title=r"how to\b", steps=3),
)
