"""Read status pages with DiscordStatus: addresses as arguments, every file it knows as JSON by address."""

import json
import sys

from discordstatus.discordstatus import DiscordStatus


def files(base: str) -> dict:
    client = DiscordStatus()
    client.base_target = f"{base}api/v2"
    names = (
        "summary",
        "status",
        "components",
        "unresolved_incidents",
        "all_incidents",
        "upcoming_maintenances",
        "active_maintenances",
        "all_maintenances",
    )
    return {name: getattr(client, name) for name in names}


sys.stdout.write(json.dumps({base: files(base) for base in sys.argv[1:]}))
