"""waypost incident."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from waypost.base.clock import utc_now
from waypost.base.printable import printable
from waypost.cli.common import (
    database_option,
    json_option,
    print_json,
    print_table,
    site_option,
)
from waypost.cli.writing import (
    ComponentStates,
    component_option,
    given_changes,
    impact_choice,
    message_option,
    name_argument,
    next_option,
    states_option,
    words,
    write,
    writing_options,
)
from waypost.formats.status import (
    CLOSED,
    INCIDENT_STATUSES,
    MEASURED,
    ComponentStatus,
    Impact,
    Incident,
    UpdateStatus,
)
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.authoring.incidents import PlannedIncident
    from waypost.reading.status import ListedIncidents

_WITHOUT_STATES = (*CLOSED, UpdateStatus.POSTMORTEM)

_NAMES = "NAME is any part of its file's name that no other has."


@click.group("incident")
def command() -> None:
    """Tell customers of an incident: open it, update it, resolve it.

    Example: waypost incident list
    """


@command.command("open")
@click.argument("title")
@component_option(
    "The id of a component that is hit, alone or with its state: api=major_outage. None while nobody knows."
)
@click.option(
    "--impact",
    type=impact_choice,
    default=Impact.MINOR.value,
    show_default=True,
    help="How much it hurts customers.",
)
@click.option(
    "--state",
    type=click.Choice([state.value for state in MEASURED[1:]]),
    default=ComponentStatus.PARTIAL_OUTAGE.value,
    show_default=True,
    help="How the components are that are named without a state.",
)
@click.option(
    "--started",
    help="When it began: 20m ago, or 2026-11-20T09:50, in the time zone of the page unless it has an offset.",
)
@message_option
@next_option
@writing_options
def _open(
    title: str,
    *,
    components: ComponentStates,
    impact: str,
    state: str,
    started: str | None,
    message: str | None,
    next_update: timedelta | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Open an incident with its first update, investigating.

    Example: waypost incident open "Downloads fail" --component downloads --message "Zip downloads stop half way."
    """
    from waypost.authoring.incidents import NewIncident, plan_open, update_start

    now = utc_now()
    states = {name: given or ComponentStatus(state) for name, given in components}
    new = NewIncident(title, states, Impact(impact), _began(site, started, now))
    text = words(message, lambda: title, UpdateStatus.INVESTIGATING, update_start(site, new.impact))
    planned = plan_open(site, new, text, utc_now(), next_update)
    done = f"Opened {planned.file.relative_to(site.root)}. It is shown when the status page is published."
    write(site, planned, done, yes=yes, commit=commit)


def _began(site: Site, text: str | None, now: datetime) -> datetime | None:
    """Return when an incident began; a usage error where that is to come."""
    from waypost.authoring.maintenance import page_zone
    from waypost.authoring.rules.local_time import read_past

    if text is None:
        return None
    try:
        return read_past(text, page_zone(site), now)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--started'") from None


@command.command("update")
@name_argument
@click.option(
    "--status",
    type=click.Choice([status.value for status in INCIDENT_STATUSES]),
    help="How far you are; without it the status stays as it is.",
)
@states_option
@message_option
@next_option
@writing_options
def _update(
    name: str,
    *,
    status: str | None,
    components: ComponentStates,
    message: str | None,
    next_update: timedelta | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Add an update to an incident, and say how its components are. NAME is any part of its file's name.

    Example: waypost incident update downloads-fail --component downloads=degraded_performance --message "Slow again."
    """
    from waypost.authoring.incidents import incident_before, new_update, plan_update

    changes = given_changes(components)
    if changes and status in _WITHOUT_STATES:
        raise click.UsageError(f"'{status}' leaves no component in trouble. Leave --component out.")
    before = incident_before(site, name, UpdateStatus(status) if status else None).item
    next_status = UpdateStatus(status) if status else before.status
    text = words(message, lambda: before.title, next_status)
    planned = plan_update(site, name, new_update(next_status, text, utc_now(), next_update, changes))
    done = f"Added '{next_status}' to status/incidents/{planned.incident.id}.md."
    write(site, planned, done, yes=yes, commit=commit)


@command.command("resolve")
@name_argument
@message_option
@click.option("--draft-article", is_flag=True, help="Leave a draft of an article about this problem.")
@click.option(
    "--category", help="The folder in content/ for the draft; without it, the one that fits its components."
)
@writing_options
def _resolve(
    name: str,
    *,
    message: str | None,
    draft_article: bool,
    category: str | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Say that an incident is over, and why it was.

    Example: waypost incident resolve downloads-fail --message "All downloads work again." --draft-article
    """
    from waypost.authoring.incidents import incident_before, new_update, plan_resolve

    if category and not draft_article:
        raise click.UsageError("--category says where the draft goes, so it needs --draft-article.")
    before = incident_before(site, name, UpdateStatus.RESOLVED).item
    text = words(message, lambda: before.title, UpdateStatus.RESOLVED)
    update = new_update(UpdateStatus.RESOLVED, text, utc_now())
    planned = plan_resolve(site, name, update, draft_article=draft_article, category=category)
    done = [f"Resolved status/incidents/{planned.incident.id}.md."]
    if planned.article:
        done += _about_draft(site, planned, planned.article)
    write(site, planned, "\n".join(done), yes=yes, commit=commit)


def _about_draft(site: Site, planned: PlannedIncident, article: Path) -> list[str]:
    lines = [f"Drafted {article.relative_to(site.root)}. Read it, then remove `draft: true` to publish it."]
    if not planned.is_named:
        path = article.relative_to(site.root / "content").as_posix()
        file = planned.file.relative_to(site.root)
        lines.append(f"To show it with the incident, add {path} to `articles` in {file}.")
    return lines


@command.command("reopen")
@name_argument
@click.option(
    "--status",
    type=click.Choice([status.value for status in INCIDENT_STATUSES[:3]]),
    default=UpdateStatus.INVESTIGATING.value,
    show_default=True,
    help="How far you are.",
)
@states_option
@message_option
@next_option
@writing_options
def _reopen(
    name: str,
    *,
    status: str,
    components: ComponentStates,
    message: str | None,
    next_update: timedelta | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Say that a resolved incident goes on, with its components as before its end unless you name them.

    Example: waypost incident reopen downloads-fail --message "Zip downloads stop again."
    """
    from waypost.authoring.incident_corrections import plan_reopen, reopenable
    from waypost.authoring.incidents import new_update

    changes = given_changes(components)
    text = words(message, lambda: reopenable(site, name).item.title, status)
    update = new_update(UpdateStatus(status), text, utc_now(), next_update, changes)
    planned = plan_reopen(site, name, update)
    write(site, planned, f"Reopened status/incidents/{planned.incident.id}.md.", yes=yes, commit=commit)


@command.command("edit")
@name_argument
@click.option("--title", help="Another title; the address stays.")
@click.option("--impact", type=impact_choice, help="How much it hurts customers.")
@click.option(
    "--update",
    "which",
    default="last",
    show_default=True,
    help="Whose words to edit: last, its number, 1 for the oldest, or its id.",
)
@click.option(
    "--message", help="The words of that update. Without any option, your editor shows the present ones."
)
@writing_options
def _edit(
    name: str,
    *,
    title: str | None,
    impact: str | None,
    which: str,
    message: str | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Correct the words of an incident; its states and times stay. NAME is any part of its file's name.

    Example: waypost incident edit downloads-fail --update last --message "Zip downloads work again."
    """
    from waypost.authoring.incident_corrections import Correction, plan_edit, present_words
    from waypost.authoring.incidents import UpdateStart

    is_chosen = click.get_current_context().get_parameter_source("which") is ParameterSource.COMMANDLINE
    if message is None and (is_chosen or (title, impact) == (None, None)):
        incident, present = present_words(site, name, which)
        message = words(None, lambda: incident.title, f"update {which}", UpdateStart(present))
    correction = Correction(title, Impact(impact) if impact else None, message, which)
    planned = plan_edit(site, name, correction, utc_now())
    write(site, planned, f"Edited status/incidents/{planned.incident.id}.md.", yes=yes, commit=commit)


@command.command("merge")
@name_argument
@click.option("--into", required=True, help="The incident that it goes on as; any part of its file's name.")
@message_option
@next_option
@writing_options
def _merge(
    name: str,
    *,
    into: str,
    message: str | None,
    next_update: timedelta | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Join an incident to another, which takes over its components as they are now.

    Example: waypost incident merge uploads-fail --into downloads-fail --message "Both have one cause: a full disk."
    """
    from waypost.authoring.incident_corrections import mergeable, plan_merge

    text = words(message, lambda: mergeable(site, name, into)[0].item.title, f"merge into {into}")
    planned = plan_merge(site, name, into, text, utc_now(), next_update)
    done = f"Merged status/incidents/{planned.incident.id}.md into {planned.incident.continued_as}.md."
    write(site, planned, done, yes=yes, commit=commit)


@command.command("split")
@name_argument
@click.option(
    "--component", "components", required=True, multiple=True, help="The id of a component that leaves it."
)
@click.option("--title", required=True, help="The title of the new incident.")
@click.option(
    "--impact", type=impact_choice, help="The impact of the new one; that of the old one if not given."
)
@message_option
@next_option
@writing_options
def _split(
    name: str,
    *,
    components: Sequence[str],
    title: str,
    impact: str | None,
    message: str | None,
    next_update: timedelta | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Give some components of an incident one of their own, in the states that they are in now.

    Example: waypost incident split downloads-fail --component web --title "Pages load slowly" --message "A router."
    """
    from waypost.authoring.incident_corrections import Split, plan_split, splittable

    text = words(message, lambda: splittable(site, name, components).item.title, f"split off {title}")
    split = Split(title, components, Impact(impact) if impact else None)
    planned = plan_split(site, name, split, text, utc_now(), next_update)
    new = planned.files[0].path.stem
    done = f"Opened status/incidents/{new}.md, split off from {planned.incident.id}.md."
    write(site, planned, done, yes=yes, commit=commit)


def _last_word(name: str, status: UpdateStatus, what: str, example: str) -> click.Command:
    @name_argument
    @message_option
    @writing_options
    def step(name: str, *, message: str | None, yes: bool, commit: bool, site: Site) -> None:
        from waypost.authoring.incident_corrections import postmortem_start
        from waypost.authoring.incidents import incident_before, new_update, plan_update

        before = incident_before(site, name, status).item
        start = postmortem_start(site) if status is UpdateStatus.POSTMORTEM else None
        text = words(message, lambda: before.title, status, start)
        planned = plan_update(site, name, new_update(status, text, utc_now()))
        write(
            site,
            planned,
            f"Added '{status}' to status/incidents/{planned.incident.id}.md.",
            yes=yes,
            commit=commit,
        )

    step.__doc__ = f"{what} {_NAMES}\n\nExample: waypost incident {name} {example}"
    return click.command(name)(step)


for _step in (
    _last_word(
        *("withdraw", UpdateStatus.WITHDRAWN),
        "Take back an incident that was opened by mistake: its page stays and says so, and it never counted.",
        'downloads-fail --message "We tested on the wrong system. Nothing was wrong."',
    ),
    _last_word(
        *("postmortem", UpdateStatus.POSTMORTEM),
        "Say what was learnt of an incident that is over. The editor starts with the sections that readers expect.",
        "downloads-fail",
    ),
):
    command.add_command(_step)


@command.command("acknowledge")
@click.argument("name")
@click.option("--by", help="Who takes care of it; your user name if not given.")
@database_option
def _acknowledge(name: str, by: str | None, site: Site, database: str) -> None:
    """Say that somebody takes care of an incident that the checks found, so that nobody else is called.

    NAME is any part of its id that no other open incident has. An incident that people write needs it not.

    Example: waypost incident acknowledge auto-downloads --by Anna
    """
    from waypost.notify.dispatch import acknowledge

    by = by or getpass.getuser()
    found, is_new = acknowledge(site, database, name, by, utc_now())
    click.echo(
        f"{printable(by)} takes care of {found}." if is_new else f"Somebody takes care of {found} already."
    )


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are resolved.")
@site_option
@json_option
def _list(everything: bool, site: Site, as_json: bool) -> None:
    """List the incidents that are open, as people wrote them; the newest comes first.

    Example: waypost incident list --all
    """
    from waypost.reading.status import list_incidents

    now = utc_now()
    listed = list_incidents(site, now, resolved=everything)
    if as_json:
        print_json([_entry(item) for item in listed.incidents])
    elif listed.incidents:
        _print(listed, now)
    else:
        click.echo("There is no incident." if everything else "No incident is open.")


def _entry(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.id,
        "title": incident.title,
        "status": incident.status,
        "impact": incident.impact,
        "components": dict(incident.components),
        "articles": list(incident.articles),
        "started": incident.started.isoformat(),
        "updated": incident.updated_at.isoformat(),
        "resolved": incident.resolved_at.isoformat() if incident.resolved_at else None,
    }


def _print(listed: ListedIncidents, now: datetime) -> None:
    def time(moment: datetime, form: str) -> str:
        return format(moment.astimezone(listed.zone), form)

    rows = [
        (
            f"{printable(item.title)}\n{item.id}",
            f"{item.status if item.updates[0].at <= now else 'not published yet'}\nimpact {item.impact}",
            "\n".join(f"{name}: {state}" for name, state in item.components.items()),
            f"{time(item.started, '%Y-%m-%d %H:%M')}\nsaid {time(item.updated_at, '%m-%d %H:%M')}",
        )
        for item in listed.incidents
    ]
    print_table({"Incident": 4, "Status": 2, "Components": 3, "When": 3}, rows)
    click.echo(f"Times in {listed.zone.key}.")
