"""Where a server's socket is: in its own folder, or where that path is too long or unusual, in a short private one."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from pathlib import Path

from perfkit.db.servers.account import Account
from perfkit.db.servers.home import explained
from perfkit.db.servers.postmaster import socket_path
from perfkit.db.servers.settings import PORT
from perfkit.errors import ServerError

LONGEST_SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
"""What fits into sockaddr_un with its closing zero."""

_PLAIN = re.compile(r"[\w./+~@=-]+", re.ASCII)
"""libpq splits a host at commas, and PostgreSQL its list of socket folders; such paths are avoided, not quoted."""

_SHORT_ROOT = Path("/tmp")
"""Not XDG_RUNTIME_DIR, which goes away at logout while the server stays; PostgreSQL touches its socket every hour
so that no cleaner of old files takes it."""


def socket_folder(server_folder: Path, uid: int) -> Path:
    """The folder for the socket of the server that lives in ``server_folder``; makes nothing."""
    inside = server_folder / "socket"
    path = str(socket_path(inside, PORT))
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH_BYTES and _PLAIN.fullmatch(path):
        return inside
    return _SHORT_ROOT / f"perfkit-{uid}-{hashlib.sha256(os.fsencode(server_folder)).hexdigest()[:12]}"


def make_private(folder: Path, account: Account) -> None:
    """Make the folder for this account alone; ServerError when someone else's file or folder is in its place."""
    with explained(folder):
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            account.own(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise ServerError(
                f"{folder} should be a folder for the server's socket but is a file or link; move it away"
            )
        if found.st_uid != account.uid:
            raise ServerError(
                f"{folder}, the place for the server's socket, belongs to user id {found.st_uid} instead of"
                f" {account.name}; remove it, or set PERFKIT_HOME to another folder"
            )
        if found.st_mode & 0o077:
            folder.chmod(0o700)
