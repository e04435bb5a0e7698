"""waypost schema."""

from __future__ import annotations

import click

from waypost.cli.common import print_json

NAMES = (
    *("article", "category", "contact", "home", "incident", "lint", "maintenance", "queries", "scenarios"),
    *("status", "subscribers", "support", "synonyms", "template"),
)
"""Every format that waypost.reading.json_schemas describes; a test compares them."""


@click.command("schema")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(NAMES))
def command(format_name: str) -> None:
    """Print the JSON Schema of a file format, for editors.

    Example: waypost schema status > docs/schema/status.json
    """
    from waypost.reading.json_schemas import schema

    print_json(schema(format_name))
