"""Indexes really built on a clone, and hidden from the planner by marking them invalid: every kind, with true sizes and the
statistics of their expressions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.question import Question
from perfkit.db.session import Session
from perfkit.errors import CapabilityMissing, CaptureError, CaptureTimeout
from perfkit.identifier import quote_qualified
from perfkit.progress import Advance

BUILD_SECONDS = 600.0
SHORTEST_BUILD_SECONDS = 1.0
"""What a build may take however little time there is: most small ones end within it."""

_TREE = """
select o.number, i.indexrelid::bigint as oid, c.relname::text as name, pg_relation_size(i.indexrelid)::bigint as size
from unnest(%(numbers)s::int[], %(names)s::text[]) as o (number, name)
cross join lateral (select relid from pg_partition_tree(o.name::regclass) union select o.name::regclass) as t (relid)
join pg_index as i on i.indexrelid = t.relid
join pg_class as c on c.oid = i.indexrelid
"""
_SET = "update pg_index set indisvalid = %(is_valid)s where indexrelid = any (%(oids)s::oid[]) returning 1"
_ALL_HIDDEN = "perfkit_all_hidden"


class Built:
    """A stage of real indexes, made and shown inside the writing transaction that the caller opened and rolls back. The role must
    be a superuser, as on a server of one's own."""

    is_for_all = False

    def __init__(
        self, session: Session, advance: Advance = lambda: None, deadline: Deadline | None = None
    ) -> None:
        """Nothing more is built once the time is up; ``late`` are the options that this befell."""
        self._session = session
        self._advance = advance
        self._deadline = deadline or Deadline()
        self.late = 0
        self._oids: dict[int, list[int]] = {}
        self._names: dict[str, int] = {}
        self._options: dict[int, Option] = {}
        self._shown = self._made = 0
        self._is_ready = False
        if not session.rows("select rolsuper from pg_roles where rolname = current_user")[0]["rolsuper"]:
            raise CapabilityMissing(
                "sets of indexes cannot be compared by building them",
                needs="a superuser on the scratch server, who may hide an index from the planner",
                how_to_enable="connect as one, or install HypoPG",
            )

    def holds(self, option: Option) -> bool:
        return True

    def make(self, options: Sequence[Option]) -> Mapping[int, int]:
        made = []
        session = self._session
        if self._is_ready:
            self._show(0)
            session.execute(f"release savepoint {_ALL_HIDDEN}")
        analyzed = set()
        for option in options:
            if self._deadline.is_over:
                self.late |= option.bit
            elif self._make(option):
                made.append(option)
                if option.has_expression:
                    relation = option.shape.relation
                    analyzed.add(quote_qualified(relation.schema, relation.name))
            self._advance()
        sizes = self._note(made)
        session.execute(f"set local statement_timeout = '{round(BUILD_SECONDS)}s'")
        for table in sorted(analyzed):
            session.execute(f"analyze {table}")
        limit = session.target.limits.statement_timeout
        session.execute(f"set local statement_timeout = '{round((limit or 0) * 1000)}ms'")
        # a new index is seen until it is hidden
        self._set(sum(option.bit for option in made), is_valid=False)
        session.execute(f"savepoint {_ALL_HIDDEN}")
        self._is_ready = True
        return sizes

    def _make(self, option: Option) -> bool:
        """False where the server refuses, as for a value too long for a b-tree, or the time does not suffice."""
        session = self._session
        longest = min(BUILD_SECONDS, max(self._deadline.left, SHORTEST_BUILD_SECONDS))
        session.execute(f"set local statement_timeout = '{round(longest * 1000)}ms'")
        session.execute("savepoint option")
        try:
            if option.extension is not None:
                session.execute(f"create extension if not exists {option.extension}")
            session.execute(option.made.sql)
        except CaptureError as error:
            session.execute("rollback to savepoint option")
            if isinstance(error, CaptureTimeout):
                self.late |= option.bit
            return False
        session.execute("release savepoint option")
        return True

    def _note(self, made: Sequence[Option]) -> dict[int, int]:
        """Bytes of each with its partitions' own."""
        names = [option.made.qualified_name for option in made]
        rows = self._session.rows(_TREE, {"numbers": [option.number for option in made], "names": names})
        sizes = dict.fromkeys((option.number for option in made), 0)
        for row in rows:
            number = int(str(row["number"]))
            self._oids.setdefault(number, []).append(int(str(row["oid"])))
            self._names[str(row["name"])] = number
            sizes[number] += int(str(row["size"]))
        for option in made:
            self._made |= option.bit
            self.late &= ~option.bit
            self._options[option.number] = option
        return sizes

    def show(self, session: Session, chosen: int) -> None:
        """No session sees them but the one that built them."""
        self._show(chosen)

    def _show(self, chosen: int) -> None:
        """Undone by going back to a savepoint: what a transaction changes again and again it drags along as dead rows."""
        wanted = chosen & self._made
        if wanted == self._shown:
            return
        self._session.execute(f"rollback to savepoint {_ALL_HIDDEN}")
        self._set(wanted, is_valid=True)
        self._shown = wanted

    def _set(self, chosen: int, *, is_valid: bool) -> None:
        oids = [oid for number in numbers(chosen) for oid in self._oids[number]]
        if oids:
            self._session.rows(_SET, {"is_valid": is_valid, "oids": oids})

    def has(self, number: int) -> bool:
        """Whether the option stands, shown or hidden."""
        return number in self._oids

    def on(self, tables: Collection[str]) -> int:
        """The options that stand on these tables, as ``schema.table``: each write enters its rows into them, hidden or not."""
        return sum(option.bit for option in self._options.values() if option.table in tables)

    def drops(self, chosen: int) -> tuple[str, ...]:
        """Statements that take options away, to be undone by the caller."""
        return tuple(f"drop index {self._options[number].made.qualified_name}" for number in numbers(chosen))

    def number(self, session: Session, name: str) -> int | None:
        return self._names.get(name)

    def spellings(self, question: Question, chosen: int) -> Sequence[Question]:
        return ()
