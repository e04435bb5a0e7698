"""waypost incident."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from waypost.base.clock import utc_now
from waypost.cli.common import (
    database_option,
    json_option,
    print_json,
    print_table,
    printable,
    site_option,
    to_duration,
)
from waypost.cli.writing import message_option, words, write, writing_options
from waypost.formats.status import (
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

next_option = click.option(
    "--next-update", callback=to_duration, help="How soon you will write again; it is shown as a promise."
)


@click.group("incident")
def command() -> None:
    """Tell customers of an incident: open it, update it, resolve it.

    Example: waypost incident list
    """


@command.command("open")
@click.argument("title")
@click.option(
    "--component", "components", required=True, multiple=True, help="The id of a component that is hit."
)
@click.option(
    "--impact",
    type=click.Choice([impact.value for impact in Impact]),
    default=Impact.MINOR.value,
    show_default=True,
    help="How much it hurts customers.",
)
@click.option(
    "--state",
    type=click.Choice([state.value for state in MEASURED[1:]]),
    default=ComponentStatus.PARTIAL_OUTAGE.value,
    show_default=True,
    help="How the components are until it is resolved.",
)
@message_option
@next_option
@writing_options
def _open(
    title: str,
    *,
    components: Sequence[str],
    impact: str,
    state: str,
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

    new = NewIncident(title, components, Impact(impact), ComponentStatus(state))
    text = words(message, lambda: title, UpdateStatus.INVESTIGATING, update_start(site, new.impact))
    planned = plan_open(site, new, text, utc_now(), next_update)
    done = f"Opened {planned.file.relative_to(site.root)}. It is shown when the status page is published."
    write(site, planned, done, yes=yes, commit=commit)


@command.command("update")
@click.argument("name")
@click.option(
    "--status",
    required=True,
    type=click.Choice([status.value for status in INCIDENT_STATUSES]),
    help="How far you are; after resolved, only a postmortem may follow.",
)
@message_option
@next_option
@writing_options
def _update(
    name: str,
    *,
    status: str,
    message: str | None,
    next_update: timedelta | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Add an update to an incident. NAME is any part of its file's name that no other has.

    Example: waypost incident update downloads-fail --status identified --message "A disk is full." --next-update 30m
    """
    from waypost.authoring.incidents import new_update, plan_update, present_incident

    text = words(message, lambda: present_incident(site, name).title, status)
    planned = plan_update(site, name, new_update(UpdateStatus(status), text, utc_now(), next_update))
    done = f"Added '{status}' to status/incidents/{planned.incident.id}.md."
    write(site, planned, done, yes=yes, commit=commit)


@command.command("resolve")
@click.argument("name")
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
    from waypost.authoring.incidents import new_update, plan_resolve, present_incident

    if category and not draft_article:
        raise click.UsageError("--category says where the draft goes, so it needs --draft-article.")
    text = words(message, lambda: present_incident(site, name).title, UpdateStatus.RESOLVED)
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
