"""Run a parameterised notebook, tell truthfully how it went, and export it as a page. Names are loaded on first use, so that a run
loads nothing that only notebooks need."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

# at once, as the module of the same name would take its place
from perfkit.report.publish import publish as publish

if TYPE_CHECKING:
    from perfkit.query_file import read_parameter_sets as read_parameter_sets
    from perfkit.query_file import read_query as read_query
    from perfkit.report.example import parameter_example as parameter_example
    from perfkit.report.notebooks import available as available
    from perfkit.report.notebooks import connection as connection
    from perfkit.report.notebooks import find as find
    from perfkit.report.notebooks import workload as workload
    from perfkit.report.outcome import Run as Run
    from perfkit.report.outcome import read_run as read_run
    from perfkit.report.output import rebuild as rebuild
    from perfkit.report.output import write_page as write_page
    from perfkit.report.parameters import Parameter as Parameter
    from perfkit.report.parameters import describe as describe
    from perfkit.report.publish import require_finished as require_finished
    from perfkit.report.run import run_notebook as run_notebook
    from perfkit.report.sides import compared as compared

_HOMES = {
    "Parameter": "perfkit.report.parameters",
    "Run": "perfkit.report.outcome",
    "available": "perfkit.report.notebooks",
    "compared": "perfkit.report.sides",
    "connection": "perfkit.report.notebooks",
    "describe": "perfkit.report.parameters",
    "find": "perfkit.report.notebooks",
    "parameter_example": "perfkit.report.example",
    "read_parameter_sets": "perfkit.query_file",
    "read_query": "perfkit.query_file",
    "read_run": "perfkit.report.outcome",
    "rebuild": "perfkit.report.output",
    "require_finished": "perfkit.report.publish",
    "run_notebook": "perfkit.report.run",
    "workload": "perfkit.report.notebooks",
    "write_page": "perfkit.report.output",
}

__all__ = sorted([*_HOMES, "publish"])


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'perfkit.report' has no attribute {name!r}")
    return getattr(import_module(home), name)
