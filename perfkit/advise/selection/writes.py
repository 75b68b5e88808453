"""What an index costs the workload's own writes, in the planner's units, so that reads and writes can be weighed together.

The planner counts nothing for keeping indexes. A unit is about the work of reading one block in sequence, and what entering a row took, and
taking its entry away again when VACUUM comes, was measured in it (``python -m tests.bench.advise upkeep``): a b-tree of ascending keys
took a third of a unit, of scattered numbers one, of texts two. A guide for the search alone: what the chosen indexes really cost at each write is
measured on the clone and told beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfkit.advise.indexes.shape import Shape
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.question import Question
from perfkit.catalog import Catalog, Relation
from perfkit.plan.model import Plan
from perfkit.sql.updated import set_columns
from perfkit.sql.usage import resolve

ENTRY_COST = {"btree": 1.0, "hash": 0.6, "gist": 2.7, "gin": 20.0, "brin": 0.2}
"""Of one row entered into one index; into a GIN index with eight keys a row."""

VACUUM_COST = {"btree": 0.3, "hash": 0.4, "gist": 0.4, "gin": 2.0, "brin": 0.1}
"""Of one dead row's entry taken away by VACUUM, which comes when a fifth of the table is dead, as autovacuum's defaults have it."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLoad:
    """What one statement of the workload writes to one table."""

    table: str
    kind: str
    rows: float
    """In all its calls."""
    changed: frozenset[str]
    """Columns an UPDATE sets; empty for other kinds."""
    place: int = 0
    """Of the statement in the workload."""


def write_loads(
    questions: Sequence[Question], plans: Sequence[Plan], catalog: Catalog
) -> tuple[WriteLoad, ...]:
    """The workload's own writes; rows as the planner expects them."""
    loads = []
    for place, (question, plan) in enumerate(zip(questions, plans, strict=True)):
        if question.statement.kind == "select":
            continue
        targets = [use.relation for use in resolve(question.statement, catalog) if use.is_target]
        below = plan.root.children[0] if plan.root.children else plan.root
        rows = below.estimate.rows if below.estimate is not None else 1.0
        loads += [
            WriteLoad(
                table=table,
                kind=question.statement.kind,
                rows=max(rows, 1.0) * question.weight,
                changed=frozenset(set_columns(question.statement))
                if question.statement.kind == "update"
                else frozenset(),
                place=place,
            )
            for table in dict.fromkeys(targets)
        ]
    return tuple(loads)


class Upkeep:
    """What options cost to have, in the planner's units: their share of all the workload's writes, and their place on disk."""

    def __init__(
        self,
        loads: Sequence[WriteLoad] = (),
        sizes: Mapping[int, float] | None = None,
        byte_price: float = 0.0,
        unit: float = 1.0,
    ) -> None:
        """``byte_price`` is what a byte of index has to save; ``sizes`` may grow later. ``unit`` is what one of the planner's
        counts in the statements' costs."""
        self._loads = tuple(loads)
        self._sizes = sizes if sizes is not None else {}
        self._byte_price = byte_price
        self._unit = unit
        self._known: dict[int, float] = {}

    def of(self, option: Option) -> float:
        return self.writes(option) + self._byte_price * self._sizes.get(option.number, 0.0)

    def writes(self, option: Option) -> float:
        """In all the workload's calls; reckoned once for each option."""
        if option.number not in self._known:
            mine = (load for load in self._loads if load.table == option.table)
            self._known[option.number] = self._unit * sum(entry_cost(option.shape, load) for load in mine)
        return self._known[option.number]


def rows_written(loads: Sequence[WriteLoad]) -> Mapping[str, float]:
    """Rows by table, of all kinds."""
    rows: dict[str, float] = {}
    for load in loads:
        rows[load.table] = rows.get(load.table, 0.0) + load.rows
    return rows


def entry_cost(shape: Shape, load: WriteLoad) -> float:
    """Of keeping an index of the load's table, in the planner's units; zero where HOT updates pass it by."""
    enter, take_away = ENTRY_COST[shape.method], VACUUM_COST[shape.method]
    if load.kind in ("insert", "merge"):
        return load.rows * enter
    if load.kind == "delete":
        return load.rows * take_away
    if load.changed & _held(shape):
        return load.rows * (enter + take_away + _lost(shape.relation, load.changed))
    return load.rows * (enter + take_away) if not _is_hot(shape.relation, load.changed) else 0.0


def _lost(relation: Relation, changed: frozenset[str]) -> float:
    """What the other indexes cost once the update is no longer HOT because of the new one."""
    if not _is_hot(relation, changed):
        return 0.0
    methods = [index.method if index.method in ENTRY_COST else "btree" for index in relation.indexes]
    return sum(ENTRY_COST[method] + VACUUM_COST[method] for method in methods)


def _is_hot(relation: Relation, changed: frozenset[str]) -> bool:
    return not any(
        changed & set(_WORD.findall(index.definition.partition(" ON ")[2])) for index in relation.indexes
    )


def _held(shape: Shape) -> set[str]:
    return set(_WORD.findall(shape.body))
