"""Several short questions about one subject."""

from __future__ import annotations

from waypost.help.kinds.kind import ArticleKind, Signs, Structure

KIND = ArticleKind(
    name="faq",
    purpose="Start an article of questions and answers.",
    example="Refunds",
    icon="material/comment-question-outline",
    structure=Structure.QUESTIONS,
    advice="This faq has no question. Write each as a heading, `## How do refunds work?`, with its answer below.",
    scripts=("faq.js",),
    schema_type="FAQPage",
    scaffold="faq.md",
    signs=Signs(questions=True),
)
