"""waypost webhook."""

from __future__ import annotations

import secrets
import time

import click

from waypost.base.printable import printable
from waypost.cli.common import database_option, refuse
from waypost.reading.site import Site

_BYTES = 32

_HOW = """
Tell it to whoever receives the webhooks, over a way that nobody else reads. It is not shown again.
Set it as an environment variable where `waypost run` or `waypost deliver` runs, and name that variable
in status/subscribers.yml:

  - id: acme
    webhook: {url: "https://hooks.acme.example/status", secret: "${ACME_SECRET}"}

To change a secret, name the one before as `old_secret` until the receiver knows the new one.
"""


@click.group("webhook")
def command() -> None:
    """Help with webhooks, which tell programs what is new on the status page.

    Example: waypost webhook secret
    """


@command.command("secret")
def _secret() -> None:
    """Make a new secret that the webhooks of one subscriber are signed with.

    The secret alone goes to standard output, and how to use it to standard error.

    Example: waypost webhook secret
    """
    from waypost.notify.rules.signing import new_secret

    click.echo(new_secret(secrets.token_bytes(_BYTES)))
    click.echo(_HOW, err=True, nl=False)


@command.command("test")
@click.argument("name")
@database_option
def _test(name: str, site: Site, database: str) -> None:
    """Send a real test to the subscriber NAME, over whatever channel it has, and tell what came of it.

    It is signed like every other message, has the type `test`, and is neither repeated nor kept.

    Example: waypost webhook test acme-production
    """
    from waypost.notify.dispatch import send_test
    from waypost.notify.rules.deliveries import TransportError

    begin = time.monotonic()
    try:
        kind = send_test(site, database, name)
    except TransportError as error:
        refuse(f"Not delivered to {name}: {printable(str(error))}.")
    click.echo(f"Delivered to {name} by {kind}: it was accepted after {time.monotonic() - begin:.2f} s.")
