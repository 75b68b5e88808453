"""Before and after, however a notebook's parameters name them: two files, two statements, or one on two databases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfkit.capture.capture import DEFAULT_RUNS
from perfkit.comparison import Comparison, diff
from perfkit.comparison.compare import compare
from perfkit.comparison.observed import read_observed
from perfkit.dataset import find_query
from perfkit.errors import UsageError
from perfkit.lab import connect
from perfkit.query_file import read_file, read_query
from perfkit.report.notebooks import connection


def compared(
    before: str,
    after: str,
    place: Mapping[str, Any],
    *,
    params: str = "",
    other_variable: str = "",
    runs: int = DEFAULT_RUNS,
    statement_timeout: float = 60.0,
) -> Comparison:
    """Compare two sides.

    ``before`` and ``after`` are .sql files (or ``data set/query``), run in turns on the database that ``place`` (arguments of
    ``perfkit.connect``) names; or saved captures and plans, compared as they were taken. With ``other_variable``, the name of an
    environment variable that holds another database's connection string, ``before`` is one statement that is captured on both.
    An empty ``after`` stands for the way in which a data set's query is written better, where it comes with one.
    UsageError for what fits none of these.
    """
    if other_variable:
        if after:
            raise UsageError("other_variable compares one statement on two databases: leave after empty")
        statement, values = read_query(before, params)
        places = (dict(place), connection(other_variable, "", 1.0))
        one, other = (
            connect(**where, statement_timeout=statement_timeout).explain(statement, values, runs=runs)
            for where in places
        )
        return diff(one, other)
    shipped = find_query(before) if not after and not Path(before).is_file() else None
    if shipped is not None and shipped.kind == "rewrite" and shipped.remedy:
        lab = connect(**place, statement_timeout=statement_timeout)
        return lab.compare(shipped.text, shipped.remedy, shipped.parameters, runs=max(runs, 5))
    if not after:
        raise UsageError(
            "after is empty: name a second statement or saved plan, or other_variable for another database"
        )
    if _is_sql(before) != _is_sql(after):
        raise UsageError("one side is a statement and the other a saved plan; give two of one kind")
    if _is_sql(before):
        lab = connect(**place, statement_timeout=statement_timeout)
        (statement, values), (second, others) = read_query(before, params), read_query(after, params)
        return lab.compare(statement, second, values, params_after=others, runs=max(runs, 5))
    return compare(read_observed(read_file(before), before), read_observed(read_file(after), after))


def _is_sql(name: str) -> bool:
    """Whether a side is a statement to be run rather than something that was saved."""
    path = Path(name)
    return path.suffix == ".sql" or not path.is_file()
