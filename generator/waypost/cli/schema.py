"""waypost schema."""

from __future__ import annotations

import click

from waypost.cli.common import print_json


def _to_format(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from waypost.reading.schema import FORMATS

    return click.Choice(sorted(FORMATS)).convert(value, parameter, context)


@click.command("schema")
@click.argument("format_name", metavar="FORMAT", callback=_to_format)
def command(format_name: str) -> None:
    """Print the JSON Schema of a file format, for editors.

    Example: waypost schema status > docs/schema/status.json
    """
    from waypost.reading.schema import schema

    print_json(schema(format_name))
