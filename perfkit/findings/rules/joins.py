"""Joins that read too much, start too often, or multiply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from perfkit.findings.at import finding_at, in_all, it_seems, rows_in_words
from perfkit.findings.conditions import conjuncts, read_condition
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.indexes import leading
from perfkit.findings.restrictions import Restriction, restrictions
from perfkit.findings.rules import planned
from perfkit.findings.rules.scans import SELECTIVE_SHARE
from perfkit.findings.tree import (
    SCANS,
    aliases,
    children,
    inner,
    joins,
    names,
    outer,
    qualified,
    refers,
    tally,
    unwrapped,
)
from perfkit.findings.weight import DOMINATES_SHARE, MANY_ROWS, Weight, weigh, weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count, format_percent

MANY_PAIRS = 10_000
"""Pairs of rows compared in vain: below, a join without an index ends within a millisecond or two."""

FEW_PROBES_SHARE = 0.01
"""A look-up in an index reads about four pages; below one probe for a hundred rows it beats reading the table."""

OFTEN = 10_000
"""Inner executions: each costs microseconds even when it finds nothing, so this many cost tens of milliseconds."""

FEW_ROWS = 2
"""One row on a side is a constant in disguise; from two on, a join without a condition multiplies."""

LATE_REMOVED_SHARE = 0.9
"""Nine in ten joined rows thrown away: most of the join was work for nothing."""

USEFUL_HIT_SHARE = 0.2
"""A cache that answers fewer than one look-up in five costs more than it saves."""

MANY_LOOKUPS = 1_000
"""A cache of fewer look-ups costs microseconds."""


_CROSS_JOIN = re.compile(r"\bcross\s+join\b(?!\s+lateral\b)", re.IGNORECASE)


def missing_index_join(case: Case) -> Iterator[Finding]:
    """One side of a join is read whole, or again and again, for a few rows of the other, because its key has no index.

    Also told of a correlated subquery and of a recursive term, which are joins in disguise. Fine when most of the table
    takes part: then a hash join over a sequential scan is right. With a catalog, only where no index leads with the key.
    """
    for join in joins(case):
        if join.node_type == "Nested Loop":
            yield from _rescanned(case, join)
        else:
            yield from _read_whole(case, join)
    yield from _correlated(case)


def _rescanned(case: Case, join: Node) -> Iterator[Finding]:
    """A nested loop that compares every pair."""
    scan = unwrapped(inner(join))
    removed = (join.rows_removed_by_join_filter or 0) * (join.loops or 0)
    if scan.node_type != "Seq Scan" or (join.total_rows or 0.0) > SELECTIVE_SHARE * removed:
        return
    key = _key(case, scan, join.join_filter)
    weight = _sum(weigh(case, join), weigh_whole(case, inner(join)))
    if key is None or removed < MANY_PAIRS or not weight.matters:
        return
    yield finding_at(
        scan,
        "missing-index-join",
        f"{format_count(removed)} pairs are compared in vain to join {qualified(scan)}: {it_seems(case)}no index leads with its"
        f" {key.column}",
        weight,
        column=key.column,
        columns=key.column,
        condition=join.join_filter,
        rows_removed=removed,
        loops=inner(join).loops,
    )


def _read_whole(case: Case, join: Node) -> Iterator[Finding]:
    """A hash or merge join that reads a table for few rows of the other side."""
    for side, other in ((outer(join), inner(join)), (inner(join), outer(join))):
        scan = unwrapped(side)
        if scan.node_type != "Seq Scan" or not scan.loops:
            continue
        kept, probes = tally(scan).kept, other.total_rows or 0.0
        joined = (join.total_rows or 0.0) + (join.rows_removed or 0.0)
        if kept < MANY_PAIRS or probes > FEW_PROBES_SHARE * kept or joined > SELECTIVE_SHARE * kept:
            continue
        key = _key(case, scan, join.hash_condition or join.merge_condition)
        weight = weigh(case, join, scan, *((side,) if side is not scan else ()))
        if key is None or not weight.matters:
            continue
        yield finding_at(
            scan,
            "missing-index-join",
            f"{qualified(scan)} is read whole, {format_count(tally(scan).read)} rows, to find the partners of"
            f" {rows_in_words(probes)}: {it_seems(case)}no index leads with its {key.column}",
            weight,
            column=key.column,
            columns=key.column,
            condition=join.hash_condition or join.merge_condition,
            rows_read=tally(scan).read,
            rows_probing=probes,
            rows_joined=joined,
        )


def _correlated(case: Case) -> Iterator[Finding]:
    """A scan that is started again for each row of something outside, with a condition on that row."""
    for scan in case.plan.walk():
        if scan.node_type != "Seq Scan" or (scan.loops or 0) < 2 * scan.measures.participants:
            continue
        relation = case.relation(scan)
        keys = [r for r in restrictions(scan.filter, scan.alias, relation) if r.is_ordered and r.against]
        keys = [r for r in keys if relation is None or leading(relation, r.column, r.operator) is None]
        rows, weight = tally(scan), weigh(case, scan)
        if not keys or rows.removed < MANY_PAIRS or rows.kept_share > SELECTIVE_SHARE or not weight.matters:
            continue
        yield finding_at(
            scan,
            "missing-index-join",
            f"{qualified(scan)} is read {format_count(scan.loops)} times, {format_count(rows.read)} rows in all, to keep"
            f" {format_count(rows.kept)}: {it_seems(case)}no index leads with its {keys[0].column}",
            weight,
            column=keys[0].column,
            columns=keys[0].column,
            condition=scan.filter,
        )


def _key(case: Case, scan: Node, text: str | None) -> Restriction | None:
    """The equality on a plain column of the scan that lacks an index; None where one has it or none is needed."""
    relation = case.relation(scan)
    alias = scan.alias or scan.relation
    keys = [
        r for r in restrictions(text, alias, relation) if r.is_ordered and r.operator == "=" and r.against
    ]
    if not keys or (relation is not None and any(leading(relation, key.column) for key in keys)):
        return None
    return keys[0]


def _sum(*weights: Weight) -> Weight:
    ms = [weight.ms for weight in weights if weight.ms is not None]
    return Weight(
        ms=sum(ms) if ms else None,
        share=min(sum(weight.share or 0.0 for weight in weights), 1.0),
        measure=weights[0].measure,
    )


def many_subplan_loops(case: Case) -> Iterator[Finding]:
    """The inner side of a nested loop is executed so often that its start alone fills most of the run time.

    A symptom, cheap each time and dear in sum. Fine when the outer rows are all needed and nothing reads less.
    """
    for join in joins(case):
        if join.node_type != "Nested Loop":
            continue
        below = inner(join)
        while below.node_type in {"Memoize", "Materialize"} and children(below):
            below = children(below)[0]
        # per-loop times are printed to the microsecond; what rounding takes from the inner side, the join's own has
        weight = _sum(weigh(case, join), weigh_whole(case, below))
        if (below.loops or 0) < OFTEN or (weight.share or 0.0) < DOMINATES_SHARE:
            continue
        yield finding_at(
            below,
            "many-subplan-loops",
            f"{below.label} is executed {format_count(below.loops)} times" + in_all(weight),
            weight,
            severity="info",
        )


def cartesian_join(case: Case) -> Iterator[Finding]:
    """Every row of one side is joined with every row of the other: no condition connects them.

    Mostly a forgotten join condition. Fine where one side has a single row, or all combinations are really wanted: where
    the statement says CROSS JOIN, it is told for information.
    """
    if not case.plan.is_analyzed:
        yield from planned.cartesian(case)
    for join in joins(case):
        if join.node_type != "Nested Loop" or join.join_filter:
            continue
        left, right = outer(join), inner(join)
        loops = join.loops or 1
        pairs = join.total_rows or 0.0
        if (left.total_rows or 0) / loops < FEW_ROWS or (right.actual.rows if right.actual else 0) < FEW_ROWS:
            continue
        weight = _sum(weigh(case, join), weigh_whole(case, right))
        if pairs < MANY_PAIRS or not weight.matters or refers(right, aliases(left)):
            continue
        yield finding_at(
            join,
            "cartesian-join",
            f"{names(left)} and {names(right)} are joined without a condition: {format_count(pairs)} pairs",
            weight,
            severity="info" if _is_meant(case) else None,
            rows_joined=pairs,
            outer=names(left),
            inner=names(right),
        )


def _is_meant(case: Case) -> bool:
    return case.statement is not None and _CROSS_JOIN.search(case.statement.text) is not None


FEW_OF_WINDOW = 0.01
"""A hundredth of the rows: an index could have led to them before anything was computed."""


def late_filter(case: Case) -> Iterator[Finding]:
    """Rows are joined first and thrown away after, by a condition that compares both sides.

    An inequality or an expression over both relations cannot steer the join. Fine when few rows are thrown away. A
    condition on one side that follows from it lets the join read less.
    """
    for join, texts in _late(case):
        if not any(_is_or_across(text) for text in texts):
            yield _late_finding(case, join, texts, "late-filter")
    yield from _windows_joined_late(case)


def _windows_joined_late(case: Case) -> Iterator[Finding]:
    """A window computed over a whole table of which a join then wants a few partitions: it is known to nobody before."""
    for join in joins(case):
        for side in children(join):
            window = side
            while window.node_type in {"Subquery Scan", "Sort", "Hash", "Materialize"} and children(window):
                window = children(window)[0]
            made, wanted = window.total_rows or 0.0, join.total_rows or 0.0
            weight = weigh_whole(case, window)
            if window.node_type != "WindowAgg" or made < MANY_ROWS or wanted > FEW_OF_WINDOW * made:
                continue
            if (weight.share or 0.0) < DOMINATES_SHARE or not weight.matters:
                continue
            yield finding_at(
                window,
                "late-filter",
                f"a window is computed over {format_count(made)} rows, and the join above keeps {format_count(wanted)}",
                weight,
                rows_made=made,
                rows_wanted=wanted,
                condition=join.hash_condition or join.merge_condition or join.join_filter,
            )


def or_across_tables(case: Case) -> Iterator[Finding]:
    """An OR over columns of two joined relations can only be checked after joining them in full.

    Neither side can be narrowed first. Fine on small sides. A UNION of two statements, one for each arm, lets each use its
    own index.
    """
    for join, texts in _late(case):
        if any(_is_or_across(text) for text in texts):
            yield _late_finding(case, join, texts, "or-across-tables")
    yield from _or_with_subquery(case)


def _or_with_subquery(case: Case) -> Iterator[Finding]:
    """Tables read whole because one arm of an OR asks a subquery, which then cannot become a join."""
    for node in case.plan.walk():
        if node.node_type not in SCANS or not node.loops or not node.filter:
            continue
        rows, weight = tally(node), weigh_whole(case, node)
        if rows.removed < MANY_ROWS or rows.kept_share > SELECTIVE_SHARE or not weight.matters:
            continue
        for term in conjuncts(node.filter):
            asks = [any(part.kind == "subplan" for part in arm.walk()) for arm in term.parts]
            if term.kind == "or" and any(asks) and not all(asks):
                yield finding_at(
                    node,
                    "or-across-tables",
                    f"an OR with a subquery is checked for {format_count(rows.read)} rows of {qualified(node)} to keep"
                    f" {format_count(rows.kept)}: neither arm can use an index",
                    weight,
                    condition=term.text,
                    kept_share=rows.kept_share,
                )
                break


def _late(case: Case) -> Iterator[tuple[Node, list[str]]]:
    """Joins that throw away nearly all they joined, with the conditions; those that lack an index on a key left out."""
    for join in joins(case):
        texts = [term.text for text in (join.join_filter, join.filter) for term in conjuncts(text)]
        is_pairing = join.node_type == "Nested Loop" and any(
            restriction.against and restriction.operator == "="
            for name in aliases(inner(join))
            for restriction in restrictions(join.join_filter, name)
        )
        removed = join.rows_removed or 0.0
        joined = removed + (join.total_rows or 0.0)
        if not texts or is_pairing or removed < MANY_PAIRS or removed < LATE_REMOVED_SHARE * joined:
            continue
        if _late_weight(case, join).matters:
            yield join, texts


def _late_weight(case: Case, join: Node) -> Weight:
    return weigh(case, join, *(below for below in join.walk() if below.relation or below.node_type == "Hash"))


def _late_finding(case: Case, join: Node, texts: list[str], id: str) -> Finding:
    removed = join.rows_removed or 0.0
    joined = removed + (join.total_rows or 0.0)
    return finding_at(
        join,
        id,
        f"{format_count(joined)} pairs are joined and {format_percent(removed / joined)} of them thrown away by"
        f" {' AND '.join(texts)}",
        _late_weight(case, join),
        condition=" AND ".join(texts),
        rows_kept=join.total_rows,
    )


def _is_or_across(text: str) -> bool:
    term = read_condition(text)
    return term.kind == "or" and len({column.qualifier for column in term.columns()}) > 1


def memoize_ineffective(case: Case) -> Iterator[Finding]:
    """A cache over the inner side of a nested loop hardly ever has the answer.

    The planner expected keys to repeat; each miss costs the look-up and the entry. A warning where the cache itself takes
    time that matters, else a sign of a wrong n_distinct. Fine when the look-ups below are few.
    """
    for node in case.plan.walk():
        if node.node_type != "Memoize" or not node.loops:
            continue
        hits, misses = _cache_counts(node)
        lookups = hits + misses
        if lookups < MANY_LOOKUPS or hits > USEFUL_HIT_SHARE * lookups:
            continue
        own, whole = weigh(case, node), weigh_whole(case, node)
        if not whole.matters:
            continue
        # per-loop times are printed to the microsecond, so that of a cheap node may round to nothing
        weight = replace(own, ms=own.ms or None)
        yield finding_at(
            node,
            "memoize-ineffective",
            f"the cache on {node.cache_key} answered {format_count(hits)} of {format_count(lookups)} look-ups"
            + (f" and evicted {format_count(node.cache_evictions)} entries" if node.cache_evictions else ""),
            weight,
            severity="warning" if own.matters or (whole.share or 0.0) >= DOMINATES_SHARE else "info",
            hits=hits,
            misses=misses,
            evictions=node.cache_evictions,
            overflows=node.cache_overflows,
            hit_share=hits / lookups,
        )


def _cache_counts(node: Node) -> tuple[int, int]:
    """Hits and misses of the leader and all workers."""
    hits, misses = node.cache_hits or 0, node.cache_misses or 0
    for worker in node.workers:
        more_hits, more_misses = worker.extra.get("Cache Hits"), worker.extra.get("Cache Misses")
        if isinstance(more_hits, int) and isinstance(more_misses, int):
            hits, misses = hits + more_hits, misses + more_misses
    return hits, misses


RULES = (
    Rule(
        id="missing-index-join",
        title="One side of a join is scanned because its join key has no index",
        check=missing_index_join,
    ),
    Rule(
        id="many-subplan-loops",
        title="The inner side of a join is executed very often",
        check=many_subplan_loops,
    ),
    Rule(id="cartesian-join", title="Two relations are joined without a condition", check=cartesian_join),
    Rule(id="late-filter", title="Rows are joined first and removed after", check=late_filter),
    Rule(
        id="or-across-tables",
        title="OR over columns of different joined tables forces a full join",
        check=or_across_tables,
    ),
    Rule(id="memoize-ineffective", title="A cache with few hits", check=memoize_ineffective),
)
