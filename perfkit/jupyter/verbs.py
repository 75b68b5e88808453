"""What the magics offer: verbs and their options, each with the words that %perfkit help and Tab say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    says: str
    value: str | None = None
    """What its value is called; None for an option that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    usage: str
    says: str
    options: Mapping[str, Option]

    @property
    def takes(self) -> Mapping[str, bool]:
        """Its options, and whether each has a value."""
        return {name: one.value is not None for name, one in self.options.items()}


_AS = Option(
    value="NAME",
    says="show the result and keep it under that name; NAME << before the statement keeps it unshown",
)
_MEASURE = {
    "params": Option(
        value="LIST", says='values of $1, $2, …: [42, "open", customer], or a variable that holds a list'
    ),
    "runs": Option(value="N", says="timed executions (5)"),
    "allow-writes": Option(says="let INSERT, UPDATE, DELETE and MERGE run; each run is rolled back"),
    "as": _AS,
}
_EXPLAIN = {
    **_MEASURE,
    "diff": Option(value="NAME", says="compare with the capture, plan or investigation in that variable"),
    "try": Option(
        value="'CREATE INDEX …'", says="run it with and without that index, or SET; nothing of it stays"
    ),
}
_WORKLOAD = {
    "as": _AS,
    "top": Option(value="N", says="show that many statements, those with the most time"),
}
_ADVISE = {
    "as": _AS,
    "seconds": Option(value="N", says="time for the search and its proof (120)"),
    "storage-mb": Option(value="N", says="room for all new indexes together"),
}
_CONNECT = {
    "dataset": Option(value="NAME", says="a data set on the embedded server, loaded where it is missing"),
    "scale": Option(value="N", says="its size (0.1)"),
    "scratch": Option(says="the database may be changed: remedies are tried on a clone of it"),
    "statement-timeout": Option(value="SECONDS", says="ends any single statement (60)"),
}

EXPLAIN = Verb(
    usage="%explain SELECT …",
    says="run the statement and show how PostgreSQL runs it; %%explain for several lines",
    options=_EXPLAIN,
)
VERBS: Mapping[str, Verb] = {
    "connect": Verb(
        usage="%perfkit connect DSN",
        says="a libpq string or URI; without one what PERFKIT_DSN or libpq's environment names, else the embedded server."
        " Left out altogether, the magics work on the variable lab",
        options=_CONNECT,
    ),
    "investigate": Verb(
        usage="%perfkit investigate SELECT …",
        says="say why it is slow and prove what cures it; %%perfkit investigate for several lines",
        options=_MEASURE,
    ),
    "workload": Verb(
        usage="%perfkit workload PATH",
        says="rank the statements of a folder of .sql files or a log; without a path those of pg_stat_statements",
        options=_WORKLOAD,
    ),
    "advise": Verb(
        usage="%perfkit advise PATH",
        says="choose the indexes for a workload: a path, a variable that holds one, or pg_stat_statements",
        options=_ADVISE,
    ),
    "explain-finding": Verb(
        usage="%perfkit explain-finding ID",
        says="what a finding means, how it is cured, and when it is fine",
        options={},
    ),
    "help": Verb(usage="%perfkit help", says="this table", options={}),
}
