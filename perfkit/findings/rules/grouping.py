"""Groups: sorted although an index could give their order, read whole for one row each, or counted wrongly beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from perfkit.findings.at import finding_at, it_seems
from perfkit.findings.conditions import Term, read_condition
from perfkit.findings.consequence import consequence
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.indexes import leading
from perfkit.findings.tree import APPENDS, INDEX_SCANS, JOINS, children, unwrapped
from perfkit.findings.weight import MANY_ROWS, weigh, weigh_whole
from perfkit.plan.misestimate import misestimates
from perfkit.plan.model import Node
from perfkit.units import format_count, format_percent, format_ratio

FEW_GROUPS_SHARE = 0.01
"""A hundred rows to a group: descending an index once for each group reads a hundredth of what is read now."""

DISTINCT_FACTOR = 10
"""An order of magnitude decides between hashing and sorting, and how much memory is planned for."""

STATED_FACTOR = 3
"""A number of distinct values that a person stated is doubted sooner than a sample."""

RIGHT_FACTOR = 3
"""Inputs planned within this do not explain a join that is off by ten."""

SEVERAL_PARTITIONS = 3
"""With two partitions, working partition by partition gains little and is hard to tell from chance."""

_EXTREME = re.compile(r"^(?:PARTIAL )?(?:min|max)\(")


def missing_index_group_by(case: Case) -> Iterator[Finding]:
    """A whole table is sorted to group it, although an index on the key would deliver it in that order.

    The sort takes memory and, beyond work_mem, temporary files. An index on the keys spares it, as an index-only scan
    where it holds all columns asked for. Fine for a report that runs once. With a catalog, told only where no index leads
    with the key.
    """
    for node in case.plan.walk():
        if node.node_type not in {"Aggregate", "Group", "Unique"} or not node.loops or not children(node):
            continue
        sort = children(node)[0]
        scan = unwrapped(sort)
        if sort.node_type != "Sort" or scan.node_type != "Seq Scan" or not scan.relation or scan.filter:
            continue
        keys = [_column(key) for key in sort.sort_key]
        first = keys[0] if keys else None
        relation, weight = case.relation(scan), weigh(case, sort)
        if first is None or None in keys or (sort.total_rows or 0) < MANY_ROWS or not weight.matters:
            continue
        if relation is not None and leading(relation, first, "<") is not None:
            continue
        columns = ", ".join(key for key in keys if key)
        yield finding_at(
            sort,
            "missing-index-group-by",
            f"{format_count(sort.total_rows)} rows of {scan.relation} are sorted to group them: {it_seems(case)}no index gives the order"
            f" {columns}",
            weight,
            relation=relation.qualified_name if relation else scan.relation,
            columns=columns,
            rows_sorted=sort.total_rows,
            groups=node.total_rows,
        )


def groupwise_max_full_scan(case: Case) -> Iterator[Finding]:
    """All rows of a table are read to keep one of each of few groups: the least, the greatest, or the group alone.

    An index on the group and the value knows each answer at its first or last entry: LATERAL with ORDER BY and LIMIT 1
    over the list of groups, or a recursive CTE that hops from group to group, reads only those. Fine where groups are
    small. With a catalog, told only where an index leads with the group.
    """
    for node in case.plan.walk():
        found = _kept_of_groups(node)
        if found is None:
            continue
        group, wanted = found
        scan = unwrapped(children(node)[0])
        if scan.node_type not in INDEX_SCANS | {"Seq Scan"} or scan.filter or scan.index_condition:
            continue
        read, groups, weight = scan.total_rows or 0.0, node.total_rows or 0.0, weigh_whole(case, node)
        if read < MANY_ROWS or groups > FEW_GROUPS_SHARE * read or not weight.matters:
            continue
        relation = case.relation(scan)
        if relation is not None and leading(relation, group, "<") is None:
            continue
        yield finding_at(
            node,
            "groupwise-max-full-scan",
            f"{format_count(read)} rows of {scan.relation} are read for {wanted} of {format_count(groups)} groups",
            weight,
            severity="warning",
            relation=relation.qualified_name if relation else scan.relation,
            columns=group,
            rows_read=read,
            groups=groups,
        )


def _kept_of_groups(node: Node) -> tuple[str, str] | None:
    """The column rows are grouped by, and what is kept of each group, where that is one row's worth of it; else None."""
    if not node.loops or not children(node) or node.filter:
        return None
    if node.node_type == "Unique":
        feed = children(node)[0]
        keys = feed.sort_key if feed.node_type == "Sort" else node.output
        group = _column(keys[0]) if keys else None
        is_whole_key = len(keys) == 1
        return (group, "the values" if is_whole_key else "the first rows") if group else None
    if (
        node.node_type not in {"Aggregate", "Group"}
        or len(node.group_key) != 1
        or node.partial_mode == "Finalize"
    ):
        return None
    group = _column(node.group_key[0])
    # EXPLAIN qualifies the key but not the output of a plan over one relation
    others = [one for one in node.output if group is None or one.rpartition(".")[2] != group]
    if group is None or not node.output or not all(map(_EXTREME.match, others)):
        return None
    return group, ", ".join(others) or "the values"


def ndistinct_misestimate(case: Case) -> Iterator[Finding]:
    """The planner expected ten times more or fewer groups than there are.

    Memory and the choice between hashing and sorting follow from it. The sample of ANALYZE misses rare values:
    ALTER COLUMN … SET (n_distinct) or a larger statistics target tell it, CREATE STATISTICS (ndistinct) for several
    columns together. Informational unless a spill came of it. Fine where memory sufficed either way.
    """
    yield from _of_joins(case)
    for birth in misestimates(case.plan, DISTINCT_FACTOR):
        node = birth.node
        is_grouped = node.node_type == "Aggregate" and node.group_key and node.estimate is not None
        if not is_grouped or node.filter or node.partial_mode == "Partial" or node.extra.get("Grouping Sets"):
            continue
        planned, actual = (node.estimate.rows if node.estimate else 0.0), node.total_rows or 0.0
        harm = consequence(case, node)
        join = next((above for above in case.ancestors(node) if above.node_type in JOINS), node)
        weight = weigh_whole(case, join) if harm else weigh(case, node)
        if max(planned, actual) < MANY_ROWS or not weight.matters:
            continue
        spilled = (
            bool(node.disk_usage_kb)
            or (node.hashagg_batches or 1) > 1
            or _sorted_on_disk(node, planned, actual)
        )
        yield finding_at(
            node,
            "ndistinct-misestimate",
            f"{format_count(planned)} groups of {', '.join(node.group_key)} were expected and {format_count(actual)} came"
            f" ({format_ratio(birth.born_factor)})",
            weight,
            severity="warning" if spilled else harm or "info",
            **_grouped(case, node),
            group_key=", ".join(node.group_key),
            planned_rows=planned,
            actual_rows=actual,
            estimate_factor=birth.born_factor,
            has_spilled=spilled,
        )


def _sorted_on_disk(node: Node, planned: float, actual: float) -> bool:
    """Whether far fewer groups than planned were sorted on disk: their hash would have fitted into memory."""
    feed = children(node)[0] if children(node) else node
    return feed.node_type == "Sort" and feed.sort_space_type == "Disk" and actual * DISTINCT_FACTOR <= planned


def _of_joins(case: Case) -> Iterator[Finding]:
    """Joins on a plain column that give ten times more or fewer rows than planned, of inputs that were planned rightly."""
    for node in case.plan.walk():
        if node.node_type not in JOINS or not node.loops or len(children(node)) != 2:
            continue
        condition = node.hash_condition or node.merge_condition or ""
        if not condition or not _are_right(children(node)):
            continue
        for scan, name in _joined_columns(node, condition):
            relation = case.relation(scan)
            column = relation.column(name) if relation is not None else None
            if (
                relation is None
                or column is None
                or column.statistics is None
                or column.statistics.distinct == -1
            ):
                continue
            stated = column.distinct_override is not None
            planned, actual = (node.estimate.rows if node.estimate else 0.0), (node.total_rows or 0.0)
            factor = max(planned, 1.0) / max(actual, 1.0)
            limit = STATED_FACTOR if stated else DISTINCT_FACTOR
            weight = weigh_whole(case, node)
            if max(planned, actual) < MANY_ROWS or 1 / limit < factor < limit or not weight.matters:
                continue
            yield finding_at(
                node,
                "ndistinct-misestimate",
                f"{format_count(planned)} rows were expected of joining {relation.name} by {name} and {format_count(actual)} came:"
                f" {'its stated n_distinct is' if stated else 'its common and distinct values are'} not what the planner thinks",
                weight,
                severity="warning" if stated else consequence(case, node) or "info",
                relation=relation.qualified_name,
                column=name,
                planned_rows=planned,
                actual_rows=actual,
                estimate_factor=node.estimate_factor,
                group_key=name,
                distinct_override=column.distinct_override,
            )
            break


def _are_right(sides: Sequence[Node]) -> bool:
    factors = [unwrapped(side).estimate_factor for side in sides]
    return all(factor is not None and 1 / RIGHT_FACTOR < factor < RIGHT_FACTOR for factor in factors)


def _joined_columns(node: Node, condition: str) -> Iterator[tuple[Node, str]]:
    """Scans with the column of theirs that the join compares, the largest first."""
    scans = sorted((one for one in node.walk() if one.relation), key=lambda one: -(one.total_rows or 0.0))
    for scan in scans:
        for term in read_condition(condition).columns():
            if term.qualifier in (scan.alias, scan.relation):
                yield scan, term.name


def _grouped(case: Case, node: Node) -> dict[str, str | None]:
    """The table and the columns of it that rows are grouped by, where these are all of one table."""
    terms = [read_condition(key) for key in node.group_key]
    if not terms or any(term.kind != "column" for term in terms):
        return {}
    qualifiers = {term.qualifier for term in terms}
    scans = [
        below
        for below in node.walk()
        if below.relation and (qualifiers == {None} or qualifiers == {below.alias or below.relation})
    ]
    relations = {relation.qualified_name for scan in scans if (relation := case.relation(scan)) is not None}
    if len(relations) != 1:
        return {}
    return {"relation": relations.pop(), "columns": ", ".join(term.name for term in terms)}


def partitionwise_disabled(case: Case) -> Iterator[Finding]:
    """Two tables partitioned alike are joined whole against whole, because enable_partitionwise_join is off.

    Joining partition with partition keeps each hash table small. The setting is off by default, for it makes planning
    dearer. Fine where the whole fits into memory, which is why this is informational unless it spilled. Needs the
    catalog.
    """
    setting = case.catalog.setting("enable_partitionwise_join") if case.catalog else None
    if setting is None or setting.value != "off":
        return
    for node in case.unfolded.walk():
        if node.node_type not in {"Hash Join", "Merge Join"} or not node.loops or len(children(node)) != 2:
            continue
        outer, table = children(node)[0], children(node)[1]
        keys = [_partition_keys(case, unwrapped(side)) for side in (outer, table)]
        condition = node.hash_condition or node.merge_condition or ""
        joined = {term.name for term in read_condition(condition).columns()}
        weight = weigh(case, node, outer, table)
        if not keys[0] or not keys[1] or not weight.matters or not (keys[0] | keys[1]) <= joined:
            continue
        spilled = (table.hash_batches or 1) > 1 or any(
            side.node_type == "Sort" and side.sort_space_type == "Disk" for side in (outer, table)
        )
        yield finding_at(
            node,
            "partitionwise-disabled",
            f"{len(children(unwrapped(table)))} partitions are joined as one table"
            + (f" in {table.hash_batches} batches" if (table.hash_batches or 1) > 1 else "")
            + ": enable_partitionwise_join is off",
            weight,
            severity="warning" if spilled else "info",
            columns=", ".join(sorted(keys[0] | keys[1])),
            batches=table.hash_batches,
            peak_memory_bytes=None if table.peak_memory_kb is None else table.peak_memory_kb * 1024,
            time_share=format_percent(weight.share),
        )


def _partition_keys(case: Case, append: Node) -> set[str]:
    """Columns of the partition key that the inputs of an Append share; empty when they are not partitions alike."""
    scans = [unwrapped(child) for child in children(append)]
    if append.node_type not in APPENDS or len(scans) < SEVERAL_PARTITIONS or case.catalog is None:
        return set()
    parents = {relation.partition_of for scan in scans if (relation := case.relation(scan)) is not None}
    name = parents.pop() if len(parents) == 1 else None
    parent = next((one for one in case.catalog.relations if one.qualified_name == name), None)
    key = re.search(r"\(([\w, ]+)\)$", parent.partition_key or "") if parent else None
    return {part.strip() for part in key[1].split(",")} if key else set()


def _column(expression: str) -> str | None:
    """The name of a key that is a bare column; None for anything else."""
    term: Term = read_condition(re.sub(r" (?:DESC|NULLS (?:FIRST|LAST))", "", expression))
    return term.name if term.kind == "column" else None


RULES = (
    Rule(
        id="missing-index-group-by",
        title="A whole table is sorted to group it",
        check=missing_index_group_by,
    ),
    Rule(
        id="groupwise-max-full-scan",
        title="All rows are read for the extremes of few groups",
        check=groupwise_max_full_scan,
    ),
    Rule(
        id="ndistinct-misestimate",
        title="The number of groups is far from the expected",
        check=ndistinct_misestimate,
    ),
    Rule(
        id="partitionwise-disabled",
        title="Tables partitioned alike are joined as wholes",
        check=partitionwise_disabled,
    ),
)
