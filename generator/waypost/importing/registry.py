"""Every kind of status page whose history can be brought in; a command is made of each."""

from __future__ import annotations

from waypost.importing.cstate import CSTATE
from waypost.importing.instatus import INSTATUS
from waypost.importing.kuma import KUMA
from waypost.importing.openstatus import OPENSTATUS
from waypost.importing.rules.histories import Importer
from waypost.importing.statuspage import STATUSPAGE
from waypost.importing.upptime import UPPTIME

IMPORTERS: dict[str, Importer] = {
    importer.name: importer for importer in (CSTATE, INSTATUS, KUMA, OPENSTATUS, STATUSPAGE, UPPTIME)
}
"""Importers by their names."""
