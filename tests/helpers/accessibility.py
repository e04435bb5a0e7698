"""What axe finds in a page that a browser shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Rule = dict[str, Any]

_RUN = """([context, options]) => axe.run(context ?? document, options)
  .then(({ violations, incomplete }) => ({ violations, incomplete }))"""


def axe_results(page: Page, rules: Sequence[str] = (), context: str | None = None) -> dict[str, list[Rule]]:
    """Return the violations, and what axe could not decide, of a page or what a selector finds in it.

    `rules` are the only ones asked for; without them, all are.
    """
    # Half a megabyte of script, and lists of all that is well, cost more than the search itself.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations", "incomplete"]}
    if rules:
        options["runOnly"] = list(rules)
    found: dict[str, list[Rule]] = page.evaluate(_RUN, [context, options])
    return found


def serious(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules whose violation keeps somebody from using a page."""
    return [rule for rule in rules if rule["impact"] in ("serious", "critical")]


def places(rules: Sequence[Rule]) -> list[tuple[str, Any]]:
    """Return each place where a rule was broken, with the rule."""
    return [(rule["id"], node["target"]) for rule in rules for node in rule["nodes"]]
