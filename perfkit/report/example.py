"""A statement with values for a notebook: the user's own, or an example on the data set tracker."""

from __future__ import annotations

from perfkit.query_file import read_parameter_sets, read_query, read_values

_STATEMENT = """select id, name, stage, created_at
from builds
where project_id = $1
  and status = $2
order by created_at desc
limit 20"""
"""Some projects have thousands of builds and most a few, and all but one status are rare."""


def parameter_example(query: str, params: str, sets: str) -> tuple[str, list[object], list[list[object]]]:
    """A statement, the values that are not to be chosen for its ``$1`` …, and sets of values to be run.

    The statement is the example's where no ``query`` is named; ``params`` is a JSON list and ``sets`` a file, both empty where
    perfkit is to choose.
    """
    return (
        read_query(query)[0] if query else _STATEMENT,
        read_values(params) if params.strip() else [],
        read_parameter_sets(sets) if sets else [],
    )
