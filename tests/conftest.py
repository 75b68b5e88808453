"""What all tests share: a home of their own, and one embedded server for the whole run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from perfkit.db.servers import Server
from perfkit.db.servers import server as server_named
from perfkit.db.servers.home import Home
from perfkit.db.servers.known import every_server
from perfkit.db.target import Target


@contextmanager
def _home() -> Iterator[Path]:
    """A PERFKIT_HOME that goes away with its servers."""
    # Directly in /tmp, as a socket's path must be short; open to others, as root's server runs as another account.
    folder = Path(tempfile.mkdtemp(prefix="pk-", dir="/tmp"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PERFKIT_HOME", str(folder))
        try:
            yield folder
        finally:
            try:
                for found in every_server(Home(folder=folder)):
                    found.remove()
            finally:
                shutil.rmtree(folder)


@pytest.fixture(scope="session", autouse=True)
def perfkit_home() -> Iterator[Path]:
    """PERFKIT_HOME for the run and its subprocesses; no test sees the user's own servers or connection settings."""
    with pytest.MonkeyPatch.context() as environment:
        for name in tuple(os.environ):
            if name.startswith(("PG", "PERFKIT_")) and name != "PERFKIT_POSTGRES":
                environment.delenv(name)
        with _home() as folder:
            yield folder


@pytest.fixture
def new_home() -> Iterator[None]:
    """A newcomer's machine: no server yet, no data set at another scale."""
    with _home():
        yield


@pytest.fixture(scope="session")
def server(perfkit_home: Path) -> Server:
    """The embedded server, running; it is stopped and removed with ``perfkit_home``."""
    return server_named().start()


@pytest.fixture(scope="session")
def target(server: Server) -> Target:
    """The embedded server's maintenance database; tests that fill tables make a database of their own."""
    return Target(conninfo=server.conninfo("postgres"), is_scratch=True)
