"""Something goes wrong, and can be solved."""

from __future__ import annotations

from waypost.help.kinds.kind import ArticleKind, Signs, Structure

KIND = ArticleKind(
    name="troubleshooting",
    purpose="Start an article that solves a problem.",
    example="A download stops",
    icon="material/wrench-outline",
    structure=Structure.REMEDY,
    advice="This troubleshooting article has no steps. Write what to do as a numbered list: `1. Do this first.`",
    scripts=("steps.js",),
    scaffold="troubleshooting.md",
    signs=Signs(
        headings=r"(?:symptoms?|causes?|problem|resolution|solutions?|workaround|how to fix(?: it)?)\b"
    ),
)
