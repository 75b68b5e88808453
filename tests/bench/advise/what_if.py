"""What-if costs of perfkit's sets against Extend's, in the same run, through the same HypoPG, within the same megabytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from perfkit.advise.selection.ask import Asked
from perfkit.advise.selection.hypothetical import Hypothetical
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.advise.selection.pool import pooled
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.select import Ground, Selected, ground, select
from perfkit.advise.selection.sizes import estimated_bytes
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from tests.bench.advise.extend import Extend, ExtendResult
from tests.bench.advise.place import Cpu, cpu

MEGABYTE = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of ours from nothing: options, peeling, steps and what else was asked for."""

    selected: Selected
    base: Ground
    calls: int
    cpu: Cpu

    @property
    def size_bytes(self) -> float:
        return sum(size for number, size in self.base.sizes.items() if self.selected.chosen >> number & 1)


def search(
    session: Session,
    found: Asked,
    most_bytes: float | None,
    *,
    seconds: float,
    is_exact: bool,
    size_of: Callable[[Option], int] | None = None,
) -> Search:
    session.rows("select hypopg_reset()")
    before = cpu(session)
    planner = Planner(Sessions(session), found.questions, [Hypothetical(session, found.catalog, size_of)])
    options = pooled(found.needs)
    with session.transaction():
        planner.make(options)
        base = ground(planner, found.questions, found.needs, options)
        selected = select(base, Limits(most_bytes=most_bytes), seconds=seconds, is_exact=is_exact)
    after = cpu(session)
    session.rows("select hypopg_reset()")
    return Search(
        selected=selected,
        base=base,
        calls=planner.calls,
        cpu=Cpu(client=after.client - before.client, server=after.server - before.server),
    )


def extend(session: Session, found: Asked, most_bytes: float) -> tuple[ExtendResult, Cpu]:
    session.rows("select hypopg_reset()")
    before = cpu(session)
    planner = Planner(Sessions(session), found.questions, [Hypothetical(session, found.catalog, None)])
    with session.transaction():
        result = Extend(planner, found.questions, found.catalog).run(most_bytes)
    after = cpu(session)
    session.rows("select hypopg_reset()")
    return result, Cpu(client=after.client - before.client, server=after.server - before.server)


def modelled(found: Asked) -> Callable[[Option], int]:
    """Sizes as ours are estimated, near those of built indexes."""
    return lambda option: estimated_bytes(option.shape, found.catalog, option.kept)
