"""What a link in a text of content/ means: a file, by its path from there, or something elsewhere."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def leads_elsewhere(link: str) -> bool:
    """Tell whether a link names another host or something that is no page, such as a mail address."""
    return _ELSEWHERE.match(link) is not None


def split_link(link: str) -> tuple[str, str, str]:
    """Cut a link into its path, a # where it has one, and its anchor, as plain text; a query is left out."""
    path, mark, anchor = link.partition("#")
    return unquote(path.partition("?")[0]), mark, unquote(anchor)


def target_path(path: str, folder: str) -> str:
    """Return the path from content/ that a path means in a file of `folder`; one with a slash counts from content/."""
    whole = path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)
    return posixpath.normpath(whole)
