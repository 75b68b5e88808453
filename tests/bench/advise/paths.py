"""The same search by every path there is: HypoPG, indexes really built, a copy of schema and statistics. What each chose is then built and
planned once more, so that the costs can be compared."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from math import inf

from perfkit.advise.selection.ask import Asked, asked
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.expressions import known_expressions
from perfkit.advise.selection.hypothetical import Hypothetical
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.planned import Planner, Stage
from perfkit.advise.selection.pool import pooled
from perfkit.advise.selection.problem import Limits
from perfkit.advise.selection.select import ground, select
from perfkit.advise.selection.shares import with_shares
from perfkit.advise.selection.sketched import Sketched
from perfkit.advise.selection.workplace import affordable, lockable
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.statistics_lab import statistics_lab
from perfkit.progress import Silent
from perfkit.query_file import read_queries
from tests.bench.advise.place import cpu, target_of, workload_of
from tests.bench.advise.what_if import MEGABYTE, modelled
from tests.bench.process import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    name: str
    chosen: tuple[Option, ...]
    total: float
    calls: int
    cpu: float
    seconds: float
    ready: float
    """Seconds until the first question could be asked."""


def run_paths(dataset: str, scale: float, budget: int, seconds: float) -> None:
    target = target_of(dataset, scale)
    workload = read_queries(dataset) if dataset == "tracker" else workload_of(dataset)
    with Session.open(target) as session:
        found = asked(Sessions(session), workload, (), Silent())
        with session.transaction():
            every = with_shares(session, pooled(found.needs, found.costs), found.catalog)
            options = affordable(every, found.catalog, inf, lockable(session, found.catalog))
        say(
            f"{len(found.questions)} statements, {len(options)} of {len(every)} options: one transaction locks no more"
        )
        most = Limits(most_bytes=budget * MEGABYTE)
        paths = []
        if "hypopg" in found.catalog.extensions:
            stage = Hypothetical(session, found.catalog, modelled(found))
            paths.append(
                _searched("hypopg", session, stage, found, options, most, seconds, session.transaction())
            )
        began = time.monotonic()
        tables = [one.qualified_name for one in found.catalog.relations]
        with statistics_lab(target, tables) as lab:
            with session.transaction():
                known = known_expressions(session, options, found.catalog)
            sketched = Sketched(lab, found.catalog, known)
            path = _searched(
                "statistics", lab.session, sketched, found, options, most, seconds, nullcontext()
            )
            paths.append(replace(path, ready=path.ready + time.monotonic() - began - path.seconds))
        transaction = session.transaction(writes=True)
        with transaction:
            path = _searched("built", session, Built(session), found, options, most, seconds, nullcontext())
        paths.append(path)
        _compare(session, found, paths)


def _searched(
    name: str,
    session: Session,
    stage: Stage,
    found: Asked,
    options: Sequence[Option],
    limits: Limits,
    seconds: float,
    around: AbstractContextManager[None],
) -> Path:
    before, began = cpu(session), time.monotonic()
    planner = Planner(Sessions(session), found.questions, [stage])
    with around:
        planner.make([option for option in options if stage.holds(option)])
        ready = time.monotonic() - began
        base = ground(planner, found.questions, found.needs, options, seconds=seconds)
        selected = select(base, limits, seconds=seconds)
    after = cpu(session)
    say(f"{name}: {time.monotonic() - began:.0f} s")
    return Path(
        name=name,
        chosen=tuple(base.options[number] for number in numbers(selected.chosen)),
        total=selected.total,
        calls=planner.calls,
        cpu=after.total - before.total,
        seconds=time.monotonic() - began,
        ready=ready,
    )


def _compare(session: Session, found: Asked, paths: Sequence[Path]) -> None:
    shapes = {option.shape.sql: option for path in paths for option in path.chosen}
    numbered = {sql: replace(option, number=number) for number, (sql, option) in enumerate(shapes.items())}
    with session.transaction(writes=True):
        stage = Built(session)
        planner = Planner(Sessions(session), found.questions, [stage])
        planner.make(list(numbered.values()))

        def total(chosen: int) -> float:
            return sum(
                question.weight * planner.plan(place, chosen).cost
                for place, question in enumerate(found.questions)
            )

        say(f"{len(found.questions)} statements, cost without options {total(0):,.0f}")
        say(
            "path | indexes, MB built | cost by its own plans | cost once built | calls | CPU s | s to begin, s in all"
        )
        for path in paths:
            mine = [numbered[option.shape.sql] for option in path.chosen]
            bits = sum(option.bit for option in mine)
            size = sum(planner.sizes[option.number] for option in mine)
            say(
                f"{path.name} | {len(mine)}, {size / MEGABYTE:.1f} | {path.total:,.0f} | {total(bits):,.0f} | {path.calls}"
                f" | {path.cpu:.1f} | {path.ready:.1f}, {path.seconds:.1f}"
            )
        for sql in sorted(shapes):
            say(
                f"  {', '.join(path.name for path in paths if sql in {one.shape.sql for one in path.chosen})}: {sql}"
            )
