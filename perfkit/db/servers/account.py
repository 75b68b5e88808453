"""The operating-system account that runs a server: ourselves, or for root an ordinary one, since PostgreSQL refuses root."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfkit.errors import ServerError

DROP_TO = ("postgres", "nobody")
"""Accounts that root runs servers as, first existing one: both exist for services and own no one's files."""

COMMAND_TIMEOUT_SECONDS = 330
"""Longer than the wait for a start (see ``supervisor``), so that the command itself reports first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who runs the server's processes. ``is_dropped``: root runs them as someone else."""

    name: str
    uid: int
    gid: int
    is_dropped: bool

    def own(self, folder: Path) -> None:
        """Give a folder that perfkit has just made, and all in it, to this account."""
        if not self.is_dropped:
            return
        for inside, folders, files in os.walk(folder, topdown=False):
            for name in (*folders, *files):
                os.chown(Path(inside, name), self.uid, self.gid, follow_symlinks=False)
        os.chown(folder, self.uid, self.gid, follow_symlinks=False)

    def run(self, command: Sequence[str | Path], *, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as this account, in ``folder``; stdout and stderr come back together.

        The program gets none of our open files, no terminal, no PG* variables, and its own session: interrupting a
        notebook does not reach it.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        who: dict[str, Any] = (
            {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_dropped else {}
        )
        try:
            return subprocess.run(
                [str(word) for word in command],
                cwd=folder,
                env=environment | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                umask=0o077,
                start_new_session=True,
                timeout=COMMAND_TIMEOUT_SECONDS,
                check=False,
                **who,
            )
        except subprocess.TimeoutExpired:
            raise ServerError(
                f"{command[0]} gave no answer within {COMMAND_TIMEOUT_SECONDS} s; is the disk of {folder} hanging?"
            ) from None
        except OSError as error:
            raise ServerError(
                f"cannot run {command[0]} as account {self.name}: {error.strerror}; install it again, or name other"
                " binaries with PERFKIT_POSTGRES"
            ) from None

    def closed_folder(self, path: Path) -> Path | None:
        """The first file or folder on the way to ``path`` that this account cannot enter or read; None when all is open."""
        if not self.is_dropped:
            return None
        whole = path.resolve()
        for place in (*reversed(whole.parents), whole):
            if not self._may_enter(place):
                return place
        return None

    def _may_enter(self, path: Path) -> bool:
        try:
            found = path.stat()
        except OSError:
            return False
        if found.st_uid == self.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == self.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        return bool(found.st_mode & needed)


def account_for(data_directory: Path) -> Account:
    """The account that runs the server of a data directory: for root its owner, or the first that exists of ``DROP_TO``."""
    import pwd

    if os.geteuid() != 0:
        return Account(name=_own_name(), uid=os.geteuid(), gid=os.getegid(), is_dropped=False)
    owner = data_directory.stat().st_uid if data_directory.exists() else 0
    if owner != 0:
        try:
            entry = pwd.getpwuid(owner)
        except KeyError:
            raise ServerError(
                f"{data_directory} belongs to user id {owner}, which has no account here; remove it with"
                " 'perfkit server remove', or give it to an existing account"
            ) from None
        return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, is_dropped=True)
    for name in DROP_TO:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid, is_dropped=True)
    raise ServerError(
        "PostgreSQL does not run as root and there is no account 'postgres' or 'nobody' to run it as; create one"
    )


def _own_name() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise ServerError(
            f"PostgreSQL needs an account with a name, but user id {os.geteuid()} has none here;"
            " run as a user that /etc/passwd lists"
        ) from None
