"""What keeps Zensical from building a help center: it runs no plugins, and would leave out most of it in silence."""

from __future__ import annotations

import sys

from markdown import Extension, Markdown


class RefuseZensical(Extension):
    """The extension `waypost` in mkdocs.yml: it does nothing, but Zensical, which runs extensions, ends at it."""

    def extendMarkdown(self, md: Markdown) -> None:  # the library's name  # noqa: N802
        """Raise where Zensical renders."""
        del md
        if "zensical" in sys.modules:
            raise RuntimeError(
                "Zensical cannot build this help center: it does not run the plugin of Waypost, so kinds of articles, "
                "the search, feeds and the status page would be missing. Run `waypost build`."
            )
