"""Where candidates may be tried: clones of the database, the scratch database itself, or no more than a reading session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from perfkit.advise.values import BUDGET_BYTES
from perfkit.db.clone import clone
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.errors import CapabilityMissing
from perfkit.progress import Progress
from perfkit.units import format_bytes

Prepare = Callable[[Session], None]
"""What a session has to do before the statement runs as it did when it was captured."""


class Places:
    """The sessions trials run on; use it in a ``with`` block, which drops every clone on leaving."""

    def __init__(
        self,
        target: Target,
        database: str,
        progress: Progress,
        *,
        prepare: Prepare | None = None,
        budget_bytes: int = BUDGET_BYTES,
    ) -> None:
        self._target = target
        self._database = database
        self._progress = progress
        self._prepare = prepare
        self._budget_bytes = budget_bytes
        self._stack = ExitStack()
        self._session: Session | None = None
        self.notes: list[str] = []
        self.has_clone = False

    def __enter__(self) -> Places:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def may_change(self) -> bool:
        return self._target.is_scratch

    @property
    def session(self) -> Session:
        """On the database as it is: a clone where one can be made."""
        if self._session is None:
            place = self._baseline() if self.may_change else self._target
            self._session = self._opened(place)
        return self._session

    def _baseline(self) -> Target:
        try:
            place = self._stack.enter_context(self._clone())
        except CapabilityMissing as error:
            self.notes.append(
                f"tried in rolled-back transactions on the database itself, not on a clone: {error}"
            )
            return self._target
        self.has_clone = True
        return place

    @contextmanager
    def _clone(self) -> Iterator[Target]:
        self._refuse_beyond_budget()
        with ExitStack() as stack:
            with self._progress.stage(f"clone database {self._database}"):
                place = stack.enter_context(clone(self._target, self._database))
            yield place

    def _refuse_beyond_budget(self) -> None:
        with Session.open(self._target, purpose="clone") as session:
            row = session.rows("select pg_database_size(current_database())::bigint as size")[0]
        size = int(str(row["size"]))
        if size > self._budget_bytes:
            raise CapabilityMissing(
                f"no clone of database {self._database} was made",
                needs=f"{format_bytes(size)} of disk, more than the budget of {format_bytes(self._budget_bytes)}",
                how_to_enable="raise --budget-mb",
            )

    @contextmanager
    def changed(self) -> Iterator[Session]:
        """A session on a clone of its own, to be changed for good; dropped on leaving. CapabilityMissing where none
        can be made."""
        with self._clone() as place:
            session = self._opened(place, keep=False)
            try:
                yield session
            finally:
                session.close()

    def _opened(self, place: Target, *, keep: bool = True) -> Session:
        session = Session.open(place, purpose="trial")
        if keep:
            self._stack.callback(session.close)
        if self._prepare is not None:
            self._prepare(session)
        return session
