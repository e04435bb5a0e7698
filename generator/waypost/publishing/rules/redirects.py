"""Pages at addresses that incidents and maintenance had once, on the status page that this one took over from."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from waypost.base.i18n import Words
from waypost.reading.rules.redirects import file_at
from waypost.status.rules.snapshot import Snapshot

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{heading}</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{canonical}">
<meta http-equiv="refresh" content="0; url={link}">
<link rel="stylesheet" href="{root}assets/tokens.css">
<link rel="stylesheet" href="{root}assets/base.css">
<link rel="icon" href="{root}assets/icon.svg" type="image/svg+xml">
</head>
<body>
<main class="wp-main wp-wrap" id="main">
<h1>{heading}</h1>
<p><a href="{link}">{title}</a></p>
</main>
</body>
</html>
"""


def redirect_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return a small page for each former address, by its path below site/status/; it leads on by itself."""
    pages = [
        *((f"incidents/{item.id}/", item.title, item.redirect_from) for item in snapshot.incidents),
        *(
            (f"maintenance/{item.work.id}/", item.work.title, item.work.redirect_from)
            for item in snapshot.maintenances
        ),
    ]
    return {
        file_at(address): _page(address, path, title, snapshot.page.url, snapshot.words)
        for path, title, addresses in reversed(pages)
        for address in addresses
    }


def former_component_files(snapshot: Snapshot, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what stands at the addresses of the ids that components had before.

    Feeds, calendar and badge are those of the present id; the page leads on to the present one.
    """
    found: dict[str, bytes] = {}
    renamed = [
        *((item.id, item.name, item.formerly) for item in snapshot.components),
        *((item.id, item.name, item.formerly) for item in snapshot.retired),
    ]
    for key, title, former in renamed:
        new = f"components/{key}/"
        for name in former:
            old = f"components/{name}/"
            found |= {
                old + path.removeprefix(new): data
                for path, data in files.items()
                if path.startswith(new) and not path.endswith(".html")
            }
            found |= {
                f"badge/{name}{end}": files[f"badge/{key}{end}"]
                for end in (".svg", "-uptime.svg")
                if f"badge/{key}{end}" in files
            }
            found[file_at(old)] = _page(old, new, title, snapshot.page.url, snapshot.words)
    return found


def _page(address: str, path: str, title: str, site: str, words: Words) -> bytes:
    root = "../" * address.count("/") or "./"
    values = {
        "language": words.language,
        "heading": words.say("outputs.redirect.title"),
        "canonical": f"{site}{path}",
        "root": root,
        "link": f"{root}{path}",
        "title": title,
    }
    return _PAGE.format(**{name: escape(value) for name, value in values.items()}).encode()
