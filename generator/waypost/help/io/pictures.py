"""Pictures of articles: how large they are, so that nothing moves when they come, and their form for dark pages."""

from __future__ import annotations

import io
import posixpath
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote, unquote

import imagesize

from waypost.base.markdown.links import leads_elsewhere, split_link, target_path

HEADER = 64 * 1024
"""Bytes of a picture that are read; its size stands at its beginning."""

_FORMATS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
_SVG = re.compile(rb"<svg\b[^>]*>")
_SVG_LENGTH = re.compile(rb"""\s(width|height)\s*=\s*["']\s*([0-9.]+)(?:px)?\s*["']""")


def picture_size(file: Path) -> tuple[int, int] | None:
    """Return width and height of a picture as browsers show it, in pixels; None where it does not say."""
    if file.suffix.lower() not in _FORMATS:
        return None
    try:
        with file.open("rb") as stream:
            head = stream.read(HEADER)
    except OSError:
        return None
    width, height = _svg_size(head) if file.suffix.lower() == ".svg" else imagesize.get(io.BytesIO(head))
    return (round(width), round(height)) if width >= 1 and height >= 1 else None


def _svg_size(head: bytes) -> tuple[float, float]:
    tag = _SVG.search(head)
    found = dict(_SVG_LENGTH.findall(tag[0])) if tag else {}
    try:
        return float(found[b"width"]), float(found[b"height"])
    except (KeyError, ValueError):
        # It takes the width of the page.
        return -1, -1


def dark_form(path: str) -> str:
    """Return the path of the form of a picture for dark pages: shot.dark.png for shot.png; nothing for no picture."""
    stem, suffix = posixpath.splitext(path)
    return f"{stem}.dark{suffix}" if suffix.lower() in _FORMATS and not stem.endswith(".dark") else ""


def place_pictures(root: ET.Element, folder: Path, path: str) -> None:
    """Give the pictures of a page their sizes and their dark forms, and load all but the first when they are needed.

    `path` is that of the page from content/, which is `folder`.
    """
    is_first = True
    for parent in list(root.iter()):
        for image in [
            child for child in parent if child.tag == "img" and child.get("class") != "wp-video__poster"
        ]:
            file = _local(image, path)
            if file:
                _set_size(image, folder / file)
            if not is_first:
                image.attrib.setdefault("loading", "lazy")
                image.attrib.setdefault("decoding", "async")
            is_first = False
            dark = dark_form(file)
            if dark and (folder / dark).is_file():
                _add_dark(parent, image, dark, path)


def _local(image: ET.Element, path: str) -> str:
    """Return the file of a picture, from content/; nothing for one from elsewhere."""
    source = image.get("src", "")
    if not source or leads_elsewhere(source) or source.startswith("/"):
        return ""
    file = target_path(unquote(split_link(source)[0]), posixpath.dirname(path))
    return "" if file.startswith("..") else file


def _set_size(image: ET.Element, file: Path) -> None:
    size = picture_size(file)
    width, height = image.get("width"), image.get("height")
    if size is None or height is not None or not (width or "1").isdecimal():
        return
    # A width that the writer chose keeps its shape.
    shown = int(width) if width else size[0]
    image.set("width", str(shown))
    image.set("height", str(round(shown * size[1] / size[0])))


def _add_dark(parent: ET.Element, image: ET.Element, dark: str, path: str) -> None:
    source = quote(posixpath.relpath(dark, posixpath.dirname(path) or "."))
    names = {"src": source, "loading": "lazy", "decoding": "async"}
    # Both are of one size, or the page would move with its colours.
    other = ET.Element("img", {**image.attrib, **names})
    other.attrib.pop("id", None)
    for element, name in ((image, "wp-light"), (other, "wp-dark")):
        element.set("class", f"{element.get('class') or ''} {name}".strip())
    other.tail, image.tail = image.tail, None
    parent.insert(list(parent).index(image) + 1, other)
