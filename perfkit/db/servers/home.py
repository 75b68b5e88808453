"""Where servers live: PERFKIT_HOME, else the user's data folder, for root a folder that an unprivileged account reaches.

    <home>/servers/<name>-<major>/   server.json, server.conf, data/, socket/, log/server.log
    <home>/servers/<name>-<major>.lock
    <home>/templates/<version>/      an initialised data directory, copied for each new server
    <home>/binaries/<version>/       programs copied to where the account that runs them reaches them

For root all of it belongs to root, apart from data, socket and log: the account that runs the server can change
nothing that root reads as its own. Permissions of folders that perfkit did not make are never changed.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perfkit.db.servers.account import Account
from perfkit.errors import ConfigError, ServerError

ROOT_HOME = Path("/var/lib/perfkit")
"""Root's own folders are closed to the account that runs the server; this one is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folder that holds every server of a user."""

    folder: Path

    @property
    def servers(self) -> Path:
        return self.folder / "servers"

    @property
    def templates(self) -> Path:
        return self.folder / "templates"

    @property
    def binaries(self) -> Path:
        return self.folder / "binaries"

    def prepare(self, account: Account) -> None:
        """Make the folder and what stands in it; ServerError when the account that runs servers cannot reach it."""
        mode = 0o755 if account.is_dropped else 0o700
        with explained(self.folder):
            for folder in (self.folder, self.servers, self.templates, self.binaries):
                make_folder(folder, mode)
        closed = account.closed_folder(self.folder)
        if closed:
            raise ServerError(
                f"account {account.name}, which runs the server for root, cannot enter {closed};"
                f" set PERFKIT_HOME to a folder it can reach, such as {ROOT_HOME}"
            )


def home() -> Home:
    """The home that the environment names, else the user's own."""
    named = os.environ.get("PERFKIT_HOME")
    if named:
        folder = Path(named).expanduser()
        if not folder.is_absolute():
            raise ConfigError(f"PERFKIT_HOME = {named!r} must be an absolute path")
        return Home(folder=folder)
    if os.geteuid() == 0:
        return Home(folder=ROOT_HOME)
    from platformdirs import user_data_path

    return Home(folder=user_data_path("perfkit"))


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder with exactly this mode, whatever the umask; an existing one keeps its own."""
    if folder.is_dir():
        return
    make_parents(folder.parent, mode)
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
        return
    folder.chmod(mode)


def make_parents(folder: Path, mode: int) -> None:
    if not folder.exists():
        make_folder(folder, mode)


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn the system's refusal to write below ``place`` into one sentence."""
    try:
        yield
    except shutil.Error as error:
        raise ServerError(_sentence(_first_of(error), place, place)) from None
    except OSError as error:
        what = Path(error.filename) if isinstance(error.filename, str) else place
        raise ServerError(_sentence(error, what, place)) from None


def _sentence(error: OSError, what: Path, place: Path) -> str:
    if error.errno == errno.ENOSPC or error.errno == errno.EDQUOT:
        return f"no space left on the disk of {place}; free some, or set PERFKIT_HOME to a folder on another disk"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"cannot write {what}: {error.strerror}; set PERFKIT_HOME to a folder that you can write"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        what = next(path for path in (what, *what.parents) if path.exists())
        return f"{what} is a file where perfkit needs a folder; move it away, or set PERFKIT_HOME to another folder"
    return f"cannot use {what}: {error.strerror or error}"


def _first_of(error: shutil.Error) -> OSError:
    # Copying a tree gathers its errors as text and drops the number, which tells a full disk from a closed folder.
    found = re.search(r"\[Errno (\d+)\] ([^:']*)", str(error))
    return OSError(int(found[1]), found[2]) if found else OSError(errno.EIO, str(error))
