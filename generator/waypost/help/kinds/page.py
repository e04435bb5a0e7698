"""Everything else."""

from __future__ import annotations

from waypost.help.kinds.kind import ArticleKind

KIND = ArticleKind(
    name="page",
    purpose="Start an article that explains something.",
    example="How we store photos",
    icon="material/file-document-outline",
)
