"""The command line: parses arguments, makes one call down, prints problems, sets the exit code."""

from __future__ import annotations

import importlib
import io
import keyword
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from waypost import __version__

# Pydantic would look for plugins in every installed package before it reads the first file.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

COMMANDS = {
    "ask": "Ask the help center a question, and see the sentence that answers it.",
    "build": "Build the help center and the status page into site/.",
    "deliver": "Tell subscribers what is new, and send all that is due.",
    "deliveries": "Look at what was sent to whom, and send again what did not come through.",
    "demo": "Break or heal one of the sample's services while `waypost serve --demo` runs.",
    "doctor": "Look at the machine and the site, and say what keeps Waypost from working.",
    "gaps": "Say what to write so that searches that led to nothing find their answer.",
    "heartbeat": "Report that a job is alive; without an option, that it has succeeded.",
    "history": "Keep the history of the checks as text in git, and prove it.",
    "import": "Bring in what was written for another tool.",
    "incident": "Tell customers of an incident: open it, update it, resolve it.",
    "lint": "Check every file that people write, and say what is wrong with its place.",
    "maintenance": "Announce planned work, and say when it begins, ends or is called off.",
    "new": "Start a site, a category, an article or an incident from a skeleton.",
    "poll": "Run every check once and record what was found.",
    "publish": "Bring the status pages in site/status/ up to date, without building the help center.",
    "review": "List the articles that somebody should look at again, by the team that owns them.",
    "run": "Poll the checks, publish the status pages and tell subscribers, until told to stop.",
    "schema": "Print the JSON Schema of a file format, for editors.",
    "search": "Ask the help center a question, and see which articles and questions answer it.",
    "search-eval": "Ask the search questions whose answers are known, and say how many it gets right.",
    "serve": "Show the site while you write: builds, polls, publishes, and reloads pages when files are saved.",
    "status": "Show the present state of every component, and what is wrong with Waypost itself.",
    "webhook": "Help with webhooks, which tell programs what is new on the status page.",
}
"""Every command and the first sentence of its help, so that a list of all needs none of their modules."""


INTERRUPTED = 130
"""The exit code of a program that was ended by Ctrl-C."""


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None


class LazyGroup(click.Group):
    """Loads a command only when it is used, so that polling never waits for the libraries of building."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; what a terminal has no characters for ends nothing."""
        _occupy_streams()
        for stream in (sys.stdout, sys.stderr):
            # A stream that was closed before the start is None, and one of a test may be of another kind.
            if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
                stream.reconfigure(errors="replace")
        return super().main(*args, **kwargs)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the arguments; Ctrl-C ends the program quietly, as shells expect it."""
        with _interruptible():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C ends the program quietly, as shells expect it."""
        with _interruptible():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = importlib.import_module(f"waypost.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands without loading them."""
        del ctx
        width = formatter.width - 6 - max(map(len, COMMANDS))
        rows = [
            (name, click.Command(name, help=sentence).get_short_help_str(width))
            for name, sentence in sorted(COMMANDS.items())
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _occupy_streams() -> None:
    """Keep the numbers of closed standard streams from a database or a socket, which would get what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="waypost")
def main() -> None:
    """Waypost: a help center and a public status page from one git repository.

    Example: waypost serve
    """
