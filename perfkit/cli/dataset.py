"""perfkit dataset: load, check and drop the generated data sets, and list their queries."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from perfkit.cli.options import json_option
from perfkit.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from perfkit.capture.values import Dataset
    from perfkit.dataset import SlowQuery

F = TypeVar("F", bound=Callable[..., Any])
ConninfoOf = Callable[[str], str]

SCHEMA = "perfkit.dataset/1"

_dsn_option = click.option(
    "--dsn",
    metavar="DSN",
    help="libpq string or URI of a server where you may create databases. Default: the embedded server.",
)
_scratch_option = click.option(
    "--scratch",
    is_flag=True,
    help="Declare the server of --dsn one where perfkit may create and drop databases.",
)
_database_option = click.option(
    "--database", metavar="NAME", help="The database that holds it. Default: the data set's name."
)


@click.group()
def command() -> None:
    """Load, check and drop the generated data sets, and list their queries.

    \b
    Example:
      perfkit dataset load tracker
      perfkit investigate "$(perfkit dataset queries tracker | head -1 | cut -f2)" --dataset tracker

    Exit status: 0 fine, 2 usage, 3 server failure, or data that are not what was asked for.
    """


@command.command("list")
@_dsn_option
@json_option
def list_(dsn: str | None, as_json: bool) -> None:
    """List the data sets, and the databases that hold one where the server runs.

    \b
    Example:
      perfkit dataset list
    """
    from perfkit.dataset import datasets, query_names

    held = _held(dsn)
    entries = [
        {
            "name": one.name,
            "version": one.version,
            "description": one.description,
            "scale_notes": one.scale_notes,
            "default_scale": one.default_scale,
            "queries": len(query_names(one)),
        }
        for one in datasets()
    ]
    document: dict[str, object] = {
        "datasets": entries,
        "databases": None if held is None else [_entry(database, dataset) for database, dataset in held],
    }
    lines = [f"{one['name']}  {one['description']}; {one['queries']} queries" for one in entries]
    lines += [f"loaded: {_line(database, dataset)}" for database, dataset in held or ()]
    _answer(document, "\n".join(lines), as_json)


@command.command()
@click.argument("name")
@click.option(
    "--scale",
    type=float,
    default=None,
    help="How large; for a benchmark its scale factor. Default: 0.1, about 140 MB for tracker.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Another seed gives other rows of the same kind; a benchmark has none.",
)
@_database_option
@click.option(
    "--replace",
    is_flag=True,
    help="Load afresh, dropping the data set the database holds now and ending its sessions.",
)
@_dsn_option
@_scratch_option
@json_option
def load(
    name: str,
    scale: float | None,
    seed: int,
    database: str | None,
    replace: bool,
    dsn: str | None,
    scratch: bool,
    as_json: bool,
) -> None:
    """Load a data set into a database of its own; nothing is done where it is there already.

    \b
    Example:
      perfkit dataset load tracker --scale 1 --database tracker_large

    Exit status: 0 it is there, 2 usage, 3 server failure or the database holds something else.
    """
    from perfkit.dataset import load as load_dataset
    from perfkit.progress import progress_for_here
    from perfkit.units import format_ms

    loaded = load_dataset(
        name,
        _changeable(dsn, scratch),
        scale=scale,
        seed=seed,
        database=database,
        replace=replace,
        progress=progress_for_here(),
    )
    document: dict[str, object] = {
        **_entry(loaded.database, loaded.dataset),
        "was_there": loaded.was_there,
        "load_ms": loaded.load_ms,
        "conninfo": None if dsn else loaded.conninfo,
    }
    how = "was there already" if loaded.was_there else f"loaded in {format_ms(loaded.load_ms)}"
    hint = "" if dsn else f'\npsql "{loaded.conninfo}"'
    _answer(document, f"{_line(loaded.database, loaded.dataset)}, {how}{hint}", as_json)


@command.command()
@click.argument("name")
@_database_option
@_dsn_option
@json_option
def check(name: str, database: str | None, dsn: str | None, as_json: bool) -> None:
    """Print one digest over all rows, and compare it with the expected one where that is known.

    Reads every row once. Equal digests mean equal data, on any server version and whatever the order on disk.

    \b
    Example:
      perfkit dataset check tracker

    Exit status: 0 as expected or nothing to compare with, 2 usage, 3 the data differ, are missing, or server failure.
    """
    from perfkit.dataset import checksum, describe, find
    from perfkit.db.connection import connect
    from perfkit.progress import progress_for_here

    description, database = describe(name), database or name
    conninfo = _conninfo_of(dsn)(database)
    with closing(connect(conninfo, application_name="perfkit dataset")) as connection:
        dataset = find(connection)
    if dataset is None or (dataset.name, dataset.version) != (name, description.version):
        raise DatasetError(
            f"database {database} does not hold {name} version {description.version}; load it with: perfkit dataset load {name}"
        )
    digest = checksum(description, conninfo, progress=progress_for_here())
    expected = description.expected_checksum(scale=dataset.scale, seed=dataset.seed)
    matches = None if expected is None else digest == expected
    verdict = {True: "as expected", False: "not the expected one", None: "no expected digest is known"}[
        matches
    ]
    _answer(
        {**_entry(database, dataset), "checksum": digest, "expected": expected, "matches": matches},
        f"{digest}  {_line(database, dataset)}, {verdict}",
        as_json,
    )
    if matches is False:
        raise DatasetError(
            f"the rows in database {database} were changed after loading; restore them with:"
            f" perfkit dataset load {name} --scale {dataset.scale:g} --seed {dataset.seed} --database {database} --replace"
        )


@command.command()
@click.argument("name")
@_database_option
@_dsn_option
@_scratch_option
@json_option
def drop(name: str, database: str | None, dsn: str | None, scratch: bool, as_json: bool) -> None:
    """Drop the database that holds a data set, ending sessions connected to it. Any other database is left alone.

    \b
    Example:
      perfkit dataset drop tracker --database tracker_large

    Exit status: 0 dropped, 2 usage, 3 there is no such data set, or server failure.
    """
    from perfkit.dataset import describe
    from perfkit.dataset import drop as drop_dataset

    database = database or describe(name).name
    dropped = drop_dataset(_changeable(dsn, scratch), database)
    _answer(_entry(database, dropped), f"dropped {_line(database, dropped)}", as_json)


@command.command()
@click.argument("name")
@click.option(
    "--copy",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Copy the files into this folder, made if missing; a file of the same name is left as it is.",
)
@json_option
def queries(name: str, folder: Path | None, as_json: bool) -> None:
    """List the queries of a data set: name, path and story, separated by tabs.

    The queries of a benchmark have no path: data set/query stands in its place, which names a query to every command.

    \b
    Example:
      perfkit dataset queries tracker --copy my-queries
    """
    from perfkit.dataset import describe, slow_queries

    found = slow_queries(describe(name))
    places = {
        query.name: _copied(query, folder) if folder else query.path or f"{name}/{query.name}"
        for query in found
    }
    document: dict[str, object] = {
        "name": name,
        "queries": [_query_entry(query, places[query.name]) for query in found],
    }
    lines = (f"{query.name}\t{places[query.name]}\t{query.title}" for query in found)
    _answer(document, "\n".join(lines), as_json)


def _query_entry(query: SlowQuery, path: Path | str) -> dict[str, object]:
    return {
        "name": query.name,
        "path": str(path),
        "title": query.title,
        "wrong": query.wrong,
        "cure": query.cure,
        "kind": query.kind,
        "findings": list(query.findings),
        "parameters": list(query.parameters),
        "remedy": query.remedy,
    }


def _copied(query: SlowQuery, folder: Path) -> Path:
    copy = folder / f"{query.name}.sql"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if query.path is not None and not copy.exists():
            shutil.copyfile(query.path, copy)
        elif not copy.exists():
            copy.write_text(f"{query.text};\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot copy the queries to {folder}: {error.strerror}") from None
    return copy


def _conninfo_of(dsn: str | None) -> ConninfoOf:
    if dsn is None:
        from perfkit.db.servers import server

        return server().start().conninfo
    from perfkit.db.target import Target

    target = Target(conninfo=dsn)
    return lambda database: target.at(database).conninfo


def _changeable(dsn: str | None, scratch: bool) -> ConninfoOf:
    if dsn is not None and not scratch:
        raise UsageError(
            "perfkit creates and drops databases on the server of --dsn only with --scratch; add it if it may"
        )
    return _conninfo_of(dsn)


def _held(dsn: str | None) -> tuple[tuple[str, Dataset], ...] | None:
    """Databases with a data set; None where no server was named and the embedded one does not run."""
    from perfkit.dataset import find_all
    from perfkit.db.connection import connect
    from perfkit.db.servers import server

    if dsn is None and not server().status().running:
        return None
    with closing(connect(_conninfo_of(dsn)("postgres"), application_name="perfkit dataset")) as connection:
        return find_all(connection)


def _entry(database: str, dataset: Dataset) -> dict[str, object]:
    return {
        "database": database,
        "name": dataset.name,
        "scale": dataset.scale,
        "seed": dataset.seed,
        "version": dataset.version,
    }


def _line(database: str, dataset: Dataset) -> str:
    return f"database {database}: {dataset.name} version {dataset.version}, scale {dataset.scale:g}, seed {dataset.seed}"


def _answer(document: dict[str, object], text: str, as_json: bool) -> None:
    from perfkit.document import dumps

    click.echo(dumps({"schema": SCHEMA, **document}) if as_json else text, nl=not as_json)
