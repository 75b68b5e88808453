"""The same queries run: no index, Extend's set, and the set that perfkit accepts within as many built megabytes."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection.ask import Asked
from perfkit.advise.selection.built import Built
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import whole_plan
from perfkit.advise.selection.question import Question
from perfkit.db.session import Session
from perfkit.errors import CaptureTimeout
from perfkit.index_advice import Wishes, advise
from perfkit.progress import Lines
from tests.bench.advise.extend import Columns
from tests.bench.advise.place import cpu, questions_of, target_of, workload_of
from tests.bench.advise.what_if import MEGABYTE, extend
from tests.bench.process import say

LEFT_OUT = ("q17", "q20")
"""They do not end without indexes."""
ROUNDS = 3


def run_executed(scale: float, budget: int, seconds: float) -> None:
    target = target_of("tpch", scale)
    with Session.open(target) as session:
        found = questions_of(session, "tpch")
        theirs, _ = extend(session, found, budget * MEGABYTE)
        options = [_option(found, index, number) for number, index in enumerate(theirs.indexes)]
        with session.transaction(writes=True):
            built = Built(session)
            their_bytes = sum(built.make(options).values())
    say(f"Extend w3 at {budget} HypoPG MB: {len(options)} indexes, {their_bytes / MEGABYTE:.0f} MB built")
    ours = advise(
        target,
        workload_of("tpch"),
        Wishes(most_bytes=their_bytes),
        seconds=seconds,
        progress=Lines(),
    )
    say(ours.verdict)
    for one in ours.advice:
        say(f"  {one.sql}  {(one.price.size_bytes or 0) / MEGABYTE:.0f} MB, {one.proof.level}")
    for note in ours.notes:
        say(f"  note: {note}")
    say("  " + ", ".join(f"{stage.name} {stage.seconds:.0f} s" for stage in ours.stages))
    for one in ours.rejected:
        say(f"  refused {one.sql}: {one.reason}")
    accepted = [one for one in ours.advice if one.proof.level == "executed"]
    scripts = [sql for one in accepted for sql in ([step.sql for step in one.steps] or [one.sql])]
    made = [sql for sql in scripts if sql.startswith(("CREATE", "ANALYZE"))]
    with Session.open(target) as session, session.transaction(writes=True):
        sets = {
            "none": (),
            "Extend": _made(session, [o.shape.sql for o in options], "theirs"),
            "perfkit": _made(session, made, "ours"),
        }
        say(
            f"built: perfkit {_size(session, sets['perfkit']) / MEGABYTE:.0f} MB, Extend {_size(session, sets['Extend']) / MEGABYTE:.0f} MB"
        )
        _compare(session, found, sets)


def _option(found: Asked, index: Columns, number: int) -> Option:
    table, columns = index
    relation = next(one for one in found.catalog.relations if one.qualified_name == table)
    return Option(
        number=number,
        shape=Shape(relation=relation, equal=(), then=tuple(Key(column=name) for name in columns)),
    )


def _made(session: Session, statements: Sequence[str], prefix: str) -> tuple[int, ...]:
    """Build under names of their own; the oids of the indexes among them."""
    oids = []
    session.execute("set local statement_timeout = 0")
    for number, sql in enumerate(statements):
        if not sql.startswith("CREATE INDEX"):
            session.execute(sql)
            continue
        name = f"{prefix}_{number}"
        on = sql.index(" ON ")
        session.execute(f"CREATE INDEX {name}{sql[on:]}")
        oids.append(int(str(session.rows("select %s::regclass::oid::bigint as oid", [name])[0]["oid"])))
    return tuple(oids)


def _size(session: Session, oids: Sequence[int]) -> int:
    return int(
        str(
            session.rows(
                "select coalesce(sum(pg_relation_size(oid)), 0)::bigint as size from unnest(%s::oid[]) as oid",
                [list(oids)],
            )[0]["size"]
        )
    )


def _show(session: Session, sets: dict[str, Sequence[int]], name: str) -> None:
    every = [oid for oids in sets.values() for oid in oids]
    session.rows(
        "update pg_index set indisvalid = indexrelid = any (%s::oid[]) where indexrelid = any (%s::oid[]) returning 1",
        [list(sets[name]), every],
    )


def _uses(session: Session, sets: dict[str, Sequence[int]], name: str, question: Question) -> bool:
    """Whether the plan with the set has one of its indexes."""
    _show(session, sets, name)
    rows = session.rows(
        "select relname::text as name from pg_class where oid = any (%s::oid[])", [list(sets[name])]
    )
    names = {row["name"] for row in rows}
    return any(node.index in names for node in whole_plan(session, question).walk())


def _compare(session: Session, found: Asked, sets: dict[str, Sequence[int]]) -> None:
    totals: dict[str, float] = dict.fromkeys(sets, 0.0)
    slower: dict[str, list[str]] = {name: [] for name in sets}
    say(
        "query | "
        + " | ".join(f"{name} s CPU" for name in sets)
        + "   (= where the plan uses none of its indexes)"
    )
    for question in found.questions:
        if question.name in LEFT_OUT:
            continue
        samples: dict[str, list[float]] = {name: [] for name in sets}
        for turn in range(ROUNDS + 1):
            for name in sets:
                _show(session, sets, name)
                before = cpu(session).server
                try:
                    with session.savepoint():
                        session.run_users("", question.statement.text, question.parameters)
                except CaptureTimeout:
                    pass
                if turn:
                    samples[name].append(cpu(session).server - before)
        medians = {name: median(values) for name, values in samples.items()}
        same = {name for name in sets if not _uses(session, sets, name, question)}
        for name, value in medians.items():
            totals[name] += value
            if value > medians["none"] * 1.05 + 0.02:
                slower[name].append(question.name + (" (same plan)" if name in same else ""))
        told = [
            f"{value:.2f}{'=' if name in same and name != 'none' else ''}" for name, value in medians.items()
        ]
        say(f"{question.name} | " + " | ".join(told))
    say("total | " + " | ".join(f"{value:.1f}" for value in totals.values()))
    for name, queries in slower.items():
        if queries:
            say(f"{name}: slower than without by over 5 % (and 0.02 s): {', '.join(queries)}")
