"""The yardstick: Extend, as its authors published it, over the same what-if interface.

Schlosser, Kossmann, Boissier: Efficient Scalable Multi-attribute Index Selection Using Recursive Strategies, ICDE 2019; the
settings are those of the authors' evaluation: every column whose name stands in a statement's text, width 3, a step must lower
the cost by 0.3 %. Costs are kept by statement and the indexes on its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.question import Question
from perfkit.catalog import Catalog, Relation

LEAST_IMPROVEMENT = 1.003

Columns = tuple[str, tuple[str, ...]]
"""An index: its table and its columns in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendResult:
    """What Extend chose, its cost in the planner's units, and its size as the planner tells it."""

    indexes: tuple[Columns, ...]
    cost: float
    size_bytes: float
    calls: int


class Extend:
    def __init__(
        self, planner: Planner, questions: Sequence[Question], catalog: Catalog, width: int = 3
    ) -> None:
        self._planner = planner
        self._questions = questions
        self._relations = {one.qualified_name: one for one in catalog.relations}
        self._width = width
        self._options: dict[Columns, Option] = {}
        self._costs: dict[tuple[int, int], float] = {}
        words = [set(re.findall(r"[a-z_0-9]+", one.statement.text.lower())) for one in questions]
        self._words = words
        everything = set().union(*words)
        self._columns = [
            (name, column.name)
            for name, relation in sorted(self._relations.items())
            for column in relation.columns
            if column.name in everything and _is_indexable(relation, column.name)
        ]

    def run(self, most_bytes: float) -> ExtendResult:
        before = self._planner.calls
        chosen: list[Columns] = []
        cost = self._total(chosen)
        while True:
            best: tuple[float, float, list[Columns]] | None = None
            for changed in self._steps(chosen):
                size = self._size(changed)
                if size > most_bytes:
                    continue
                total = self._total(changed)
                if total * LEAST_IMPROVEMENT > cost:
                    continue
                growth = size - self._size(chosen)
                ratio = (cost - total) / growth if growth > 0 else float("inf")
                if best is None or ratio > best[0]:
                    best = (ratio, total, changed)
            if best is None:
                return ExtendResult(
                    indexes=tuple(chosen),
                    cost=cost,
                    size_bytes=self._size(chosen),
                    calls=self._planner.calls - before,
                )
            _, cost, chosen = best

    def _steps(self, chosen: list[Columns]) -> Iterator[list[Columns]]:
        for table, column in self._columns:
            if (table, (column,)) not in chosen:
                yield [*chosen, (table, (column,))]
            for place, (other, columns) in enumerate(chosen):
                if other == table and len(columns) < self._width and column not in columns:
                    yield [*chosen[:place], (table, (*columns, column)), *chosen[place + 1 :]]

    def _option(self, index: Columns) -> Option:
        option = self._options.get(index)
        if option is None:
            table, columns = index
            shape = Shape(
                relation=self._relations[table], equal=(), then=tuple(Key(column=name) for name in columns)
            )
            option = self._options[index] = Option(number=len(self._options), shape=shape)
            self._planner.make([option])
        return option

    def _size(self, chosen: Sequence[Columns]) -> float:
        return sum(self._planner.sizes[self._option(index).number] for index in chosen)

    def _total(self, chosen: Sequence[Columns]) -> float:
        total = 0.0
        for place, question in enumerate(self._questions):
            bits = sum(self._option(index).bit for index in chosen if set(index[1]) & self._words[place])
            if (place, bits) not in self._costs:
                self._costs[place, bits] = self._planner.plan(place, bits).cost
            total += question.weight * self._costs[place, bits]
        return total


def _is_indexable(relation: Relation, name: str) -> bool:
    column = relation.column(name)
    return column is not None and relation.kind == "table"
