"""From a workload to questions for the planner: each statement read, planned once, and its tables' needs found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile

from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.planned import whole_plan
from perfkit.advise.selection.pool import Need, needs_of
from perfkit.advise.selection.question import Question
from perfkit.advise.selection.referencing import look_ups, missing_tables
from perfkit.advise.selection.writes import WriteLoad, write_loads
from perfkit.capture.capture import bind_values, relation_names
from perfkit.capture.functions import called_functions, named_functions
from perfkit.catalog import Catalog
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.errors import PerfkitError, UsageError
from perfkit.plan.model import Plan
from perfkit.progress import Progress
from perfkit.sql import parse_statement, table_names
from perfkit.workload.queries import Sample, Workload, WorkloadQuery

MOST_SAID = 10

ALWAYS_PLANNED = 20
"""Statements that are planned however long it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The questions with what is known of each, in one order."""

    questions: tuple[Question, ...]
    plans: tuple[Plan, ...]
    needs: tuple[tuple[Need, ...], ...]
    catalog: Catalog
    costs: tuple[float, ...]
    """Of each in all its calls, in the planner's units."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One statement of the workload: its samples with their plans, up to the one that cannot be planned."""

    questions: tuple[Question, ...]
    plans: tuple[Plan, ...]
    error: PerfkitError | None


def asked(
    sessions: Sessions,
    workload: Workload,
    excluded: Collection[str],
    progress: Progress,
    deadline: Deadline | None = None,
) -> Asked:
    """Plan every sample of every statement, and what foreign keys have looked up behind them: one EXPLAIN each. What cannot be planned,
    and what the time does not reach beyond the first ``ALWAYS_PLANNED``, is left out and told of; UsageError where nothing is left."""
    notes = [f"left out: {one}" for one in workload.skipped]
    questions: list[Question] = []
    plans: list[Plan] = []
    reads = _reads(sessions, workload.queries, progress, deadline)
    for query, one in zip(workload.queries, reads, strict=False):
        questions += one.questions
        plans += one.plans
        if one.error is not None:
            notes.append(f"left out: {query.name}: {one.error}")
    if not questions:
        why = notes[0] if notes else "it holds none"
        raise UsageError(f"no statement of the workload can be planned here: {why}")
    session = sessions.first
    with session.transaction():
        catalog, loads = _catalog(session, questions, plans)
        behind = tuple(look_ups(session, loads, questions, catalog))
    plans += sessions.each(partial(_plan, sessions), behind)
    questions += behind
    needs = []
    for place, (question, plan) in enumerate(zip(questions, plans, strict=True)):
        found = needs_of(question, catalog, plan)
        needs.append(tuple(need for need in found if not _is_excluded(need, excluded)))
        questions[place] = _without_tree(question)
    if len(notes) > MOST_SAID:
        notes = [*notes[:MOST_SAID], f"{len(notes) - MOST_SAID} more were left out"]
    if late := len(workload.queries) - len(reads):
        notes.append(f"left out: the last {late} of {len(workload.queries)} statements: the time was up")
    return Asked(
        questions=tuple(questions),
        plans=tuple(plans),
        needs=tuple(needs),
        catalog=catalog,
        costs=tuple(
            question.weight * (plan.root.estimate.total_cost if plan.root.estimate is not None else 0.0)
            for question, plan in zip(questions, plans, strict=True)
        ),
        notes=tuple(notes),
    )


def _reads(
    sessions: Sessions, queries: Sequence[WorkloadQuery], progress: Progress, deadline: Deadline | None
) -> list[_Read]:
    """As many as the time allows."""

    def read(turn: int) -> _Read | None:
        if turn >= ALWAYS_PLANNED and deadline is not None and deadline.is_over:
            return None
        return _read(sessions, queries[turn])

    with progress.stage("plan the workload", total=len(queries)) as advance:
        found = sessions.each(read, range(len(queries)), advance)
    return [one for one in takewhile(lambda one: one is not None, found) if one is not None]


def _read(sessions: Sessions, query: WorkloadQuery) -> _Read:
    questions: list[Question] = []
    plans: list[Plan] = []
    failed: PerfkitError | None = None
    try:
        for question in _questions(query):
            plans.append(_plan(sessions, question))
            questions.append(question)
    except PerfkitError as error:
        failed = error
    return _Read(questions=tuple(questions), plans=tuple(plans), error=failed)


def _plan(sessions: Sessions, question: Question) -> Plan:
    """Planned without any option."""

    def planned(session: Session) -> Plan:
        with session.transaction():
            return whole_plan(session, question)

    return sessions.ask(planned)


def _catalog(
    session: Session, questions: Sequence[Question], plans: Sequence[Plan]
) -> tuple[Catalog, tuple[WriteLoad, ...]]:
    """Of all that the statements name, read and have looked up, with what they write."""
    names = {name for question in questions for name in table_names(question.statement)}
    names |= {name for plan in plans for name in relation_names(plan)}
    functions = {name for plan in plans for name in called_functions(plan)}
    functions |= {name for question in questions for name in named_functions(question.statement.text)}
    catalog = read_catalog(session, names, functions=functions)
    loads = write_loads(questions, plans, catalog)
    while missing := missing_tables(loads, catalog) - names:
        names |= missing
        catalog = read_catalog(session, names, functions=functions)
    return catalog, loads


_NAMED = """
select w.name from unnest(%s::text[]) as w (name)
where not exists (
    select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where w.name in (c.relname, n.nspname || '.' || c.relname) and c.relkind = any (%s::"char"[])
)
"""


def check_names(session: Session, tables: Collection[str], indexes: Collection[str]) -> None:
    """UsageError where the database has no table or index of a name. One query each where there are names."""
    for kind, names, relkinds in (("table", tables, list("rpvmf")), ("index", indexes, list("iI"))):
        with session.transaction():
            unknown = session.rows(_NAMED, [list(names), relkinds]) if names else []
        if unknown:
            raise UsageError(
                f"this database has no {kind} {unknown[0]['name']}; check its name, and its schema"
            )


def _questions(query: WorkloadQuery) -> Iterator[Question]:
    for sample in query.samples:
        statement = parse_statement(sample.text)
        is_generic = statement.parameter_count > len(sample.parameters)
        yield Question(
            name=query.name,
            fingerprint=query.fingerprint,
            statement=statement,
            parameters=() if is_generic else bind_values(statement, sample.parameters),
            weight=query.calls / len(query.samples),
            is_generic=is_generic,
            told_ms=_told_ms(query, sample),
        )


def _without_tree(question: Question) -> Question:
    """Trees of thousands of statements are large; those of writes are asked what they change later."""
    if question.statement.kind != "select":
        return question
    return replace(question, statement=replace(question.statement, tree=None))


def _told_ms(query: WorkloadQuery, sample: Sample) -> float | None:
    if sample.ms is not None:
        return sample.ms
    return query.total_ms / query.calls if query.total_ms is not None and query.calls else None


def _is_excluded(need: Need, excluded: Collection[str]) -> bool:
    return need.relation.name in excluded or need.relation.qualified_name in excluded
