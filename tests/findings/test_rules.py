"""Each rule on real recordings: the one it must find out, and the one it must leave in peace."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from perfkit import document
from perfkit.capture import SCHEMA, Capture
from perfkit.findings import RULES, VOCABULARY, Finding, Rule, examine
from perfkit.plan import read_json
from perfkit.sql import parse_statement

RECORDED = Path(__file__).parent / "recorded"

SCAN = ("relation", "rows_removed", "rows_kept", "shared_blocks", "exclusive_ms", "share", "column")
MISESTIMATE = ("planned_rows", "actual_rows", "estimate_factor")

EVIDENCE = {
    "missing-index-filter": (*SCAN, "columns", "condition"),
    "or-across-columns": ("relation", "columns", "columns_without_index", "rows_removed", "rows_kept"),
    "seq-scan-large": ("relation", "shared_blocks", "exclusive_ms", "share", "rows_read"),
    "index-not-beneficial": ("relation", "columns", "kept_share"),
    "missing-composite-index": ("relation", "columns", "rows_removed", "rows_kept", "shared_blocks"),
    "inefficient-index-scan": ("relation", "rows_removed", "rows_kept", "kept_share"),
    "composite-index-wrong-order": ("index", "relation", "column", "columns", "shared_blocks"),
    "offset-pagination": ("rows_discarded", "rows_returned"),
    "missing-index-order-limit": ("relation", "columns", "rows_sorted", "rows_returned"),
    "order-by-limit-wrong-index": ("index", "relation", "columns", "rows_removed", "rows_kept"),
    "order-by-random": ("rows_sorted",),
    "missing-index-join": ("relation", "column", "condition", "share"),
    "many-subplan-loops": ("loops", "at_stake_ms"),
    "cartesian-join": ("rows_joined", "outer", "inner"),
    "late-filter": ("rows_removed", "rows_kept", "condition"),
    "or-across-tables": ("rows_removed", "rows_kept", "condition"),
    "memoize-ineffective": ("hits", "misses", "hit_share"),
    "function-on-column": (*SCAN, "expression"),
    "case-insensitive-match": (*SCAN, "expression"),
    "missing-expression-index": (*SCAN, "expression"),
    "timezone-cast-filter": (*SCAN, "expression"),
    "cast-on-column": (*SCAN, "expression"),
    "implicit-type-mismatch": (*SCAN, "expression"),
    "leading-wildcard-like": (*SCAN, "condition"),
    "missing-trigram-index": (*SCAN, "condition"),
    "missing-pattern-ops-index": (*SCAN, "condition"),
    "collation-prevents-prefix-index": ("relation", "column", "collation"),
    "parallel-disabled-by-function": ("relation", "function", "parallel"),
    "missing-gin-jsonb": (*SCAN, "condition"),
    "any-array-not-indexable": (*SCAN, "condition"),
    "missing-fulltext-index": (*SCAN, "condition"),
    "correlated-subquery-per-row": ("subplan", "loops", "at_stake_ms"),
    "not-in-nullable-subquery": ("column", "is_nullable", "is_hashed"),
    "cte-materialization-fence": ("cte", "condition", "kept_share"),
    "union-instead-of-union-all": ("rows_compared",),
    "distinct-hides-fanout": ("rows_joined", "rows_returned"),
    "antijoin-by-aggregate": ("rows_joined", "rows_returned"),
    "top-n-per-group-window": ("rows_ranked", "rows_returned"),
    "row-misestimate": MISESTIMATE,
    "stale-statistics": (*MISESTIMATE, "relation", "modified_since_analyze", "last_analyze"),
    "correlated-columns-misestimate": (*MISESTIMATE, "columns"),
    "expression-no-statistics": (*MISESTIMATE, "expression"),
    "srf-rows-misestimate": (*MISESTIMATE, "function"),
    "nested-loop-on-misestimate": (*MISESTIMATE, "inner_loops"),
    "sort-spill": ("sort_key", "disk_bytes", "temp_blocks", "work_mem"),
    "hash-spill": ("batches", "temp_blocks", "work_mem"),
    "hashagg-spill": ("group_key", "disk_bytes", "temp_blocks", "work_mem"),
    "temp-io": ("temp_blocks", "work_mem"),
    "lossy-bitmap": ("lossy_blocks", "exact_blocks", "rows_rechecked"),
    "visibility-map-stale": ("heap_fetches", "rows_read", "all_visible_share"),
    "table-bloat": ("relation", "pages", "needed_pages", "bloat_factor"),
    "duplicate-index": ("relation", "index", "kept_index", "size_bytes"),
    "redundant-prefix-index": ("relation", "index", "kept_index", "size_bytes"),
    "missing-fk-index": ("relation", "columns", "constraint", "calls", "at_stake_ms"),
    "trigger-dominated-write": ("trigger", "calls", "at_stake_ms"),
    "wal-heavy-write": ("wal_bytes", "full_page_images", "records_per_row"),
    "partition-pruning-defeated": ("relation", "column", "partitions_scanned", "partitions_empty"),
    "too-many-partitions": ("relation", "partitions_scanned", "planning_ms"),
    "planning-dominates": ("planning_ms", "execution_ms", "scans"),
    "jit-overhead": ("jit_ms", "functions", "share"),
    "serialization-cost": ("serialization_ms", "output_bytes", "share"),
    "cold-read": ("shared_read_blocks", "shared_blocks", "read_share"),
    "workers-not-launched": ("workers_planned", "workers_launched"),
    "worker-skew": ("time_factor", "processes", "busiest", "at_stake_ms"),
    "missing-index-group-by": ("relation", "columns", "rows_sorted", "groups"),
    "groupwise-max-full-scan": ("relation", "columns", "rows_read", "groups"),
    "ndistinct-misestimate": (*MISESTIMATE, "group_key"),
    "partitionwise-disabled": ("columns", "batches", "peak_memory_bytes"),
    "large-in-list": ("list_length", "planning_ms"),
    "count-used-as-exists": ("rows_counted",),
    "missing-covering-index": ("relation", "columns", "rows_fetched", "shared_blocks"),
    "missing-partial-index": ("relation", "columns", "rows_removed", "rows_kept", "condition"),
    "missing-brin-index": ("relation", "columns", "correlation", "kept_share"),
    "missing-gist-range-index": ("relation", "columns", "rows_removed", "rows_kept"),
    "unused-index": ("relation", "index", "columns", "size_bytes", "scans"),
    "hot-update-lost": ("relation", "index", "columns", "updates", "hot_updates"),
}
"""What each finding must be able to show."""

OF_THE_STATEMENT = {
    "duplicate-index", "redundant-prefix-index", "missing-fk-index", "trigger-dominated-write", "planning-dominates",
    "jit-overhead", "serialization-cost", "cold-read",
}  # fmt: skip
"""Findings that speak of no single node."""

NEEDS_THE_CATALOG = {
    "composite-index-wrong-order", "missing-brin-index", "collation-prevents-prefix-index", "parallel-disabled-by-function", "partitionwise-disabled",
    "stale-statistics", "table-bloat", "duplicate-index", "redundant-prefix-index", "unused-index", "hot-update-lost",
}  # fmt: skip
"""What no plan says: definitions of indexes, statistics and counters, partition keys, settings at their default."""

PASTED_ONLY = {"generic-plan-skew", "lock-wait"}
"""perfkit captures neither an EXECUTE nor a wait; ``test_pasted`` has these."""

CAPTURED = [rule for rule in RULES if rule.id not in PASTED_ONLY]
each_rule = pytest.mark.parametrize("rule", CAPTURED, ids=lambda rule: rule.id)


@cache
def recording(id: str, name: str) -> Capture:
    return document.read(Capture, RECORDED / id / f"{name}.json", SCHEMA)


def findings_of(capture: Capture) -> tuple[Finding, ...]:
    return examine(capture.plan, parse_statement(capture.query.text), capture.catalog)


@each_rule
def test_fires_on_the_bad_plan(rule: Rule) -> None:
    """The recording made for the rule is found out, with the figures that carry the diagnosis."""
    found = [finding for finding in findings_of(recording(rule.id, "fires")) if finding.id == rule.id]
    assert len(found) == 1
    finding = found[0]
    assert not set(EVIDENCE[rule.id]) - set(finding.evidence)
    if rule.id in OF_THE_STATEMENT:
        assert finding.node is None
    else:
        assert finding.node is not None
        assert finding.node_label == recording(rule.id, "fires").plan.node(finding.node).label
    assert finding.title[-1] not in ".!"


@each_rule
def test_is_silent_once_cured(rule: Rule) -> None:
    """The same question asked well, or of a better database, does not fire."""
    assert rule.id not in {finding.id for finding in findings_of(recording(rule.id, "clean"))}


def test_clean_plans_come_back_clean() -> None:
    """No recording of a cured statement carries a warning of any rule."""
    loud = {
        (rule.id, finding.id)
        for rule in CAPTURED
        for finding in findings_of(recording(rule.id, "clean"))
        if finding.severity != "info"
    }
    assert not loud


def test_a_bad_plan_leads_with_its_cause() -> None:
    """Where a recording fires with a warning or worse, symptoms stand below it."""
    symptoms = {"seq-scan-large", "row-misestimate", "many-subplan-loops", "index-not-beneficial"}
    for rule in CAPTURED:
        found = findings_of(recording(rule.id, "fires"))
        if any(finding.severity != "info" for finding in found):
            assert found[0].id not in symptoms
            assert all(finding.severity == "info" for finding in found if finding.id in symptoms)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_is_written_down(rule: Rule) -> None:
    """An id from the vocabulary, a title, and a docstring that says what, why it costs and when it is fine."""
    assert rule.id in VOCABULARY
    assert rule.title
    text = rule.check.__doc__ or ""
    assert len(text.splitlines()) >= 3
    assert "Fine" in text or "Informational" in text


def test_ids_are_told_once() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids)) >= 22
    assert set(ids) - PASTED_ONLY == set(EVIDENCE) == {folder.name for folder in RECORDED.iterdir()}


@each_rule
def test_the_plan_alone_shows_it(rule: Rule) -> None:
    """Without statement and catalog the diagnosis is the same, but where the plan does not hold what it rests on."""
    found = {finding.id for finding in examine(recording(rule.id, "fires").plan)}
    assert found <= set(VOCABULARY)
    assert (rule.id in found) == (rule.id not in NEEDS_THE_CATALOG)


def test_partitions_are_not_taken_for_a_union() -> None:
    """DISTINCT over a partitioned table and UNION read alike, but for the names of what they scan."""
    for id in ("partition-pruning-defeated", "worker-skew", "too-many-partitions"):
        assert "union-instead-of-union-all" not in {f.id for f in examine(recording(id, "fires").plan)}


def test_worst_first() -> None:
    """Severity, then time at stake."""
    order = {"critical": 0, "warning": 1, "info": 2}
    several = 0
    for rule in CAPTURED:
        found = findings_of(recording(rule.id, "fires"))
        ranks = [(order[finding.severity], -(finding.at_stake_ms or 0)) for finding in found]
        assert ranks == sorted(ranks)
        several += len(found) > 2
    assert several > 10


def test_at_stake_is_within_the_run() -> None:
    """Nothing promises to save more than the statement took."""
    for rule in CAPTURED:
        capture = recording(rule.id, "fires")
        whole = (capture.plan.total_ms or 0) + (capture.plan.planning_ms or 0)
        for finding in findings_of(capture):
            assert finding.at_stake_ms is None or 0 <= finding.at_stake_ms <= whole * 1.05


def stripped(value: object, names: tuple[str, ...]) -> object:
    if isinstance(value, dict):
        return {key: stripped(inner, names) for key, inner in value.items() if key not in names}
    if isinstance(value, list):
        return [stripped(inner, names) for inner in value]
    return value


def plan_without(id: str, *names: str) -> object:
    """The plan of a recording as the server gives it without the options that make these properties."""
    saved = json.loads((RECORDED / id / "fires.json").read_text(encoding="utf-8"))
    return stripped(saved["measurement"]["plan"], names)


def test_without_a_clock_blocks_tell_what_matters() -> None:
    """EXPLAIN (ANALYZE, TIMING OFF) has no times; the share is then one of blocks."""
    plan = read_json(plan_without("missing-index-filter", "Actual Startup Time", "Actual Total Time"))
    finding = next(finding for finding in examine(plan) if finding.id == "missing-index-filter")
    assert finding.at_stake_ms is None
    assert finding.severity == "critical"


def test_a_plan_that_was_not_run_has_no_findings_but_traps() -> None:
    """Without figures nothing is called bad; NOT IN over a nullable column is bad in any plan."""
    actual = ("Actual Startup Time", "Actual Total Time", "Actual Rows", "Actual Loops", "Execution Time")
    assert not examine(read_json(plan_without("missing-index-filter", *actual)))
    trap = recording("not-in-nullable-subquery", "fires")
    plan = read_json(plan_without("not-in-nullable-subquery", *actual))
    found = examine(plan, parse_statement(trap.query.text), trap.catalog)
    assert [finding.id for finding in found] == ["not-in-nullable-subquery"]


def test_partitions_are_told_together() -> None:
    """One missing index on a partitioned table is one finding, however many partitions lack it."""
    found = findings_of(recording("partition-pruning-defeated", "fires"))
    casts = [finding for finding in found if finding.id == "cast-on-column"]
    assert len(casts) == 1
