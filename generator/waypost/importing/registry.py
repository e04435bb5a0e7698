"""Every kind of status page whose history can be brought in; a command is made of each."""

from __future__ import annotations

from waypost.importing.cstate import CSTATE
from waypost.importing.rules.histories import Importer
from waypost.importing.statuspage import STATUSPAGE

IMPORTERS: dict[str, Importer] = {importer.name: importer for importer in (CSTATE, STATUSPAGE)}
"""Importers by their names."""
