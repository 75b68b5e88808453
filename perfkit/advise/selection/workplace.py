"""Where a selection asks its what-if questions: a clone with really built indexes, HypoPG, both, or a statistics lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from perfkit.advise import whatif
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.copied import Copy
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.hypothetical import Hypothetical
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Stage
from perfkit.advise.selection.sizes import estimated_bytes
from perfkit.advise.selection.sketched import Sketched
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.progress import Advance

LEAST_BUILD_BYTES = 200 * 1024
"""Building the smallest index takes about a hundredth of a second: as long as so many bytes of a larger one."""

LOCK_SHARE = 0.8
"""Of the server's room for locks; others need some too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """``built`` is None where nothing may be changed: then nothing can be proven by execution either."""

    stages: tuple[Stage, ...]
    built: Built | None
    backend: str
    """``built``, ``hypopg``, ``hypopg and built``, or ``statistics``."""
    sketched: Sketched | None = None

    @property
    def late(self) -> int:
        """The options that there was no time to make, as bits."""
        making = self.built or self.sketched
        return making.late if making is not None else 0


def workplace(
    session: Session,
    catalog: Catalog,
    options: Sequence[Option],
    most_built: float,
    *,
    may_change: bool,
    copy: Copy | None = None,
    advance: Advance = lambda: None,
    deadline: Deadline | None = None,
) -> Workplace:
    """The stages for these options. Where nothing may be changed there is HypoPG, or else a copy; where more bytes would be to build than
    ``most_built``, HypoPG helps out."""

    def size_of(option: Option) -> int:
        return estimated_bytes(option.shape, catalog, option.kept)

    if copy is not None:
        sketched = Sketched(copy.lab, catalog, copy.known, advance, deadline)
        return Workplace(stages=(sketched,), built=None, backend="statistics", sketched=sketched)
    if not may_change:
        return Workplace(stages=(Hypothetical(session, catalog, size_of),), built=None, backend="hypopg")
    has_hypopg = whatif.is_available(catalog)
    built = Built(session, advance, deadline)
    total = sum(size_of(option) for option in options)
    if has_hypopg and total > most_built:
        return Workplace(
            stages=(Hypothetical(session, catalog, size_of), built), built=built, backend="hypopg and built"
        )
    return Workplace(stages=(built,), built=built, backend="built")


def lockable(session: Session, catalog: Catalog) -> int:
    """How many indexes one transaction may build: it holds a lock on each until its end, and the server has room for so many."""
    row = session.rows(
        "select current_setting('max_locks_per_transaction')::int * (current_setting('max_connections')::int"
        " + current_setting('max_prepared_transactions')::int) as slots"
    )[0]
    taken = sum(1 + len(relation.indexes) for relation in catalog.relations)
    return max(0, round(int(str(row["slots"])) * LOCK_SHARE) - taken)


def by_urgency(options: Sequence[Option], catalog: Catalog) -> list[Option]:
    """By rank, then what is asked for the most for its size, then the smaller first."""
    sizes = {option.number: estimated_bytes(option.shape, catalog, option.kept) for option in options}
    return sorted(
        options, key=lambda one: (one.rank, -one.demand / sizes[one.number], sizes[one.number], one.number)
    )


def affordable(
    options: Sequence[Option], catalog: Catalog, most_bytes: float, most: float = inf
) -> list[Option]:
    """The options to build of those that go beyond what may be built at all, the most urgent ones. Each counts ``LEAST_BUILD_BYTES`` more than it has. They are numbered anew: sets are as wide as
    the highest number, and thousands of them are kept."""
    sizes = {option.number: estimated_bytes(option.shape, catalog, option.kept) for option in options}
    taken: set[int] = set()
    total = 0.0
    for option in by_urgency(options, catalog):
        size = sizes[option.number] + LEAST_BUILD_BYTES
        if total + size <= most_bytes and len(taken) < most:
            total += size
            taken.add(option.number)
    kept = [option for option in options if option.number in taken]
    return [replace(option, number=number) for number, option in enumerate(kept)]
