"""What the browser needs to fill in a provider's form: theme/support/ticket/ticket_link.js does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from waypost.formats.ticket import TicketForm, placeholders
from waypost.support.rules.ticket_providers import BUDGET, PROVIDERS, Place, form_params, priority_words

Recipe = Mapping[str, Any]
"""What is needed to fill in a form, as plain data that a script can read."""


def recipe(form: TicketForm) -> Recipe:
    """Return what a script needs to fill in a form."""
    provider = PROVIDERS[form.provider]
    return {
        "provider": form.provider.value,
        "url": form.url,
        "place": provider.place.value,
        "newline": provider.newline,
        "markup": provider.is_markup,
        "budget": None if provider.place is Place.JSON else BUDGET,
        "params": [list(pair) for pair in form_params(form).items()],
        "priorities": {level.value: word for level, word in priority_words(form).items()},
    }


def empty_form(form: Recipe) -> str:
    """Return the address of a form that nothing is filled into, but for what the site itself has fixed."""
    fixed = [(name, value) for name, value in form["params"] if not placeholders(value)]
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in fixed)
    if not pairs:
        return str(form["url"])
    glue = "#" if form["place"] == Place.FRAGMENT else "&" if "?" in form["url"] else "?"
    return f"{form['url']}{glue}{pairs}"
