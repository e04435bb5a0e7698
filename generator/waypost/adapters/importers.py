"""Every kind of status page whose history can be brought in; a command is made of each."""

from __future__ import annotations

from waypost.adapters.cstate_source import CSTATE
from waypost.adapters.statuspage_source import STATUSPAGE
from waypost.core.importing.histories import Importer

IMPORTERS: dict[str, Importer] = {importer.name: importer for importer in (CSTATE, STATUSPAGE)}
"""Importers by their names."""
