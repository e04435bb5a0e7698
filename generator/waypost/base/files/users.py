"""Users of the machine, and what one may do with a folder of another."""

from __future__ import annotations

import os
import pwd
import stat

_RIGHTS = 0o7
"""To list a folder, to enter it, and to change what is in it."""


def user_name(uid: int) -> str:
    """Return the name of a user for a sentence."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def may_empty(uid: int, folder: os.stat_result) -> bool:
    """Return whether a user may list a folder and remove what others put there."""
    if uid == 0:
        return True
    if uid == folder.st_uid:
        return (folder.st_mode >> 6) & _RIGHTS == _RIGHTS
    if folder.st_mode & stat.S_ISVTX:
        return False
    shift = 3 if folder.st_gid in _groups(uid) else 0
    return (folder.st_mode >> shift) & _RIGHTS == _RIGHTS


def _groups(uid: int) -> set[int]:
    if uid == os.geteuid():
        return {os.getegid(), *os.getgroups()}
    try:
        user = pwd.getpwuid(uid)
    except KeyError:
        return set()
    return set(os.getgrouplist(user.pw_name, user.pw_gid))
