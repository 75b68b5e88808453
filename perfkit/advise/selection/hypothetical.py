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

MOST_AT_ONCE = 500
"""Options that are made in one query: each is compared with all that stand, so that many at once take their square."""

_TRY = """
with made as materialized (
    select o.number, h.indexrelid
    from unnest(%(numbers)s::int[], %(statements)s::text[]) as o (number, statement), hypopg_create_index(o.statement) as h
), sized as materialized (
    select number, indexrelid, case when %(is_sized)s then hypopg_relation_size(indexrelid) end as size from made
)
select number, size, hypopg_drop_index(indexrelid) from sized
"""


@dataclass(slots=True)
class _Shown:
    """What one session sees."""

    oids: dict[int, int] = field(default_factory=dict)
    """By the options' numbers."""
    names: dict[str, int] = field(default_factory=dict)
    """The options' numbers by the names that HypoPG gave them, also of those that are gone."""


class Hypothetical:
    """A stage of what-if indexes in the memory of sessions; any session may be shown them."""

    is_for_all = True

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
        """One query for each ``MOST_AT_ONCE`` options, and one for each of those of which HypoPG refuses any."""
        sizes: dict[int, int] = {}
        for start in range(0, len(options), MOST_AT_ONCE):
            some = options[start : start + MOST_AT_ONCE]
            told = self._try(some)
            if told is None:
                found = [self._try([option]) for option in some]
                told = {number: size for one in found if one is not None for number, size in one.items()}
            for option in some:
                if option.number in told:
                    self._made[option.number] = option
                    if option.shape.predicate:
                        self._partial[option.table] = self._partial.get(option.table, 0) | option.bit
                    sizes[option.number] = told[option.number]
        return sizes

    def _try(self, options: Sequence[Option]) -> dict[int, int] | None:
        """The sizes of options that were pretended and taken away again; None where HypoPG refuses one of them."""
        try:
            with self._session.savepoint():
                rows = self._session.rows(
                    _TRY,
                    {
                        "numbers": [option.number for option in options],
                        "statements": [option.shape.sql for option in options],
                        "is_sized": self._size_of is None,
                    },
                )
        except CaptureError:
            # What it made before the refused one is still there: a rollback does not reach it.
            self._session.rows("select hypopg_reset()")
            self._shown.pop(self._session, None)
            return None
        if self._size_of is None:
            return {int(str(row["number"])): int(str(row["size"])) for row in rows}
        return {option.number: self._size_of(option) for option in options}

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
