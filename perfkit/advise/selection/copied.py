"""Where nothing may be changed and HypoPG is not installed: a workload asked about in a statistics lab, and how far that plans alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from perfkit.advise.selection.ask import MOST_SAID, Asked
from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.expressions import Known, known_expressions
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Planner
from perfkit.catalog import Catalog
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.statistics_lab import StatisticsLab, statistics_lab
from perfkit.errors import CapabilityMissing, CaptureError, ServerError, UsageError
from perfkit.identifier import quote_qualified
from perfkit.progress import Progress
from perfkit.units import format_count

ALIKE = 0.1
"""Of its cost: what a statement's plan may differ by without a word."""

DESCENTS = 1.0
"""Cost units that no one is told of: an empty tree has no levels to descend."""

SAMPLED = 0.35
"""The share of the time after which no more expressions are looked at in a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A lab, and what is known of the values of expressions."""

    lab: StatisticsLab
    known: Known = field(default_factory=dict)


@contextmanager
def copied(
    session: Session, options: Sequence[Option], catalog: Catalog, progress: Progress, deadline: Deadline
) -> Iterator[Copy]:
    """A copy of the session's database for as long as the block lasts. CapabilityMissing, naming the other ways, where there can be none."""
    tables = {quote_qualified(one.schema, one.name) for one in catalog.relations}
    with ExitStack() as stack:
        with progress.stage("copy schema and statistics"):
            try:
                lab = stack.enter_context(statistics_lab(session.target, tables))
            except (CaptureError, ServerError) as error:
                raise CapabilityMissing(
                    f"indexes cannot be compared on this database, as its schema and statistics cannot be copied ({error})",
                    needs="a scratch copy of it, on which they may be built, or the extension HypoPG",
                    how_to_enable="--scratch on a copy, or CREATE EXTENSION hypopg",
                ) from error
            with session.transaction(), deadline.until(SAMPLED):
                known = known_expressions(session, options, catalog, deadline)
        yield Copy(lab=lab, known=known)


def planned_alike(lab: StatisticsLab, found: Asked) -> Asked:
    """What the lab can plan too, with notes on what it plans otherwise. One EXPLAIN for each statement; UsageError where none can be planned."""
    kept: list[int] = []
    notes: list[str] = []
    others: list[str] = []
    for place, question in enumerate(found.questions):
        try:
            there = Planner(Sessions(lab.session), (question,), ()).plan(0, 0).cost
        except CaptureError as error:
            notes.append(f"left out: {question.name}: the copy cannot plan it: {error}")
            continue
        kept.append(place)
        estimate = found.plans[place].root.estimate
        here = estimate.total_cost if estimate is not None else there
        if abs(there - here) > max(ALIKE * here, DESCENTS):
            others.append(f"{question.name} ({format_count(here)} here, {format_count(there)} there)")
    if notes and lab.refused:
        notes.append(f"what could not be made in the copy: {'; '.join(lab.refused[:MOST_SAID])}")
    if not kept:
        raise UsageError(f"no statement of the workload can be planned without rows: {'; '.join(notes)}")
    if others:
        named = ", ".join(others[:MOST_SAID]) + (", …" if len(others) > MOST_SAID else "")
        notes.append(
            f"{len(others)} of {len(kept)} statements cost over a tenth more or less in the copy than here: {named}"
        )
    return replace(
        found,
        questions=tuple(found.questions[place] for place in kept),
        plans=tuple(found.plans[place] for place in kept),
        needs=tuple(found.needs[place] for place in kept),
        costs=tuple(found.costs[place] for place in kept),
        notes=(*found.notes, *_differences(lab, found.catalog), *notes),
    )


def told_expressions(options: Sequence[Option], known: Known) -> tuple[str, ...]:
    """A note of the options that are left out."""
    count = sum(
        any(
            key.expression is not None and (option.table, key.expression) not in known
            for key in option.shape.keys
        )
        for option in options
    )
    if not count:
        return ()
    return (
        f"{count} of {len(options)} options were not considered, as nothing is known of the values of their expressions",
    )


def _differences(lab: StatisticsLab, catalog: Catalog) -> Iterator[str]:
    yield from lab.notes
    if lab.is_other_major:
        yield (
            f"planned by PostgreSQL {lab.server_version}, and this server is {lab.source_version}: its own plans may be others"
        )
    extended = [one.name for relation in catalog.relations for one in relation.extended_statistics]
    if extended:
        yield f"extended statistics ({', '.join(extended[:MOST_SAID])}) are empty in the copy"
    secured = [relation.qualified_name for relation in catalog.relations if relation.has_row_security]
    if secured:
        yield f"the row security of {', '.join(secured[:MOST_SAID])} is not in these plans"
    missing = lab.missing_indexes(
        {
            (index.schema, index.name)
            for relation in catalog.relations
            for index in relation.indexes
            if index.is_valid
        }
    )
    if missing:
        yield f"the copy lacks {', '.join(missing[:MOST_SAID])}, which could not be made there"
