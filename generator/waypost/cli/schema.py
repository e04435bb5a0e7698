"""waypost schema."""

from __future__ import annotations

import click

from waypost.app.schema import FORMATS, schema
from waypost.cli.common import print_json


@click.command("schema")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(sorted(FORMATS)))
def command(format_name: str) -> None:
    """Print the JSON Schema of a file format, for editors.

    Example: waypost schema status > docs/schema/status.json
    """
    print_json(schema(format_name))
