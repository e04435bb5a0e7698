"""Measure what the help center still uses of Material for MkDocs, on every kind of page of the sample.

Run it with `make bench-material`. Templates are those that a build loads. Of styles and scripts counts what a Chromium
used on a wide light and a narrow dark screen, with the menu closed and open. docs/dependencies.md has the table.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import jinja2
import material
from playwright.sync_api import CDPSession, Page, sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.browser_sites import CALM_PAGES
from helpers.sites import sample_site
from waypost.help.mkdocs.site import build, load_config

EVERYTHING = """\
---
title: Everything that an article can hold
kind: page
---
A [link](index.md), `code`, ~~no~~, <kbd>Ctrl</kbd>, a note[^1] and a picture in words.

## Boxes

> [!WARNING] Mind the gap
> Text.

:::note[Title]
Text.
:::

??? tip "Folded"
    Text.

=== "Windows"

    Text.

=== "macOS"

    Text.

### Code

```python title="greet.py" hl_lines="2" linenums="1"
def greet():
    return "Hello"
```

### Lists and tables

- [ ] open
- [x] done

1. One
   - two

Word
: What it means

| a | b |
| --- | --: |
| 1 | 2 |

> A quote

---

[^1]: The note.
"""
"""An article with every form of docs/markdown.md, which the sample has not."""
MATERIAL = Path(material.__file__).parent / "templates"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PAGES = [
    *(path for path in CALM_PAGES.values() if not path.startswith(("status", "no/"))),
    "404.html",
    "downloads/everything/",
]
SCREENS: tuple[tuple[int, int, Literal["light", "dark"]], ...] = ((1280, 900, "light"), (390, 844, "dark"))


def loaded_templates(root: Path) -> set[Path]:
    """Build a site as MkDocs alone does, in one process, and return the templates that this loads."""
    found: set[Path] = set()
    original = jinja2.FileSystemLoader.get_source

    def get_source(*arguments: Any) -> Any:
        answer = original(*arguments)
        found.add(Path(answer[1]))
        return answer

    with patch.object(jinja2.FileSystemLoader, "get_source", get_source):
        build(load_config(config_file=str(root / "mkdocs.yml")))
    return found


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def use(page: Page, url: str) -> None:
    """Open a page, its menu where there is one, and end at its foot."""
    page.goto(url, wait_until="networkidle")
    page.keyboard.press("Tab")
    if page.locator("label[for=__drawer]:visible").count():
        page.evaluate("document.getElementById('__drawer').click()")
        page.wait_for_timeout(300)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(200)


def styles_used(session: CDPSession) -> Iterator[tuple[str, list[tuple[int, int, bool]]]]:
    """Give the ranges of each style sheet that were used since tracking began."""
    for rule in session.send("CSS.stopRuleUsageTracking")["ruleUsage"]:
        yield rule["styleSheetId"], [(int(rule["startOffset"]), int(rule["endOffset"]), rule["used"])]


def scripts_used(session: CDPSession) -> Iterator[tuple[str, list[tuple[int, int, bool]]]]:
    """Give the ranges of each script and whether they ran: inner ranges, which say more, behind those around them."""
    for script in session.send("Profiler.takePreciseCoverage")["result"]:
        ranges = [item for function in script["functions"] for item in function["ranges"]]
        ranges.sort(key=lambda item: (item["startOffset"], -item["endOffset"]))
        yield script["url"], [(item["startOffset"], item["endOffset"], item["count"] > 0) for item in ranges]


def characters(ranges: Iterable[tuple[int, int, bool]]) -> int:
    """Return a number with a byte of 1 for each character that is used."""
    mask = bytearray(max((end for _, end, _ in ranges), default=0))
    for start, end, is_used in ranges:
        mask[start:end] = (b"\1" if is_used else b"\0") * (end - start)
    return int.from_bytes(mask, "little")


def used(site: Path) -> dict[str, int]:
    """Return how many characters are used of each style sheet and script, by the end of its address."""
    found: dict[str, int] = defaultdict(int)
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    with served(site) as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for width, height, scheme in SCREENS:
            for path in PAGES:
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page = context.new_page()
                session = context.new_cdp_session(page)
                sheets: dict[str, str] = {}
                session.on("CSS.styleSheetAdded", partial(_note, sheets))
                for command in ("DOM.enable", "CSS.enable", "CSS.startRuleUsageTracking", "Profiler.enable"):
                    session.send(command)
                session.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": True})
                use(page, address + path)
                for url, ranges in scripts_used(session):
                    found[_name(url)] |= characters(ranges)
                for sheet, ranges in styles_used(session):
                    found[_name(sheets.get(sheet, ""))] |= characters(ranges)
                context.close()
        browser.close()
    return {name: mask.bit_count() for name, mask in found.items() if name}


def _note(sheets: dict[str, str], event: dict[str, Any]) -> None:
    sheets[event["header"]["styleSheetId"]] = event["header"]["sourceURL"]


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def sizes(paths: Iterable[Path]) -> tuple[int, int]:
    """Return how many files there are, and their bytes."""
    files = [path for path in paths if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def main() -> None:
    """Print the table, and what stands behind it as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        site = sample_site(Path(folder, "site"))
        (site.root / "content/downloads/everything.md").write_text(EVERYTHING)
        loaded = loaded_templates(site.root)
        ran = used(site.output)
    table = Table(
        "Of Material", "Shipped, files", "Shipped, bytes", "Used, files", "Used, bytes", title="Used share"
    )
    icons = MATERIAL / ".icons"
    theirs = {path for path in loaded if path.is_relative_to(MATERIAL)}
    all_templates = [path for path in MATERIAL.rglob("*.html") if "fragments" not in path.parts]
    rows = {
        "templates": (all_templates, {path for path in theirs if not path.is_relative_to(icons)}),
        "icons": (icons.rglob("*.svg"), {path for path in theirs if path.is_relative_to(icons)}),
    }
    for name, (shipped, taken) in rows.items():
        table.add_row(name, *(f"{value:,}" for value in (*sizes(shipped), *sizes(taken))))
    for pattern in ("stylesheets/main.*.css", "stylesheets/palette.*.css", "javascripts/bundle.*.js"):
        [path] = (MATERIAL / "assets").glob(pattern)
        share = ran.get(path.name, 0)
        table.add_row(path.name, "1", f"{path.stat().st_size:,}", "1" if share else "0", f"{share:,}")
    console = Console(width=150)
    console.print(table)
    taken = sorted(str(path.relative_to(MATERIAL)) for path in rows["templates"][1])
    console.print_json(json.dumps({"templates": taken, "browser": dict(sorted(ran.items()))}))


if __name__ == "__main__":
    main()
