"""What the system refused to do with a file, in words for people."""

from __future__ import annotations

import errno

_ADVICE = {
    errno.ENOSPC: "Make room on the disk that it is on.",
    errno.EDQUOT: "Make room, or raise the quota of the user that Waypost runs as.",
    errno.EROFS: "Let Waypost write there, or name another place.",
    errno.EACCES: "Give the user that Waypost runs as the right to use it.",
    errno.EPERM: "Give the user that Waypost runs as the right to use it.",
    errno.ENOTDIR: "A file stands where a folder should be. Move it away.",
    errno.EEXIST: "A file stands where a folder should be. Move it away.",
    errno.EISDIR: "A folder stands where a file should be. Move it away.",
    errno.EMFILE: "Raise the limit of open files (ulimit -n).",
    errno.EIO: "The disk may be failing.",
}


def explain_os_error(error: OSError) -> str:
    """Return what went wrong, with which file, and what to do about it where that is known."""
    if not error.strerror:
        return str(error) or type(error).__name__
    place = f": {error.filename}" if error.filename else ""
    advice = _ADVICE.get(error.errno or 0, "")
    return f"{error.strerror}{place}" + (f". {advice}" if advice else "")
