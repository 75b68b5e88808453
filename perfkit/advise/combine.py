"""Remedies that may do more together than alone: a rewrite with the index it calls for, two that help different parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from perfkit.advise.indexes.candidates import index_candidates
from perfkit.advise.values import Advice, AdviceKind, Candidate, Step
from perfkit.catalog import Catalog
from perfkit.errors import UsageError
from perfkit.sql import parse_statement
from perfkit.stats import median

INDEXES_FOR_A_REWRITE = 2
"""The most promising ones; more would be guessing."""

MOST_COMBINED = 3
"""Pairs are tried among so many of the best remedies."""

GOOD_ENOUGH_MS = 1.0
"""A statement that one remedy brings under a millisecond needs no second one."""

_EFFORT: dict[AdviceKind, int] = {
    "statistics": 0, "setting": 1, "maintenance": 2, "rewrite": 3, "index": 4, "schema": 5, "application": 6,
}  # fmt: skip


def with_indexes(
    rewrites: Sequence[Candidate], advice: Sequence[Advice], catalog: Catalog
) -> Iterator[Candidate]:
    """Each rewrite that gives the same rows, together with an index that its new form can use."""
    if _is_good_enough(advice):
        return
    for rewrite in rewrites:
        try:
            statement = parse_statement(rewrite.sql)
        except UsageError:
            continue
        found, _ = index_candidates(statement, catalog)
        for index in found[:INDEXES_FOR_A_REWRITE]:
            yield _joined(
                [*index.parts, *rewrite.parts],
                kind="rewrite",
                rationale=f"{rewrite.rationale}; {index.rationale}",
                cures=(*rewrite.cures, *index.cures),
                sources=(index, rewrite),
            )


def combined(advice: Sequence[Advice]) -> Iterator[Candidate]:
    """Pairs of proven remedies, where neither alone does all: of different kinds, or indexes of different tables."""
    if _is_good_enough(advice):
        return
    proven = [one for one in advice if one.proof.verdict == "improves" and not one.steps]
    proven.sort(key=lambda one: one.proof.time_ratio if one.proof.time_ratio is not None else 1.0)
    for one, other in combinations(proven[:MOST_COMBINED], 2):
        if one.kind == other.kind == "rewrite" or _serve_one_table(one, other):
            continue
        first, second = sorted((one, other), key=lambda each: _EFFORT[each.kind] == _EFFORT["rewrite"])
        yield _joined(
            [Step(kind=first.kind, sql=first.sql), Step(kind=second.kind, sql=second.sql)],
            kind=max((first.kind, second.kind), key=lambda kind: _EFFORT[kind]),
            rationale=f"{first.rationale}; {second.rationale}",
            cures=(*first.cures, *second.cures),
            sources=(first, second),
        )


def _serve_one_table(one: Advice, other: Advice) -> bool:
    return one.kind == other.kind == "index" and one.relation == other.relation


def _is_good_enough(advice: Sequence[Advice]) -> bool:
    return any(
        one.proof.after is not None
        and one.proof.verdict == "improves"
        and median(one.proof.after.samples.values) < GOOD_ENOUGH_MS
        for one in advice
    )


def _joined(
    steps: Sequence[Step],
    *,
    kind: AdviceKind,
    rationale: str,
    cures: Sequence[str],
    sources: Sequence[Candidate | Advice],
) -> Candidate:
    undo = [one.undo_sql for one in sources if one.undo_sql]
    relations = {one.relation for one in sources if one.relation}
    return Candidate(
        kind=kind,
        sql=";\n".join(step.sql for step in steps),
        steps=tuple(steps),
        rationale=rationale,
        cures=tuple(dict.fromkeys(cures)),
        relation=relations.pop() if len(relations) == 1 else None,
        undo_sql="; ".join(undo) or None,
        conditions=tuple(dict.fromkeys(line for one in sources for line in one.conditions)),
        caveats=tuple(dict.fromkeys(line for one in sources for line in one.caveats)),
    )
