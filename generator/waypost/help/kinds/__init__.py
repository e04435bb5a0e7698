"""The kinds of articles: one record each. A new kind is a record here, a template and its words."""

from __future__ import annotations

from waypost.help.kinds import faq, page, troubleshooter, troubleshooting, tutorial
from waypost.help.kinds.kind import ArticleKind

DEFAULT_KIND = page.KIND.name
"""The kind of a file that names none."""

ARTICLE_KINDS: dict[str, ArticleKind] = {
    record.name: record
    for record in (faq.KIND, troubleshooting.KIND, troubleshooter.KIND, tutorial.KIND, page.KIND)
}
"""Every kind by its name. An importer takes the first whose signs it finds in an article."""
