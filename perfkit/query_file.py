"""The statement a person names: an .sql file, or a query that comes with a data set; and all queries of one as a workload."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path

from perfkit.dataset import datasets, find_query, query_names, slow_queries
from perfkit.errors import UsageError
from perfkit.workload.queries import Workload, query_of


def read_query(name: str, params: str = "") -> tuple[str, list[object]]:
    """A statement and the values of its ``$1`` ….

    ``name`` is the path of an .sql file, or ``data set/query`` for one that comes with a data set. ``params`` is a JSON
    list; empty: those that come with the query. UsageError says what cannot be read.
    """
    if not name.strip():
        raise UsageError("the query is empty; give a path, or data set/query")
    shipped = None if Path(name).is_file() else find_query(name)
    if shipped is not None:
        text, values = shipped.text, list[object](shipped.parameters)
    else:
        text, values = read_file(name), []
    return text, read_values(params) if params.strip() else values


def read_queries(dataset: str) -> Workload:
    """The queries that come with a data set, each with its values and run once."""
    description = next((one for one in datasets() if one.name == dataset), None)
    if description is None:
        raise UsageError(
            f"there is no data set {dataset}; there are {', '.join(one.name for one in datasets())}"
        )
    queries = slow_queries(description)
    return Workload(
        source="folder",
        queries=tuple(
            query_of(one.name, one.text, [one.parameters] if one.parameters else []) for one in queries
        ),
    )


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


def read_parameter_sets(name: str) -> list[list[object]]:
    """Sets of values for ``$1`` … from a file with one JSON object or list a line.

    The keys of an object are places (``1``, ``"$1"``) or names, which stand for places in their order. UsageError names
    the line that cannot be read.
    """
    sets = []
    for number, line in enumerate(read_file(name).splitlines(), 1):
        if line.strip():
            sets.append(_parameter_set(line, f"{name}, line {number}"))
    if not sets:
        raise UsageError(f"{name} holds no set of parameters; write one JSON object or list a line")
    odd = next((place for place, one in enumerate(sets) if len(one) != len(sets[0])), None)
    if odd is not None:
        raise UsageError(
            f"{name} has {len(sets[0])} values in its first set and {len(sets[odd])} in set {odd + 1}"
        )
    return sets


def _parameter_set(line: str, where: str) -> list[object]:
    try:
        found = json.loads(line)
    except ValueError:
        raise UsageError(
            f'{where} is no JSON: write one object or list a line, such as {{"1": 42}}'
        ) from None
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        raise UsageError(f"{where} is neither a JSON object nor a list: {line.strip()[:40]}")
    places = [key.removeprefix("$") for key in found]
    if not all(place.isdecimal() for place in places):
        return list(found.values())
    by_place = {int(place): value for place, value in zip(places, found.values(), strict=True)}
    if sorted(by_place) != list(range(1, len(found) + 1)):
        raise UsageError(f"{where} names the parameters {', '.join(found)}: they must be 1 to {len(found)}")
    return [by_place[place] for place in sorted(by_place)]


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


def _hint(name: str) -> str:
    dataset, _, query = name.partition("/")
    known = {description.name: description for description in datasets()} if query else {}
    queries = query_names(known[dataset]) if dataset in known else ()
    near = get_close_matches(query, queries, 1)
    if near:
        return f"did you mean {dataset}/{near[0]}?"
    return f"data set {dataset} has {', '.join(queries)}" if queries else "give a path, or data set/query"
