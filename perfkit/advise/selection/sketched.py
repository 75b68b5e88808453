"""Indexes of a statistics lab: really made on tables without rows, then told to the planner with the size they would have.

Their trees are empty, so that the planner thinks a descent cheaper by an eighth of a unit for each level. Indexes on an expression
of whose values nothing is known are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.expressions import Known
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.sizes import estimated_bytes, estimated_rows
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.db.statistics_lab import StatisticsLab
from perfkit.errors import CaptureError
from perfkit.identifier import quote_qualified
from perfkit.progress import Advance
from perfkit.units import BLOCK_BYTES

_TREES = """
select o.number, i.indexrelid::bigint as oid, c.relname::text as name, c.relkind = 'i' as has_file,
    greatest(t.reltuples, 0)::float8 as table_rows,
    case when c.relkind = 'i' then pg_relation_size(c.oid)::bigint / %(block)s else 0 end as least_pages
from unnest(%(numbers)s::int[], %(names)s::text[]) as o (number, name)
cross join lateral (select relid from pg_partition_tree(o.name::regclass) union select o.name::regclass) as p (relid)
join pg_index as i on i.indexrelid = p.relid
join pg_class as c on c.oid = i.indexrelid
join pg_class as t on t.oid = i.indrelid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """One index, or that of one partition."""

    oid: int
    name: str
    has_file: bool
    table_rows: float
    least_pages: int


class Sketched:
    """A stage of indexes that are there for good, and hidden by marking them invalid."""

    is_for_all = False

    def __init__(
        self,
        lab: StatisticsLab,
        catalog: Catalog,
        known: Known | None = None,
        advance: Advance = lambda: None,
        deadline: Deadline | None = None,
    ) -> None:
        """``catalog`` is that of the source. Nothing more is made once the time is up; ``late`` are the options that this befell."""
        self._lab = lab
        self._catalog = catalog
        self._known = known or {}
        self._advance = advance
        self._deadline = deadline or Deadline()
        self.late = 0
        self._trees: dict[int, list[_Tree]] = {}
        self._names: dict[str, int] = {}
        self._shown = self._made = 0

    def holds(self, option: Option) -> bool:
        return all(
            key.expression is None or (option.table, key.expression) in self._known
            for key in option.shape.keys
        )

    def make(self, options: Sequence[Option]) -> Mapping[int, int]:
        tables = {_table(option) for option in options}
        made = []
        with self._lab.emptied(tables) as session:
            for option in options:
                if self._deadline.is_over:
                    self.late |= option.bit
                elif self._make(session, option):
                    made.append(option)
                self._advance()
        sizes = {option.number: self._size(option) for option in made}
        self._note(made)
        self._tell(made)
        self._made |= sum(option.bit for option in made)
        # a new index is seen until it is hidden
        self._lab.show(self._oids(sum(option.bit for option in made)), [])
        return sizes

    def _make(self, session: Session, option: Option) -> bool:
        """False where the server refuses, as for columns of a type that has no order."""
        try:
            if option.extension is not None:
                self._lab.install(option.extension)
            session.change(option.made.sql)
        except CaptureError:
            return False
        return True

    def _size(self, option: Option) -> int:
        return estimated_bytes(option.shape, self._catalog, option.kept)

    def _note(self, made: Sequence[Option]) -> None:
        rows = self._lab.session.rows(
            _TREES,
            {
                "numbers": [option.number for option in made],
                "names": [option.made.qualified_name for option in made],
                "block": BLOCK_BYTES,
            },
        )
        for row in rows:
            number, name = int(str(row["number"])), str(row["name"])
            self._names[name] = number
            self._trees.setdefault(number, []).append(
                _Tree(
                    oid=int(str(row["oid"])),
                    name=name,
                    has_file=bool(row["has_file"]),
                    table_rows=float(str(row["table_rows"])),
                    least_pages=int(str(row["least_pages"])),
                )
            )

    def _tell(self, made: Sequence[Option]) -> None:
        """Sizes are those of all partitions together: each gets its share by its rows."""
        pages: dict[int, int] = {}
        rows: dict[int, float] = {}
        for option in made:
            trees = [tree for tree in self._trees[option.number] if tree.has_file]
            held = estimated_rows(option.shape, self._catalog, option.kept)
            of_all = sum(tree.table_rows for tree in trees)
            for tree in trees:
                share = tree.table_rows / of_all if of_all else 1 / len(trees)
                pages[tree.oid] = max(tree.least_pages, round(self._size(option) * share / BLOCK_BYTES))
                rows[tree.oid] = held * share
        self._lab.tell(pages, rows)
        for option in made:
            for position, key in enumerate(option.shape.keys, 1):
                if key.expression is not None:
                    values = self._known[option.table, key.expression]
                    for tree in self._trees[option.number]:
                        if tree.has_file:
                            self._lab.tell_values(tree.oid, position, values)

    def show(self, session: Session, chosen: int) -> None:
        wanted = chosen & self._made
        if wanted != self._shown:
            self._lab.show(self._oids(wanted | self._shown), self._oids(wanted))
            self._shown = wanted

    def _oids(self, chosen: int) -> list[int]:
        return [tree.oid for number in numbers(chosen) for tree in self._trees[number]]

    def number(self, session: Session, name: str) -> int | None:
        return self._names.get(name)

    def spellings(self, question: Question, chosen: int) -> Sequence[Question]:
        return ()


def _table(option: Option) -> str:
    relation = option.shape.relation
    return quote_qualified(relation.schema, relation.name)
