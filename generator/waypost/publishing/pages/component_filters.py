"""What the page of a component says of its goal, and the lines to copy for its badge."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from waypost.base.i18n import Words, duration_text, number_text
from waypost.formats.status_config import PageConfig, Policy
from waypost.status.rules.snapshot import ComponentSnapshot
from waypost.status.rules.uptime import BUDGET_WINDOW, Uptimes


def budget_sentences(found: Uptimes, policy: Policy, words: Words) -> list[str]:
    """Say in plain words which goal there is, how much downtime it allows, and how much of that is left."""
    budget = found.budget(policy)
    goal = number_text(f"{policy.slo:g}", words)
    if found.windows[BUDGET_WINDOW].ratio is None:
        return [words.say("status.budget.goal", goal=goal), words.say("status.budget.unknown")]
    allowed, spent = timedelta(seconds=budget.allowed), timedelta(seconds=budget.spent)
    sentences = [words.say("status.budget.allows", goal=goal, allowed=duration_text(allowed, words))]
    if not spent:
        sentences.append(words.say("status.budget.untouched"))
    elif spent <= allowed:
        left = duration_text(allowed - spent, words)
        sentences.append(words.say("status.budget.spent", spent=duration_text(spent, words), left=left))
    else:
        over = duration_text(spent - allowed, words)
        sentences.append(words.say("status.budget.missed", spent=duration_text(spent, words), over=over))
    return sentences


def badge_html(component: ComponentSnapshot | None, page: PageConfig) -> str:
    """Return the HTML that shows a badge and leads to its page; of the whole page where there is no component."""
    target, image, name = _badge(component, page)
    return f'<a href="{escape(target)}"><img src="{escape(image)}" alt="{escape(name)}"></a>'


def badge_markdown(component: ComponentSnapshot | None, page: PageConfig) -> str:
    """Return the same in Markdown."""
    target, image, name = _badge(component, page)
    name = " ".join(name.split())
    for mark in "\\[]":
        name = name.replace(mark, f"\\{mark}")
    return f"[![{name}]({image})]({target})"


def _badge(component: ComponentSnapshot | None, page: PageConfig) -> tuple[str, str, str]:
    if component is None:
        return page.url, f"{page.url}badge/overall.svg", page.name
    return f"{page.url}components/{component.id}/", f"{page.url}badge/{component.id}.svg", component.name


def banner_html(component: ComponentSnapshot | None, page: PageConfig) -> str:
    """Return the HTML that shows a banner in an app of one's own while there is trouble."""
    chosen = f' data-components="{escape(component.id)}"' if component else ""
    return f'<script src="{escape(page.url)}banner.js"{chosen} defer></script>'
