"""Statements with several sets of values for a notebook: the user's own, or an example on the data set tracker."""

from __future__ import annotations

from itertools import product

from perfkit.query_file import read_parameter_sets, read_query

_STATEMENT = """select id, name, stage, created_at
from builds
where project_id = $1
  and status = $2
order by created_at desc
limit 20"""
"""Some projects have thousands of builds and most a few, and all but one status are rare."""

_PROJECTS = ("42", "303", "64", "7", "999999999")
_STATUSES = ("success", "failed", "running")


def parameter_example(query: str, sets: str) -> tuple[str, list[list[object]]]:
    """A statement and the sets of values of its ``$1`` …: those of the files that are named; both empty, the example's."""
    if not query and not sets:
        return _STATEMENT, [list(pair) for pair in product(_PROJECTS, _STATUSES)]
    return read_query(query)[0], read_parameter_sets(sets)
