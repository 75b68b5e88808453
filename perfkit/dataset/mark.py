"""The mark a loaded data set carries: JSON in its database's comment, written before the database gets its final name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from perfkit.capture.environment import read_mark
from perfkit.capture.values import Dataset
from perfkit.db.connection import translated

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[object, ...]]

PASSING_PREFIX = "perfkit_loading_"
"""Databases of such names are ours alone, and not complete: one that nobody works on belonged to a loader that was killed."""


def find(connection: Connection) -> Dataset | None:
    """The data set of the database this connection leads to; None where perfkit loaded none. One catalog query."""
    return find_database(connection, connection.info.dbname)[1]


def find_database(connection: Connection, database: str) -> tuple[bool, Dataset | None]:
    """Whether the server has a database of this name, and which data set that holds."""
    with translated():
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s", [database]
        ).fetchone()
    return row is not None, read_mark(row[0]) if row else None


def write_mark(dataset: Dataset) -> str:
    """The comment for a database that holds this data set."""
    return json.dumps(
        {
            "perfkit_dataset": dataset.name,
            "scale": dataset.scale,
            "seed": dataset.seed,
            "version": dataset.version,
        }
    )


def find_all(connection: Connection) -> tuple[tuple[str, Dataset], ...]:
    """Every database of the server that holds a complete data set, with what it holds."""
    with translated():
        rows = connection.execute(
            "select datname::text, shobj_description(oid, 'pg_database') from pg_database"
            " where not starts_with(datname, %s) order by datname",
            [PASSING_PREFIX],
        ).fetchall()
    marks = ((str(database), read_mark(comment)) for database, comment in rows)
    return tuple((database, dataset) for database, dataset in marks if dataset)
