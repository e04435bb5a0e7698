"""Every kind of status page whose history can be brought in; a command is made of each."""

from __future__ import annotations

from waypost.importing.io.cstate_source import CSTATE
from waypost.importing.io.statuspage_source import STATUSPAGE
from waypost.importing.rules.histories import Importer

IMPORTERS: dict[str, Importer] = {importer.name: importer for importer in (CSTATE, STATUSPAGE)}
"""Importers by their names."""
