"""What the commands share that publish words: the options, the editor, the question, the commit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

import click

from waypost.base.printable import printable
from waypost.cli.common import refuse, site_option, to_duration
from waypost.formats.status import ComponentStatus, Impact, state_fault
from waypost.problems import Refused
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.authoring.incidents import UpdateStart
    from waypost.authoring.io.planned_files import PlannedFile

P = ParamSpec("P")
R = TypeVar("R")

ComponentStates = tuple[tuple[str, ComponentStatus | None], ...]
"""Components by id, each with the state that is given for it."""


def _to_states(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> ComponentStates:
    """Read `api` and `api=major_outage`; the callback of an option."""
    found: dict[str, ComponentStatus | None] = {}
    for value in values:
        name, has_state, state = value.partition("=")
        wrong = state_fault(state) if has_state else ""
        if wrong:
            raise click.BadParameter(wrong, context, parameter)
        given = ComponentStatus(state) if has_state else None
        if found.setdefault(name, given) is not given:
            raise click.BadParameter(f"'{name}' is named with two states. Leave one out.", context, parameter)
    return tuple(found.items())


def component_option(text: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return --component, several times, which becomes the argument `components`."""
    return click.option("--component", "components", multiple=True, callback=_to_states, help=text)


def given_changes(components: ComponentStates) -> tuple[tuple[str, ComponentStatus], ...]:
    """Return the states of an update; a usage error where one is missing."""
    found = []
    for name, state in components:
        if state is None:
            raise click.UsageError(f"Say how '{name}' is, such as --component {name}=degraded_performance.")
        found.append((name, state))
    return tuple(found)


name_argument = click.argument("name")
impact_choice = click.Choice([impact.value for impact in Impact])
states_option = component_option(
    "A component and its state from now on, such as api=degraded_performance; operational ends its trouble."
)
next_option = click.option(
    "--next-update", callback=to_duration, help="How soon you will write again; it is shown as a promise."
)

_MARK = "<!-- Write above this line. What is below it is left out. -->"

message_option = click.option(
    "--message", help="What customers should know, as Markdown. Without it, your editor asks for it."
)


def writing_options(function: Callable[P, R]) -> Callable[P, R]:
    """Add --yes, --commit and --site."""
    yes = click.option("--yes", is_flag=True, help="Write without showing it and asking first.")
    commit = click.option(
        "--commit", is_flag=True, help="Make a git commit of exactly the files that are written."
    )
    return yes(commit(site_option(function)))


class PlannedStatement(Protocol):
    """A statement that is ready to be published."""

    @property
    def preview(self) -> str:
        """What will be shown to customers."""

    @property
    def files(self) -> Sequence[PlannedFile]:
        """What is written, in its order."""

    @property
    def subject(self) -> str:
        """The first line of the commit."""


def write(site: Site, planned: PlannedStatement, done: str, *, yes: bool, commit: bool) -> None:
    """Show what will be published and ask, unless `yes`; then write it, say so, and commit it if wanted.

    Ends the command where the answer is no, nobody can be asked, or there is no commit.
    """
    from waypost.authoring.io.planned_files import commit_planned, write_planned

    if not yes:
        _ask(planned.preview)
    write_planned(planned.files)
    click.echo(done)
    if not commit:
        return
    try:
        number = commit_planned(site, planned.files, planned.subject)
    except Refused as refused:
        refuse(f"It is written, and there is no commit: {printable(str(refused))}")
    click.echo(f"Committed as {number}.")


def _ask(preview: str) -> None:
    if not is_terminal():
        raise click.UsageError("There is no terminal to ask on. Say --yes if it may be written.")
    click.echo("\n".join(map(printable, preview.split("\n"))) + "\n", err=True)
    if not click.confirm("Write this?", err=True):
        refuse("Nothing was changed.")


def words(
    message: str | None, title: Callable[[], str], status: str, start: UpdateStart | None = None
) -> str:
    """Return the message; without one ask for it in the editor, which shows the title and the first words."""
    if message is not None:
        return message
    heading = printable(title())
    if not is_terminal():
        raise click.UsageError(
            "Say with --message what customers should know: there is no terminal to ask on."
        )
    first, hint = (start.words, start.hint) if start else ("", "")
    shown = f"{first}\n\n{_MARK}\n{heading}: {status}\n" + (f"\n{hint}\n" if hint else "")
    written = click.edit(shown, extension=".md") or ""
    text = written.partition(_MARK)[0].strip()
    # As with the template of a commit: what nobody has touched, nobody meant.
    if text in ("", first):
        refuse("The message is empty; nothing was changed.")
    return text


def is_terminal() -> bool:
    """Tell whether somebody is there to be asked."""
    return sys.stdin.isatty()
