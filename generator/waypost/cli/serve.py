"""waypost serve."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import click

from waypost.base.clock import utc_now
from waypost.cli.common import counted, database_option, port_option, print_problems, use_port
from waypost.cli.service import log_broken_files, log_change, log_problems, service_log
from waypost.cli.signals import service_signals
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.build import BuildReport

log = logging.getLogger("waypost")


@click.command("serve")
@database_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@port_option
@click.option("--demo", is_flag=True, help="Also run the sample's services, which can be broken and healed.")
def command(site: Site, database: str, host: str, port: int, demo: bool) -> None:
    """Show the site while you write: builds, polls, publishes, and reloads pages when files are saved.

    Example: waypost serve --port 9000
    """
    from waypost.serve import ServeEvents, ServeOptions, serve

    use_port(port)
    events = ServeEvents(
        changed=log_change,
        broken=log_broken_files,
        ready=lambda port, report: _welcome(port, report, demo),
        built=_log_built,
        reloaded=lambda: log.info("Status files were saved; published."),
    )
    with service_log(site), service_signals() as signals:
        serve(site, database, ServeOptions(host, port, demo), signals.stop, events)
        log.info("Stopped.")


def _log_built(report: BuildReport) -> None:
    log_problems(report.warnings)
    log.info("Built again; %d files changed.", len(report.changed))
    _log_unpublished(report)


def _log_unpublished(report: BuildReport) -> None:
    """Say which articles are written but not shown: drafts, and those whose time is to come."""
    from waypost.cli.coming import coming_lines

    center = report.project.help_center
    drafts = [path for path in center.drafts if path not in center.schedules]
    if drafts:
        log.info(
            "%s not shown: %s", counted(len(drafts), "draft"), ", ".join(f"content/{path}" for path in drafts)
        )
    for line in coming_lines(report.project, utc_now()):
        log.info("%s", line)


def _welcome(port: int, report: BuildReport, demo: bool) -> None:
    from rich.console import Console
    from rich.panel import Panel
    from rich.table import Table

    print_problems(report.warnings)
    base = f"http://localhost:{port}"
    table = Table.grid(padding=(0, 2))
    table.add_row("Help center", f"{base}/")
    table.add_row("Status page", f"{base}/status/")
    table.add_row("For programs", f"{base}/status/api/v2/summary.json")
    table.add_row("", "")
    table.add_row("Write", "save a file in content/ or status/, and the page reloads")
    if demo:
        again = "" if port == 8000 else f" --port {port}"
        table.add_row("Try", f"waypost demo outage{again}    breaks the sample's Downloads")
        table.add_row("", f"waypost demo recover{again}   heals it")
    table.add_row("Stop", "Ctrl-C")
    title = f"{report.articles} articles, {len(report.project.status.config.flat)} components"
    Console().print(
        Panel(table, title=f"Waypost is running: {title}", border_style="cyan", expand=False, padding=(1, 2))
    )
    _log_unpublished(report)
