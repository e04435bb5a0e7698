"""waypost demo."""

from __future__ import annotations

import click

from waypost.app.demo import NotServing, set_demo_service
from waypost.cli.common import refuse


@click.command("demo")
@click.argument("what", metavar="outage|recover", type=click.Choice(["outage", "recover"]))
@click.argument("service", default="downloads")
@click.option(
    "--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535), help="The port."
)
def command(what: str, service: str, port: int) -> None:
    """Break or heal one of the sample's services while `waypost serve --demo` runs.

    Example: waypost demo outage downloads
    """
    try:
        set_demo_service(port, service, broken=what == "outage")
    except NotServing as reason:
        refuse(str(reason))
        return
    if what == "outage":
        click.echo(
            f"{service} is broken. The status page tells of it once three checks have failed, after about 15 s."
        )
    else:
        click.echo(
            f"{service} works again. The status page tells of it after two good checks, in about 10 s."
        )
