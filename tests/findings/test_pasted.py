"""What the plan alone tells, as people paste it: bare text of EXPLAIN, without catalog, statement, VERBOSE or BUFFERS."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from perfkit.findings import VOCABULARY, Finding, examine
from perfkit.findings.examine import QUIET_MS, TRAPS
from perfkit.findings.weight import MATTERS_SHARE
from perfkit.plan import Plan, parse_plan

FOLDER = Path(__file__).parent / "pasted"
MARK = "#### "

OF_THE_CATALOG = {
    "composite-index-wrong-order", "missing-brin-index", "partitionwise-disabled", "stale-statistics", "table-bloat",
    "duplicate-index", "redundant-prefix-index", "unused-index", "hot-update-lost",
}  # fmt: skip
OF_OPTIONS = {
    "missing-covering-index": "VERBOSE, BUFFERS",
    "groupwise-max-full-scan": "VERBOSE",
    "count-used-as-exists": "VERBOSE, where the count is in the select list",
    "worker-skew": "VERBOSE",
    "cold-read": "BUFFERS",
    "temp-io": "BUFFERS; since 18 told without",
    "wal-heavy-write": "WAL",
    "serialization-cost": "SERIALIZE",
}
"""What the bare text does not hold, and the option of EXPLAIN that shows it."""

OF_TIMING = {
    "lock-wait", "trigger-dominated-write", "missing-fk-index", "jit-overhead", "too-many-partitions",
    "nested-loop-on-misestimate",
}  # fmt: skip
"""What only times tell."""

BY_FORM = {
    "order-by-random", "cartesian-join", "function-on-column", "case-insensitive-match", "missing-expression-index",
    "timezone-cast-filter", "cast-on-column", "cast-on-column.key-as-text", "implicit-type-mismatch",
    "leading-wildcard-like", "missing-trigram-index", "missing-pattern-ops-index", "missing-gin-jsonb",
    "missing-trigram-index.either-column", "any-array-not-indexable", "missing-fulltext-index", "correlated-subquery-per-row", "not-in-nullable-subquery",
    "not-in-nullable-subquery.quick", "cte-materialization-fence", "large-in-list",
}  # fmt: skip
"""Scenarios whose plan tells it before it was executed."""

LEFT_AFTER_THE_CURE = {
    ("ndistinct-misestimate", "hashagg-spill"),
    ("srf-rows-misestimate", "hash-spill"),
    ("partition-pruning-defeated", "missing-index-filter"),
}
"""The cure of one ill leaves another, or brings it: the plan that is right for the real rows needs more work_mem."""


@cache
def sections(part: str) -> dict[str, str]:
    """The plans of one file by their scenario."""
    text = (FOLDER / f"{part}.txt").read_text(encoding="utf-8")
    found = (block.partition("\n") for block in text.split(MARK)[1:])
    return {name: plan for name, _, plan in found}


def plan_of(part: str, name: str) -> Plan:
    return parse_plan(sections(part)[name])


def findings_of(part: str, name: str) -> tuple[Finding, ...]:
    return examine(plan_of(part, name))


def cases(*parts: str) -> pytest.MarkDecorator:
    every = [(part, name) for part in parts for name in sections(part)]
    return pytest.mark.parametrize(("part", "name"), every, ids=[f"{part}:{name}" for part, name in every])


def only(part: str, name: str, id: str | None = None) -> Finding:
    """The one finding of the scenario's id."""
    (found,) = [one for one in findings_of(part, name) if one.id == (id or name.partition(".")[0])]
    return found


@cases("13.fires.analyzed", "15.fires.analyzed", "18.fires.analyzed")
def test_the_bare_text_is_enough(part: str, name: str) -> None:
    """Times and rows tell the diagnosis, in plans of old majors as in new ones."""
    id = name.partition(".")[0]
    found = {finding.id for finding in findings_of(part, name)}
    assert found <= set(VOCABULARY)
    if id in OF_THE_CATALOG:
        assert id not in found
    elif id == "temp-io":
        assert (id in found) == part.startswith("18")
    elif id in OF_OPTIONS or id == "jit-overhead":
        pass  # jit needs a server built with LLVM
    elif id == "memoize-ineffective" and part.startswith("13"):
        assert "Memoize" not in sections(part)[name]
    else:
        assert id in found


@cases("15.fires.untimed")
def test_without_times_rows_tell_what_matters(part: str, name: str) -> None:
    id = name.partition(".")[0]
    found = findings_of(part, name)
    if id not in OF_THE_CATALOG | set(OF_OPTIONS) | OF_TIMING:
        assert id in {finding.id for finding in found}
    told_by_planning = {"large-in-list", "planning-dominates", "too-many-partitions", "jit-overhead"}
    assert all(one.at_stake_ms is None for one in found if one.id not in told_by_planning)
    shares = [
        (one.severity, -float(one.evidence["share"] or 0))
        for one in found
        if one.at_stake_ms is None and "share" in one.evidence
    ]
    order = {"critical": 0, "warning": 1, "info": 2}
    ranks = [(order[severity], share) for severity, share in shares]
    assert ranks == sorted(ranks)


@cases("15.fires.planned")
def test_before_execution_only_the_form_is_told(part: str, name: str) -> None:
    """Nothing is called slow that was not run: traps are a warning, other forms information, the rest is silence."""
    found = findings_of(part, name)
    traps = {trap.id for trap in TRAPS}
    assert all(one.severity == "info" or one.id in traps for one in found)
    assert all(one.at_stake_ms is None or one.id == "large-in-list" for one in found)
    assert not {key for one in found for key in one.evidence} & {
        "rows_removed",
        "rows_kept",
        "loops",
        "exclusive_ms",
    }
    assert (name.partition(".")[0] in {one.id for one in found}) == (name in BY_FORM)


@cases("15.clean.analyzed")
def test_healthy_plans_are_left_in_peace(part: str, name: str) -> None:
    loud = {one.id for one in findings_of(part, name) if one.severity != "info"}
    loud -= {"jit-overhead"}  # the plan's cost is above jit_above_cost by default, and these are short
    assert not {id for id in loud if (name, id) not in LEFT_AFTER_THE_CURE}


@cases("15.fires.analyzed", "15.clean.analyzed")
def test_under_a_millisecond_only_traps_are_told(part: str, name: str) -> None:
    plan = plan_of(part, name)
    if (plan.planning_ms or 0) + (plan.total_ms or 0) < QUIET_MS:
        assert {one.id for one in examine(plan)} <= {trap.id for trap in TRAPS}


def test_traps_are_told_of_quick_plans() -> None:
    for name in ("not-in-nullable-subquery.quick", "offset-pagination.quick"):
        plan = plan_of("15.fires.analyzed", name)
        assert (plan.planning_ms or 0) + (plan.total_ms or 0) < QUIET_MS
        (found,) = examine(plan)
        assert (found.id, found.severity) == (name.partition(".")[0], "warning")


@pytest.mark.parametrize("part", ["13.fires.analyzed", "15.fires.analyzed", "18.fires.analyzed"])
def test_a_parallel_plan_is_told_in_totals(part: str) -> None:
    """EXPLAIN prints rows for each process; the finding says what all of them did, as a serial plan does."""
    plan = plan_of(part, "missing-index-filter.parallel")
    scan = next(node for node in plan.walk() if node.node_type == "Seq Scan")
    assert scan.loops == 3
    serial, parallel = only(part, "missing-index-filter"), only(part, "missing-index-filter.parallel")
    for figure in ("rows_removed", "rows_kept"):
        # averages of three processes are printed as whole numbers up to 17
        assert parallel.evidence[figure] == pytest.approx(serial.evidence[figure], abs=3)
    assert parallel.at_stake_ms is not None
    assert parallel.at_stake_ms <= (plan.total_ms or 0)


@pytest.mark.parametrize("part", ["13.fires.analyzed", "15.fires.analyzed", "18.fires.analyzed"])
def test_loops_are_told_in_totals(part: str) -> None:
    """Twenty scans of 80,000 rows each are 1,600,000 rows read."""
    evidence = only(part, "missing-index-join.looped").evidence
    assert evidence["loops"] == 20
    assert float(evidence["rows_removed"] or 0) + float(evidence["rows_kept"] or 0) == pytest.approx(
        1_600_000
    )


def test_workers_spills_are_added_up() -> None:
    """Each process of a parallel sort writes files of its own."""
    plan = plan_of("15.fires.analyzed", "sort-spill.parallel")
    (sort,) = [node for node in plan.walk() if node.node_type == "Sort"]
    written = [sort.sort_space_kb, *(worker.extra["Sort Space Used"] for worker in sort.workers)]
    assert len(written) == 3
    assert only("15.fires.analyzed", "sort-spill.parallel").evidence["disk_bytes"] == sum(written) * 1024  # type: ignore[arg-type]


@pytest.mark.parametrize("part", ["13.fires.analyzed", "15.fires.analyzed", "18.fires.analyzed"])
def test_partitions_are_one_finding_although_none_of_them_matters(part: str) -> None:
    """Each of 48 partitions takes about a fiftieth of the time; together they take all of it."""
    plan = plan_of(part, "missing-index-filter.partitions")
    finding = only(part, "missing-index-filter.partitions")
    scans = [node for node in plan.walk() if node.node_type == "Seq Scan"]
    assert len(scans) == 48
    assert sum((scan.exclusive_ms or 0) < MATTERS_SHARE * (plan.total_ms or 0) for scan in scans) >= 40
    assert finding.evidence["partitions"] == 48
    assert finding.evidence["rows_kept"] == sum(scan.total_rows or 0 for scan in scans)
    assert finding.evidence["rows_removed"] == sum(scan.rows_removed or 0 for scan in scans)
    assert finding.at_stake_ms == pytest.approx(sum(scan.exclusive_ms or 0 for scan in scans), abs=0.01)


def test_a_hidden_date_is_a_warning_where_partitions_are_named_by_dates() -> None:
    dated = only("15.fires.analyzed", "partition-pruning-defeated.dates")
    assert (dated.severity, dated.evidence["partitions_empty"]) == ("warning", 47)
    assert only("15.fires.analyzed", "partition-pruning-defeated").severity == "info"


def test_without_a_catalog_a_missing_index_is_a_guess() -> None:
    assert "it seems no index leads with author_id" in only("15.fires.analyzed", "missing-index-filter").title


@cases("15.fires.analyzed")
def test_an_error_is_told_where_it_is_born(part: str, name: str) -> None:
    """The joins above a wrong count inherit it; none of them repeats it, and no cause stands twice above itself."""
    plan = plan_of(part, name)
    found = findings_of(part, name)
    below = {node.number: {one.number for one in node.walk()} - {node.number} for node in plan.walk()}
    for finding in found:
        beneath = below.get(finding.node or 0, set())
        assert not [one for one in found if one.id == finding.id and one.node in beneath]
