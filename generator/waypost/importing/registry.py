"""Everything that can be brought in: histories of status pages and articles of help desks; each is a command."""

from __future__ import annotations

from waypost.importing.cstate import CSTATE
from waypost.importing.freshdesk import FRESHDESK
from waypost.importing.helpscout import HELPSCOUT
from waypost.importing.instatus import INSTATUS
from waypost.importing.intercom import INTERCOM
from waypost.importing.kuma import KUMA
from waypost.importing.openstatus import OPENSTATUS
from waypost.importing.rules.exports import HelpDesk
from waypost.importing.rules.histories import Importer
from waypost.importing.statuspage import STATUSPAGE
from waypost.importing.upptime import UPPTIME
from waypost.importing.zendesk import ZENDESK

IMPORTERS: dict[str, Importer] = {
    importer.name: importer for importer in (CSTATE, INSTATUS, KUMA, OPENSTATUS, STATUSPAGE, UPPTIME)
}
"""Importers of histories by their names."""

HELP_DESKS: dict[str, HelpDesk] = {desk.name: desk for desk in (FRESHDESK, HELPSCOUT, INTERCOM, ZENDESK)}
"""Help desks by their names."""
