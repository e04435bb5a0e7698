"""A tiny site that takes votes, has a chat and leads to a person; its server also receives votes, as in the docs."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from helpers.browser_sites import NOW, REPOSITORY, Served
from waypost.build import build_site
from waypost.reading.site import Site

ARTICLE = "downloads/zip-stops/"
LONELY_ARTICLE = "accounts/sign-in/"
"""An article without related ones, and without a hint for the ticket."""

CHAT = "https://chat.example.com/loader.js"

_MKDOCS = """\
site_name: Talk
site_url: https://help.talk.example/
docs_dir: content
exclude_docs: "*.yml"
theme: {name: material, font: false, language: LANGUAGE}
plugins: [waypost]
"""
_SUPPORT = """\
office: {name: Us, city: Berlin, time_zone: Europe/Berlin, hours: {monday: "09:00-18:00"}}
channels:
  - {id: email, kind: email, name: Write a mail, address: help@talk.example}
  - {id: phone, kind: phone, name: Call us, address: "+49 30 5550 1840"}
ticket:
  provider: mailto
  url: "mailto:help@talk.example"
  categories: [{id: technical, name: Something does not work}]
"""
FEEDBACK = "feedback: {url: /feedback}\n"
EMBEDS = f"""\
embeds:
  chat: {{script: "{CHAT}", label: Start a chat, note: For signed-in people.}}
  community: {{url: "https://community.example.com/ask", label: Ask other photographers}}
  call_back: {{url: "https://calls.example.com/book", label: Book a call}}
"""
_PAGES = {
    "content/index.md": "---\ntitle: How can we help?\nkind: home\n---\n",
    "content/downloads/index.md": "---\ntitle: Downloads\nkind: category\n---\n",
    "content/downloads/zip-stops.md": """\
---
title: A zip stops half way
kind: troubleshooting
related: [downloads/open-a-zip.md]
ticket: {category: technical, priority: medium}
---
Delete the cut-off file, then download it again.
""",
    "content/downloads/open-a-zip.md": "---\ntitle: Open a zip\nkind: faq\n---\n## How do I open a zip?\n\nPress it.\n",
    "content/accounts/index.md": "---\ntitle: Your account\nkind: category\n---\n",
    "content/accounts/sign-in.md": "---\ntitle: Sign in\nkind: page\n---\nType your name.\n",
    "content/contact.md": "---\ntitle: Contact us\nkind: contact\n---\nWe read everything.\n",
    "status/status.yml": """\
page: {name: Talk status, url: "https://help.talk.example/status/"}
components: [{id: web, name: Web}]
""",
}


def build_talkative(root: Path, support: str = FEEDBACK + EMBEDS, language: str = "en") -> Site:
    """Build the site with these parts of support.yml; without a ticket form where `support` is empty."""
    files = {**_PAGES, "mkdocs.yml": _MKDOCS.replace("LANGUAGE", language)}
    if support:
        files["content/support.yml"] = _SUPPORT + support
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    build_site(Site(root), NOW)
    return Site(root)


def receiver(file: Path) -> type[BaseHTTPRequestHandler]:
    """Return the program of docs/feedback-and-privacy.md that receives votes, writing to this file."""
    page = (REPOSITORY / "docs/feedback-and-privacy.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(program, names)  # noqa: S102  # the point is that what the page shows works
    names["FILE"], names["SEARCHES"] = str(file), str(file.with_name("searches.jsonl"))
    found: type[BaseHTTPRequestHandler] = names["Receiver"]
    return found


class Votes:
    """What a server received."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def take(self) -> list[dict[str, Any]]:
        """Return all votes since the last time, as browsers sent them."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        self.file.write_text("", encoding="utf-8")
        votes: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return [{key: value for key, value in vote.items() if key != "at"} for vote in votes]


@contextmanager
def served_with_votes(
    site: Site, file: Path, headers: Mapping[str, str] | None = None
) -> Iterator[tuple[Served, Votes]]:
    """Serve what was built, receive votes at /feedback, and send these headers with everything."""

    class Handler(receiver(file), SimpleHTTPRequestHandler):  # type: ignore[misc]  # made at run time
        def end_headers(self) -> None:
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site.output))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}/"
            yield Served(site, server, url), Votes(file)  # type: ignore[arg-type]  # it serves files too
        finally:
            server.shutdown()
            thread.join()
