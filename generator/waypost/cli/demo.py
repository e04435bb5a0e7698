"""waypost demo."""

from __future__ import annotations

import click

from waypost.cli.common import explained, port_option


@click.command("demo")
@click.argument("what", metavar="outage|recover", type=click.Choice(["outage", "recover"]))
@click.argument("service", default="downloads")
@port_option
@explained
def command(what: str, service: str, port: int) -> None:
    """Break or heal one of the sample's services while `waypost serve --demo` runs.

    Example: waypost demo outage downloads
    """
    from waypost.serving.demo import set_demo_service

    set_demo_service(port, service, broken=what == "outage")
    if what == "outage":
        click.echo(
            f"{service} is broken. The status page tells of it once three checks have failed, after about 15 s."
        )
    else:
        click.echo(
            f"{service} works again. The status page tells of it after two good checks, in about 10 s."
        )
