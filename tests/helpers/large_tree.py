"""A help center of 800 articles in three levels, as large ones are: categories with sections, and long lists.

`python tests/helpers/large_tree.py FOLDER` writes it, to be looked at with `waypost build`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from waypost.authoring.new import new_site
from waypost.base.ids import slugify
from waypost.reading.site import Site

FLAT = {"Errors and messages": 222, "Account": 40, "Getting started": 8}
"""Categories without sections, with how many articles each has."""

SECTIONS = {
    "Galleries": (
        "Create a gallery",
        "Share and invite",
        "Passwords",
        "Face search",
        "Favourites",
        "Layouts",
    ),
    "Downloads": ("Zip files", "Single photos", "Print sizes"),
    "Uploads": ("From a computer", "From a phone", "From other services", "File types", "Raw files"),
    "Payments and plans": ("Invoices", "Cards and banks", "Plans", "Refunds"),
    "Print shop": (
        "Orders",
        "Delivery",
        "Returns",
        "Paper and sizes",
        "Prices",
        "Partners",
        "Taxes",
        "Samples",
    ),
    "Privacy": ("Your data", "Face recognition", "Requests"),
    "Integrations": ("Calendars", "Lightroom", "Zapier", "Our API"),
}
"""Categories with their sections."""

ALL = 800
LARGE_SECTION = 60
"""How many articles the first section has; all others share the rest evenly."""

_STARTS = (
    *(
        "Add",
        "Change",
        "Find",
        "Remove",
        "Why is there no",
        "How do I see",
        "What is",
        "Move",
        "Restore",
        "Limits of",
    ),
    *(
        "Understand",
        "Set up",
        "Turn off",
        "Use",
        "Who sees",
        "Export",
        "Print",
        "Question about",
        "Jump to",
        "Keep",
    ),
)
_THINGS = (
    *(
        "the download link",
        "an album",
        "your address",
        "the watermark",
        "a client",
        "the expiry date",
        "a photo",
    ),
    *("the cover", "notifications", "a team member", "the archive", "your calendar", "a voucher"),
)


def titles(count: int, start: int) -> list[str]:
    """Return titles that differ, and begin with many letters."""
    numbers = range(start, start + count)
    found = [f"{_STARTS[n % len(_STARTS)]} {_THINGS[n // len(_STARTS) % len(_THINGS)]}" for n in numbers]
    size = len(_STARTS) * len(_THINGS)
    return [
        title if n < size else f"{title}, part {n // size + 1}"
        for n, title in zip(numbers, found, strict=True)
    ]


def large_site(root: Path) -> Site:
    """Write a site with this tree."""
    new_site(root, "Large help center")
    content = root / "content"
    shutil.rmtree(content / "getting-started")
    (content / "index.md").write_text("---\ntitle: How can we help?\nkind: home\n---\n", encoding="utf-8")
    _write_tree(content)
    return Site(root)


def _write_tree(content: Path) -> None:
    written = 0
    for title, count in FLAT.items():
        written += _write_folder(content, slugify(title), title, count, written)
    sections = [(name, section) for name, found in SECTIONS.items() for section in found]
    for name in SECTIONS:
        _write_folder(content, slugify(name), name, 0, 0)
    rest = ALL - written - LARGE_SECTION
    for number, (name, section) in enumerate(sections):
        others = len(sections) - 1
        count = LARGE_SECTION if number == 0 else rest // others + (number <= rest % others)
        written += _write_folder(content, f"{slugify(name)}/{slugify(section)}", section, count, written)


def _write_folder(content: Path, folder: str, title: str, count: int, start: int) -> int:
    place = content / folder
    place.mkdir(parents=True)
    head = f"---\ntitle: {title}\nkind: category\nsummary: All about {title.lower()}\n---\n"
    (place / "index.md").write_text(head, encoding="utf-8")
    for number, name in enumerate(titles(count, start)):
        keys = "pinned: true\n" if number == 1 else ""
        text = f"---\ntitle: {name}\nsummary: What to know of this.\n{keys}---\nOne sentence about {name.lower()}.\n"
        (place / f"{slugify(name)}.md").write_text(text, encoding="utf-8")
    return count


if __name__ == "__main__":
    large_site(Path(sys.argv[1]))
