"""Break and heal the sample's services while `waypost serve --demo` runs."""

from __future__ import annotations

from waypost.problems import Refused
from waypost.serving.dev_server import command_demo_service


class NotServing(Refused):
    """No sample is being served at the port."""


def set_demo_service(port: int, service: str, *, broken: bool) -> None:
    """Break a demo service or heal it; raises NotServing where no sample answers."""
    if not command_demo_service(port, service, "break" if broken else "recover"):
        raise NotServing(f"No sample answers at port {port}. Start it with `make serve` in another window.")
