"""One question a page, with answers that lead on."""

from __future__ import annotations

from waypost.help.kinds.kind import ArticleKind, Structure

KIND = ArticleKind(
    name="troubleshooter",
    purpose="Start a troubleshooter that asks one question a page, and its scenarios.",
    example="Why a download stops",
    icon="material/directions-fork",
    structure=Structure.TREE,
    template="help/troubleshooter",
    scaffold="troubleshooter.md",
)
