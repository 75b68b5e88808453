"""An initialised data directory per PostgreSQL version, copied for each new server: a copy takes a fraction of initdb."""

from __future__ import annotations

import shutil
from pathlib import Path

from perfkit.db.servers.account import Account
from perfkit.db.servers.complaint import complaint
from perfkit.db.servers.home import Home, explained
from perfkit.db.servers.lock import locked
from perfkit.errors import ServerError

SUPERUSER = "postgres"

_LOCALES = ("C.UTF-8", "C")
"""C.UTF-8 knows letters beyond ASCII and sorts alike on every machine; not every platform has it."""


def template(build: str, bin_directory: Path, account: Account, home: Home) -> Path:
    """The template of a build (see ``build_key``), made on first use."""
    ready = home.templates / build
    with locked(home.templates / f"{build}.lock"):
        if not is_whole(ready):
            partial = ready.with_name(f"{build}.part")
            with explained(home.folder):
                for left_over in (ready, partial):
                    if left_over.exists():
                        shutil.rmtree(left_over)
                partial.mkdir(mode=0o700)
                account.own(partial)
            _initialise(partial, bin_directory, account)
            with explained(home.folder):
                with (partial / "postgresql.conf").open("a", encoding="utf-8") as file:
                    file.write("\ninclude_if_exists = '../server.conf'\n")
                partial.rename(ready)
    return ready


def copy_template(ready: Path, data_directory: Path, account: Account) -> None:
    """Make a data directory from the template, whole or not at all."""
    partial = data_directory.with_name(data_directory.name + ".part")
    with explained(data_directory.parent):
        if partial.exists():
            shutil.rmtree(partial)
        try:
            shutil.copytree(ready, partial, symlinks=True)
        except OSError:
            shutil.rmtree(partial, ignore_errors=True)  # gives a full disk its space back
            raise
        account.own(partial)
        partial.rename(data_directory)


def is_whole(data_directory: Path) -> bool:
    """Whether initdb came to its end there: it writes the control file after the catalogs, and we rename after that."""
    return (data_directory / "PG_VERSION").is_file() and (data_directory / "global" / "pg_control").is_file()


def _initialise(folder: Path, bin_directory: Path, account: Account) -> None:
    for locale in _LOCALES:
        done = account.run(
            (
                bin_directory / "initdb",
                f"--pgdata={folder}",
                f"--username={SUPERUSER}",
                f"--locale={locale}",
                "--encoding=UTF8",
                "--auth-local=trust",
                "--auth-host=reject",
                "--no-sync",
            ),
            folder=folder,
        )
        if done.returncode == 0:
            return
        if "invalid locale" not in done.stdout:
            break
    raise ServerError(f"cannot make a data directory: {complaint(done.stdout)}")
