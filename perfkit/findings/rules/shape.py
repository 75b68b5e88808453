"""Statements whose form makes PostgreSQL do more than the question asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from perfkit.findings.at import finding_at, in_all, rows_in_words
from perfkit.findings.conditions import conjuncts, read_condition
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.rules import planned
from perfkit.findings.rules.scans import SELECTIVE_SHARE
from perfkit.findings.tree import APPENDS, JOINS, SCANS, children, tally, unwrapped
from perfkit.findings.weight import DOMINATES_SHARE, MANY_ROWS, Weight, weigh, weigh_whole
from perfkit.plan.model import Node
from perfkit.units import format_count

REPEATED = 1_000
"""Executions of a subquery: each costs microseconds at least, so a thousand begin to show."""

PAGE_ROWS = 100
"""No page that a person looks at has more rows; for those of one, a subquery each is the best form."""

REREAD_ROWS = 100_000
"""Rows that scans read in all executions together: from here on they cost ten milliseconds, however few executions there are."""

FANOUT_FACTOR = 2
"""Each wanted row is produced twice or more before duplicates are removed."""

FEW_PROBES_SHARE = 0.01
"""A look-up in an index reads about four pages; below one for a hundred rows hashed it beats reading them all."""

_NOT_IN = re.compile(r"\bnot\s+in\s*\(\s*(select|with)\b", re.IGNORECASE)
_UNION = re.compile(r"\bunion\b(?!\s+all\b)", re.IGNORECASE)
_OFFSET_ZERO = re.compile(r"\boffset\s+0\b", re.IGNORECASE)
_VOLATILE = re.compile(r"\b(?:random|clock_timestamp|gen_random_uuid|nextval|timeofday)\(")
_NO_PARTNER = re.compile(r"\(\(?count\([^)]*\)\)? = 0\)")


def correlated_subquery_per_row(case: Case) -> Iterator[Finding]:
    """A subquery that depends on the outer row is executed again for each of them.

    It cannot be hashed or merged, only repeated. A join to an aggregate, or LATERAL with an index, answers all rows in one
    pass. Fine for a page of rows, or where each execution is one index look-up and the rows are few.
    """
    if not case.plan.is_analyzed:
        yield from planned.correlated(case)
    for node in case.plan.walk():
        if node.parent_relationship != "SubPlan" or (node.subplan_name or "").startswith("CTE"):
            continue
        weight = weigh_whole(case, node)
        loops = node.loops or 0
        is_repeated = loops >= REPEATED or (loops > PAGE_ROWS and _rows_read(node) >= REREAD_ROWS)
        if not is_repeated or not weight.matters:
            continue
        name = node.subplan_name or "a subquery"
        yield finding_at(
            node,
            "correlated-subquery-per-row",
            f"{name} is executed {format_count(node.loops)} times" + in_all(weight),
            weight,
            subplan=name,
        )


def _rows_read(subplan: Node) -> float:
    """Rows that the scans of a subquery read in all its executions, kept or not."""
    return sum(tally(node).read for node in subplan.walk() if node.node_type in SCANS)


def not_in_nullable_subquery(case: Case) -> Iterator[Finding]:
    """NOT IN with a subquery cannot become an anti join, because a single NULL in it makes the answer empty.

    Each row is looked up in a hash of the subquery, or, where that does not fit into work_mem, in the subquery again.
    NOT EXISTS says what is meant and joins. Fine for the time on a small hashed set, or where many rows are looked up in a
    large one; a trap for the answer wherever the column can be NULL.
    """
    for node in case.plan.walk():
        for subplan in node.children:
            if node.never_executed or subplan.parent_relationship != "SubPlan":
                continue
            if not _is_not_in(case, node, subplan):
                continue
            nullable = _is_nullable(case, subplan)
            is_hashed = "hashed" in (node.filter or "")
            weight = weigh(case, node) if is_hashed else weigh_whole(case, subplan)
            if nullable is False and is_hashed:
                yield from _hashed_for_few(case, node, subplan)
            if nullable is False and (is_hashed or not weight.matters):
                continue
            column = ", ".join(subplan.output) or "its column"
            meaning = (
                "can be NULL, and then no row is returned" if nullable else "is not known to be free of NULL"
            )
            yield finding_at(
                node,
                "not-in-nullable-subquery",
                f"NOT IN over {column}"
                + ("" if nullable is False else f", which {meaning}")
                + ("" if is_hashed else "; the subquery is read again for each row"),
                weight,
                severity=None if weight.matters and not is_hashed else "warning",
                column=column,
                is_nullable=nullable,
                is_hashed=is_hashed,
                condition=node.filter,
            )


def _hashed_for_few(case: Case, node: Node, subplan: Node) -> Iterator[Finding]:
    """A subquery free of NULL that is read and hashed whole to look up few rows: an anti join would start from those."""
    hashed, checked = subplan.total_rows or 0.0, tally(node).read
    weight = weigh(case, node, *subplan.walk())
    if hashed < MANY_ROWS or checked > FEW_PROBES_SHARE * hashed:
        return
    if (weight.share or 0.0) < DOMINATES_SHARE:
        return
    column = ", ".join(subplan.output)
    yield finding_at(
        node,
        "not-in-nullable-subquery",
        f"NOT IN over {column}: {format_count(hashed)} rows are read and hashed to check {rows_in_words(checked)}",
        weight,
        column=column,
        is_nullable=False,
        is_hashed=True,
        rows_hashed=hashed,
        condition=node.filter,
    )


def _is_not_in(case: Case, node: Node, subplan: Node) -> bool:
    number = re.search(r"\d+", subplan.subplan_name or "")
    if number is None:
        return False
    plan_name = rf"SubPlan {number.group()}\b"
    for term in conjuncts(node.filter):
        if not re.search(plan_name, term.text) or term.kind != "not":
            continue
        # since 17 the comparison is printed; before, only the text of the statement tells it from NOT EXISTS
        if re.search(rf"(ANY|ALL) \(.*{plan_name}", term.text):
            return True
        if "EXISTS" in term.text:
            continue
        if case.statement is not None:
            return _NOT_IN.search(case.statement.text) is not None
        return "hashed" in term.text
    return False


def _is_nullable(case: Case, subplan: Node) -> bool | None:
    """Whether the subquery's column allows NULL; None without the catalog, or for an expression."""
    if len(subplan.output) != 1 or case.catalog is None:
        return None
    term = read_condition(subplan.output[0])
    for scan in unwrapped(subplan).walk():
        relation = case.relation(scan)
        if (
            relation is None
            or term.kind != "column"
            or term.qualifier not in (None, scan.alias, scan.relation)
        ):
            continue
        column = relation.column(term.name)
        if column is None:
            return None
        excludes_null = any(f"{term.text} IS NOT NULL" in text.text for text in conjuncts(scan.filter))
        return not (column.is_not_null or excludes_null)
    return None


def cte_materialization_fence(case: Case) -> Iterator[Finding]:
    """A CTE is computed in full and filtered after, because it is materialised.

    A condition outside does not reach into it: it is referenced twice or more, or written AS MATERIALIZED. Fine where most
    of it is used. NOT MATERIALIZED, or the condition inside, reads only what is wanted.
    """
    if not case.plan.is_analyzed:
        yield from planned.fenced_cte(case)
    yield from _behind_offset(case)
    bodies = {
        (node.subplan_name or "").removeprefix("CTE "): node
        for node in case.plan.walk()
        if (node.subplan_name or "").startswith("CTE ")
    }
    for name, body in bodies.items():
        scans = [node for node in case.plan.walk() if node.cte == name and node.loops]
        filtered = [node for node in scans if node.filter and node.node_type == "CTE Scan"]
        tallies = [tally(node) for node in scans]
        removed, kept = (sum(getattr(one, what) for one in tallies) for what in ("removed", "kept"))
        weight = _of_cte(case, body, scans)
        if (
            not filtered
            or _draws(body)
            or removed < MANY_ROWS
            or kept > SELECTIVE_SHARE * (kept + removed)
            or not weight.matters
        ):
            continue
        yield finding_at(
            max(filtered, key=lambda node: tally(node).removed),
            "cte-materialization-fence",
            f"{name} is computed in full, {format_count(body.total_rows)} rows, and the filter outside keeps"
            f" {format_count(kept)}",
            weight,
            cte=name,
            condition="; ".join(dict.fromkeys(node.filter or "" for node in filtered)),
            kept_share=kept / (kept + removed),
        )


def _behind_offset(case: Case) -> Iterator[Finding]:
    """Subqueries that OFFSET 0 fences, filtered after they were computed whole."""
    text = case.statement.text if case.statement is not None else ""
    if not _OFFSET_ZERO.search(text):
        return
    for node in case.plan.walk():
        if node.node_type != "Subquery Scan" or not node.loops or not node.filter:
            continue
        rows, weight = tally(node), weigh_whole(case, node)
        if rows.removed < MANY_ROWS or rows.kept_share > SELECTIVE_SHARE or not weight.matters:
            continue
        yield finding_at(
            node,
            "cte-materialization-fence",
            f"{node.alias} is computed in full, {format_count(rows.read)} rows, behind OFFSET 0, and the filter outside keeps"
            f" {format_count(rows.kept)}",
            weight,
            condition=node.filter,
            kept_share=rows.kept_share,
        )


def _draws(body: Node) -> bool:
    """Whether the CTE draws numbers or moments that must not be drawn anew for each use."""
    return any(
        _VOLATILE.search(text) for below in body.walk() for text in (*below.output, below.filter or "")
    )


def _of_cte(case: Case, body: Node, scans: Sequence[Node]) -> Weight:
    """The CTE's query, and storing and reading its rows."""
    query, reading = weigh_whole(case, body), weigh(case, *scans)
    if query.ms is None or reading.ms is None or query.share is None or reading.share is None:
        return query
    return Weight(ms=query.ms + reading.ms, share=min(query.share + reading.share, 1.0))


def union_instead_of_union_all(case: Case) -> Iterator[Finding]:
    """UNION looks for duplicates and finds none.

    All rows are hashed or sorted for nothing. This run had none; whether there can be any the keys may tell, else it is for
    the author to say. UNION ALL skips the work. Fine for a handful of rows.
    """
    if case.statement is not None and not _UNION.search(case.statement.text):
        return
    for node in case.plan.walk():
        if node.node_type not in {"Aggregate", "Unique"} or not node.loops or not children(node):
            continue
        feed = unwrapped(children(node)[0])
        rows, weight = node.total_rows or 0.0, weigh_whole(case, node, _own_share(case, node))
        if (
            feed.node_type not in APPENDS
            or rows < MANY_ROWS
            or feed.total_rows != node.total_rows
            or not weight.matters
            or (case.statement is None and not _joins_queries(node, feed))
        ):
            continue
        yield finding_at(
            node,
            "union-instead-of-union-all",
            f"UNION compared {format_count(rows)} rows and removed none",
            weigh_whole(case, node, _own_share(case, node)),
            severity="warning",
            rows_compared=rows,
        )


def _own_share(case: Case, node: Node) -> float:
    """Part of the time below and in the node that looking for duplicates takes, the sort before it included."""
    whole, feed = node.total_ms, unwrapped(children(node)[0]).total_ms
    return 1.0 if not whole or feed is None else max(whole - feed, 0.0) / whole


def _joins_queries(node: Node, append: Node) -> bool:
    """Whether an Append reads like the arms of a UNION and not like partitions, whose aliases differ by a number only."""
    if node.node_type == "Aggregate" and not _distinct_keys(node):
        return False
    scans = [unwrapped(child) for child in children(append)]
    names = [scan.relation for scan in scans if scan.relation]
    return (
        len(names) > len(set(names))
        or len({re.sub(r"_\d+$", "", scan.alias or str(scan.number)) for scan in scans}) > 1
    )


def distinct_hides_fanout(case: Case) -> Iterator[Finding]:
    """A join multiplies the rows of one relation, and DISTINCT removes the copies again.

    Nothing of the other relation is returned, so EXISTS (a semi join) says the same and stops at the first partner. Fine
    where few copies are made. Informational where the plan does not show whether something is computed of the groups
    (without VERBOSE).
    """
    for node in case.plan.walk():
        keys = _distinct_keys(node)
        if not keys or not node.loops or node.filter:
            continue
        join = unwrapped(children(node)[0])
        made, kept = join.total_rows or 0.0, node.total_rows or 0.0
        owners = {column.qualifier for key in keys for column in read_condition(key).columns()}
        weight = weigh_whole(case, node)
        if (
            join.node_type not in JOINS
            or len(owners) != 1
            or None in owners
            or join.join_type in {"Semi", "Anti"}
        ):
            continue
        owned = [scan.total_rows or 0.0 for scan in join.walk() if (scan.alias or scan.relation) in owners]
        if len(owned) != 1 or made < FANOUT_FACTOR * owned[0]:
            continue
        if made < MANY_ROWS or made < FANOUT_FACTOR * max(kept, 1) or not weight.matters:
            continue
        yield finding_at(
            node,
            "distinct-hides-fanout",
            f"the join makes {format_count(made)} rows of {format_count(kept)}, and DISTINCT removes the copies",
            weight,
            severity=None if node.node_type == "Unique" or node.output else "info",
            rows_joined=made,
            rows_returned=kept,
            group_key=", ".join(keys),
        )


def _distinct_keys(node: Node) -> tuple[str, ...]:
    """What rows are made distinct by; empty for any other node, and where more than the keys is returned.

    Without VERBOSE an Aggregate that only removes copies shows by its width: it hands on what it gets.
    """
    if not children(node):
        return ()
    feed = children(node)[0]
    if node.node_type == "Unique":
        return node.output or feed.sort_key
    if node.node_type != "Aggregate":
        return ()
    if node.output:
        return (
            () if set(node.output) - set(node.group_key) and not _follow_from_keys(node) else node.group_key
        )
    is_passed_on = node.estimate and feed.estimate and node.estimate.width == feed.estimate.width
    return node.group_key if is_passed_on else ()


def _follow_from_keys(node: Node) -> bool:
    """Whether all that is returned are columns of the relation whose key the rows are grouped by: PostgreSQL leaves those
    out of the keys that the primary key determines."""
    keys = [read_condition(key) for key in node.group_key]
    given = [read_condition(one) for one in node.output]
    owners = {term.qualifier for term in keys}
    return len(owners) == 1 and all(
        term.kind == "column" and term.qualifier in owners for term in (*keys, *given)
    )


def antijoin_by_aggregate(case: Case) -> Iterator[Finding]:
    """Rows without a partner are found by joining, counting and keeping the zeros.

    Every pair is made only to be counted. NOT EXISTS (an anti join) stops at the first partner. Fine on small sides.
    """
    for node in case.plan.walk():
        if node.node_type != "Aggregate" or not node.loops or not _NO_PARTNER.search(node.filter or ""):
            continue
        join = unwrapped(children(node)[0]) if children(node) else node
        weight = weigh_whole(case, node)
        if join.node_type not in JOINS or join.join_type not in {"Left", "Right"} or not weight.matters:
            continue
        if (join.total_rows or 0) < MANY_ROWS:
            continue
        yield finding_at(
            node,
            "antijoin-by-aggregate",
            f"{format_count(join.total_rows)} pairs are joined and counted to find the {format_count(node.total_rows)} rows"
            f" without a partner",
            weight,
            rows_joined=join.total_rows,
            rows_returned=node.total_rows,
            condition=node.filter,
        )


RULES = (
    Rule(
        id="correlated-subquery-per-row",
        title="A subquery is evaluated for each row",
        check=correlated_subquery_per_row,
    ),
    Rule(
        id="not-in-nullable-subquery",
        title="NOT IN over a column that can be NULL",
        check=not_in_nullable_subquery,
    ),
    Rule(
        id="cte-materialization-fence",
        title="A filter cannot reach into a materialised CTE",
        check=cte_materialization_fence,
    ),
    Rule(
        id="union-instead-of-union-all",
        title="UNION removes duplicates that do not occur",
        check=union_instead_of_union_all,
    ),
    Rule(
        id="distinct-hides-fanout",
        title="DISTINCT removes what a semi join would not make",
        check=distinct_hides_fanout,
    ),
    Rule(
        id="antijoin-by-aggregate",
        title="Rows without a partner found by counting",
        check=antijoin_by_aggregate,
    ),
)
