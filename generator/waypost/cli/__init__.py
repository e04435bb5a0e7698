"""The command line: parses arguments, makes one call down, prints problems, sets the exit code."""

from __future__ import annotations

import importlib

import click

from waypost import __version__

COMMANDS = {
    "build": "build",
    "deliver": "deliver",
    "deliveries": "deliveries",
    "demo": "demo",
    "doctor": "doctor",
    "gaps": "gaps",
    "heartbeat": "heartbeat",
    "history": "history",
    "import": "import_",
    "incident": "incident",
    "lint": "lint",
    "maintenance": "maintenance",
    "new": "new",
    "poll": "poll",
    "publish": "publish",
    "review": "review",
    "run": "run",
    "schema": "schema",
    "search": "search",
    "search-eval": "search_eval",
    "serve": "serve",
    "status": "status",
    "webhook": "webhook",
}
"""Every command and the module of waypost.cli that holds it; a module is read when its command is used."""


class LazyGroup(click.Group):
    """Loads a command only when it is asked for, so that polling never waits for what building needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"waypost.cli.{COMMANDS[cmd_name]}").command
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="waypost")
def main() -> None:
    """Waypost: a help center and a public status page from one git repository.

    Example: waypost serve
    """
