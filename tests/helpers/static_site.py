"""A folder that a server on this machine shows, with the scripts of the search in it."""

from __future__ import annotations

import functools
import http.server
import itertools
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from waypost.base.files.resources import assets
from waypost.search.rules.index import Index
from waypost.search.rules.shards import search_files

_MOMENTS = itertools.count(1_790_000_000, 10)

CATEGORIES = (("downloads", "Downloads", "downloads/"), ("mail", "Mail", "mail/"))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named by the base class
        """Say nothing."""


class _Open(_Quiet):
    """A folder that pages of other sites may read."""

    def end_headers(self) -> None:
        """Allow every origin."""
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()


def write_scripts(folder: Path) -> None:
    """Put an empty page and the scripts of the search into a folder."""
    (folder / "index.html").write_text("<!doctype html><title>Search</title>")
    (folder / "js").mkdir()
    for name, path in assets().items():
        if name == "page.js" or (name.startswith("search_") and name.endswith(".js")):
            shutil.copy(path, folder / "js")


def write_index(folder: Path, index: Index, language: str = "en") -> None:
    """Put the index of a search into a folder, in place of the one before."""
    shutil.rmtree(folder / "search", ignore_errors=True)
    (folder / "search").mkdir(parents=True)
    for path, content in search_files(index, language, CATEGORIES).items():
        (folder / path).write_bytes(content)
    # The server tells times in whole seconds, and tests put one index in the place of another within one.
    moment = next(_MOMENTS)
    os.utime(folder / "search/manifest.json", (moment, moment))


@contextmanager
def shown(folder: Path, *, cors: bool = False) -> Iterator[str]:
    """Show a folder, and give its address with a slash at its end; `cors` lets pages of other sites read it."""
    handler = functools.partial(_Open if cors else _Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
