"""Indexes that HypoPG pretends: nothing is built, only b-tree, hash and BRIN, and expressions need statistics of their own.

HypoPG keeps them in the memory of the session (https://hypopg.readthedocs.io). Its sizes know no deduplication, and are up to four
times too large; ours are estimates of the built index, unless its own are asked for. Up to 1.4 it compares the predicate of a partial index with the
conditions on the first item of a FROM only, so a statement is also asked about with other items first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.question import Question
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.sql.parse import parse_statement
from perfkit.sql.rewrites.first_item import Spelling, with_another_first

_METHODS = ("btree", "hash", "brin")


@dataclass(slots=True)
class _Shown:
    """What one session sees."""

    oids: dict[int, int] = field(default_factory=dict)
    """By the options' numbers."""
    names: dict[str, int] = field(default_factory=dict)
    """The options' numbers by the names that HypoPG gave them, also of those that are gone."""


class Hypothetical:
    """A stage of what-if indexes in the memory of sessions; any session may be shown them."""

    def __init__(
        self,
        session: Session,
        catalog: Catalog,
        size_of: Callable[[Option], int] | None,
        *,
        with_expressions: bool = False,
    ) -> None:
        """``session`` is where they are made ready. ``size_of`` None takes HypoPG's own estimates. ``with_expressions`` where their
        statistics are known."""
        self._session = session
        self._catalog = catalog
        self._size_of = size_of
        self._with_expressions = with_expressions
        self._made: dict[int, Option] = {}
        self._shown: dict[Session, _Shown] = {}
        self._partial: dict[str, int] = {}
        """By table the partial options, as bits."""
        self._spellings: dict[str, tuple[Spelling, ...]] = {}

    def holds(self, option: Option) -> bool:
        return option.shape.method in _METHODS and (self._with_expressions or not option.has_expression)

    def make(self, options: Sequence[Option]) -> Mapping[int, int]:
        sizes = {}
        for option in options:
            try:
                oid, _ = self._create(option.shape.sql)
            except CaptureError:
                continue
            self._made[option.number] = option
            if option.shape.predicate:
                self._partial[option.table] = self._partial.get(option.table, 0) | option.bit
            sizes[option.number] = (
                self._size_of(option) if self._size_of is not None else self._told_size(oid)
            )
            self._drop([oid])
        return sizes

    def show(self, session: Session, chosen: int) -> None:
        """The planner takes the first of two indexes that are as good: those of a table stand in the order of their numbers, whatever
        was shown before."""
        shown = self._shown.setdefault(session, _Shown())
        wanted = {number for number in numbers(chosen) if number in self._made}
        first: dict[str, int] = {}
        for number in sorted(wanted - shown.oids.keys(), reverse=True):
            first[self._made[number].table] = number
        gone = [
            number
            for number in sorted(shown.oids)
            if number not in wanted or number > first.get(self._made[number].table, number)
        ]
        if not gone and not first:
            return
        oids = [shown.oids.pop(number) for number in gone]
        new = sorted(wanted - shown.oids.keys())
        rows = session.rows(
            "select null::bigint as oid, null as name, 0 as place"
            " from unnest(%s::oid[]) as gone(oid), hypopg_drop_index(gone.oid)"
            " union all (select indexrelid::bigint, indexname::text, place"
            " from unnest(%s::text[]) with ordinality as s(sql, place), hypopg_create_index(s.sql) order by place)",
            [oids, [self._made[number].shape.sql for number in new]],
        )
        for number, row in zip(new, rows[len(gone) :], strict=True):
            shown.oids[number] = int(str(row["oid"]))
            shown.names[str(row["name"])] = number

    def number(self, session: Session, name: str) -> int | None:
        return self._shown[session].names.get(name)

    def spellings(self, question: Question, chosen: int) -> Sequence[Question]:
        tables = {table for table, options in self._partial.items() if options & chosen}
        if not tables:
            return ()
        statement = question.statement
        if statement.text not in self._spellings:
            read = parse_statement(statement.text)
            self._spellings[statement.text] = tuple(with_another_first(read, self._catalog))
        return [
            replace(question, statement=replace(statement, text=spelling.sql))
            for spelling in self._spellings[statement.text]
            if spelling.table in tables
        ]

    def _create(self, sql: str) -> tuple[int, str]:
        row = self._session.rows(
            "select indexrelid::bigint as oid, indexname as name from hypopg_create_index(%s)", [sql]
        )[0]
        return int(str(row["oid"])), str(row["name"])

    def _drop(self, oids: Sequence[int]) -> None:
        self._session.rows("select hypopg_drop_index(oid) from unnest(%s::oid[]) as oid", [list(oids)])

    def _told_size(self, oid: int) -> int:
        return int(str(self._session.rows("select hypopg_relation_size(%s::oid) as size", [oid])[0]["size"]))
