"""The statement a person names: an .sql file, or a query that comes with a data set."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path

from perfkit.dataset.query import read_query as read_slow_query
from perfkit.errors import UsageError
from perfkit.resources import folder


def read_query(name: str, params: str = "") -> tuple[str, list[object]]:
    """A statement and the values of its ``$1`` ….

    ``name`` is the path of an .sql file, or ``data set/query`` for one that comes with a data set. ``params`` is a JSON
    list; empty: those that come with the query. UsageError says what cannot be read.
    """
    if not name.strip():
        raise UsageError("the query is empty; give a path, or data set/query")
    path = Path(name)
    shipped = _shipped(name)
    if shipped is not None and not path.is_file():
        slow = read_slow_query(shipped)
        text, values = slow.text, list[object](slow.parameters)
    else:
        text, values = read_file(name), []
    return text, read_values(params) if params.strip() else values


def read_values(params: str) -> list[object]:
    """The values of ``$1`` …, from a JSON list.

    >>> read_values('[1, "open", null]')
    [1, 'open', None]
    """
    try:
        values = json.loads(params)
    except ValueError:
        values = None
    if not isinstance(values, list):
        raise UsageError(f'params takes a JSON list such as [42, "open"], got {params}')
    return values


def read_file(name: str) -> str:
    """The text of a file; UsageError says in one sentence why it cannot be read."""
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no file {name}; {_hint(name)}") from None
    except IsADirectoryError:
        raise UsageError(f"{name} is a folder; give one file") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text; is it an SQL file?") from None
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from None


def _shipped(name: str) -> Path | None:
    dataset, _, query = name.partition("/")
    path = folder("datasets") / dataset / "queries" / f"{query.removesuffix('.sql')}.sql"
    return path if query and path.is_file() else None


def _hint(name: str) -> str:
    dataset, _, query = name.partition("/")
    queries = (
        sorted(path.stem for path in (folder("datasets") / dataset / "queries").glob("*.sql"))
        if query
        else []
    )
    near = get_close_matches(query, queries, 1)
    if near:
        return f"did you mean {dataset}/{near[0]}?"
    return f"data set {dataset} has {', '.join(queries)}" if queries else "give a path, or data set/query"
