"""Every provider of ticket forms is documented, with an example that is valid."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from helpers.tickets import EXAMPLES
from waypost.formats.ticket import PLACEHOLDERS, TicketProvider
from waypost.reading.project import check_project
from waypost.reading.site import Site
from waypost.serving.demo import TICKETS_PATH
from waypost.support.rules.ticket_providers import BUDGET, PROVIDERS

ROOT = Path(__file__).resolve().parent.parent
MINIMAL = ROOT / "tests" / "projects" / "minimal"
TEXT = (ROOT / "docs" / "tickets.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))


def test_there_is_a_section_for_each_provider_and_no_other() -> None:
    assert list(SECTIONS) == [PROVIDERS[provider].label for provider in TicketProvider]
    assert {path.stem for path in EXAMPLES.iterdir()} == {provider.value for provider in TicketProvider}


@pytest.mark.parametrize("provider", TicketProvider)
def test_its_section_shows_its_example(provider: TicketProvider) -> None:
    section = SECTIONS[PROVIDERS[provider].label]
    example = (EXAMPLES / f"{provider}.yml").read_text(encoding="utf-8")
    assert f"`provider: {provider}`" in section
    assert f"```yaml\n{example}```" in section
    assert f"examples/providers/{provider}.yml" in section


@pytest.mark.parametrize("provider", TicketProvider)
def test_its_example_is_valid_in_a_site(provider: TicketProvider, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(MINIMAL, site)
    support = site / "content" / "support.yml"
    kept = support.read_text(encoding="utf-8").partition("\nticket:\n")[0]
    support.write_text(
        f"{kept}\n{(EXAMPLES / f'{provider}.yml').read_text(encoding='utf-8')}", encoding="utf-8"
    )
    project, problems = check_project(Site(site))
    assert [problem.format() for problem in problems] == []
    assert project is not None
    assert project.help_center.support is not None
    assert project.help_center.support.ticket.provider is provider


def test_placeholders_the_budget_and_the_samples_address_are_named() -> None:
    assert all(f"`{{{name}}}`" in TEXT for name in PLACEHOLDERS)
    assert f"{BUDGET:,} characters" in TEXT
    assert TICKETS_PATH in TEXT


def test_the_yaml_of_the_page_can_be_read() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(TicketProvider) + 1
    assert all(set(yaml.safe_load(block)) == {"ticket"} for block in blocks)
