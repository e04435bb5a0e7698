"""Read status pages with statuscheck: addresses as arguments, what it found as JSON by address."""

import json
import sys

from statuscheck.services.bases._statuspageio import BaseStatusPageAPI


def summary(base: str) -> dict:
    class Page(BaseStatusPageAPI):
        name = "Page"
        base_url = status_url = service_url = base

        def _get_base_url(self) -> str:
            return f"{base}api/v2/"

    found = Page().get_summary()
    return {
        "indicator": found.status.code,
        "description": found.status.description,
        "is_ok": found.status.is_ok,
        "kind": found.status.name,
        "components": {item.name: item.status for item in found.components},
        "incidents": {item.name: [part.name for part in item.components] for item in found.incidents},
    }


sys.stdout.write(json.dumps({base: summary(base) for base in sys.argv[1:]}))
