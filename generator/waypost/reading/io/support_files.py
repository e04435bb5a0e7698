"""Read content/support.yml, and check what a ticket form names against the provider and the rest of the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from waypost.base.files.validation import ADD_OR_CORRECT, load_yaml
from waypost.base.files.yaml_source import DataPath, YamlDocument
from waypost.formats.support import SupportConfig
from waypost.formats.ticket import TicketForm
from waypost.problems import Problem, did_you_mean
from waypost.support.rules.ticket_providers import form_faults


def load_support(
    root: Path, component_ids: frozenset[str] | None
) -> tuple[SupportConfig | None, list[Problem]]:
    """Read content/support.yml; a site without one has no contact channels, which is allowed.

    `component_ids` are those of status/status.yml, or None where they are not known.
    """
    path = root / "content" / "support.yml"
    if not path.exists() and not path.is_symlink():
        return None, []
    document, support, problems = load_yaml(root, path, SupportConfig)
    if document and support:
        problems += _check_ids(document, support)
        problems += _check_tiers(document, support)
        problems += _check_form(document, support.ticket, component_ids)
    return support, problems


def _check_ids(document: YamlDocument, support: SupportConfig) -> Iterator[Problem]:
    lists: list[tuple[DataPath, list[str]]] = [
        (("channels",), [channel.id for channel in support.channels]),
        (("tiers",), [tier.id for tier in support.tiers]),
        (("ticket", "categories"), [category.id for category in support.ticket.categories]),
    ]
    for number, category in enumerate(support.ticket.categories):
        lists.append((("ticket", "categories", number, "ask"), [question.id for question in category.ask]))
    for path, ids in lists:
        for index, name in enumerate(ids):
            if name in ids[:index]:
                message = f"The id '{name}' is taken by an entry above. Choose another."
                yield document.problem_at((*path, index, "id"), "duplicate-id", message)


def _check_tiers(document: YamlDocument, support: SupportConfig) -> Iterator[Problem]:
    known = {tier.id for tier in support.tiers}
    for index, channel in enumerate(support.channels):
        for number, tier in enumerate(channel.tiers):
            if tier not in known:
                hint = did_you_mean(tier, known) or ADD_OR_CORRECT
                message = f"There is no tier '{tier}' in `tiers`.{hint}"
                yield document.problem_at(("channels", index, "tiers", number), "bad-value", message)


def _check_form(
    document: YamlDocument, form: TicketForm, component_ids: frozenset[str] | None
) -> Iterator[Problem]:
    for fault in form_faults(form):
        path = ("ticket", *fault.path)
        yield document.problem_at(path, "bad-value", fault.message, at_key=fault.at_key)
    for index, category in enumerate(form.categories):
        for number, name in enumerate(category.components):
            if component_ids is not None and name not in component_ids:
                hint = did_you_mean(name, component_ids) or ADD_OR_CORRECT
                message = f"There is no component '{name}' in status/status.yml.{hint}"
                place = ("ticket", "categories", index, "components", number)
                yield document.problem_at(place, "unknown-component", message)
