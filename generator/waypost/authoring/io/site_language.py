"""Words in the language of a site, for what commands write beside the words of their user."""

from __future__ import annotations

from waypost.base.files.languages import site_words
from waypost.base.i18n import Words
from waypost.reading.io.theme_options import load_theme
from waypost.reading.site import Site


def site_texts(site: Site) -> Words:
    """Return the texts in the language of mkdocs.yml; English where Waypost does not speak it."""
    return site_words(load_theme(site.root)[1])
