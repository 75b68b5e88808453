"""Statistics the planner lacks: ANALYZE, extended statistics, a finer sample, a stated number of distinct values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfkit.advise.evidence import Evidence, quoted_name
from perfkit.advise.values import Candidate, Step
from perfkit.catalog import Column, Relation
from perfkit.findings.conditions import read_condition
from perfkit.findings.finding import Finding
from perfkit.findings.tree import JOINS
from perfkit.identifier import quote_identifier
from perfkit.plan.model import Node

SAMPLE_ROWS = 30_000
"""What ANALYZE samples at the default target: a smaller table was read whole."""

FINER_TARGET = 1000
"""Ten times the default of 100: a sample of 300,000 rows, and ten times the common values and histogram bounds."""

_NAME_BYTES = 63
_EXPRESSIONS_SINCE = 140000


def statistics_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """What may put the estimates right that findings say are wrong, the cheapest first."""
    analyzed: set[str] = set()
    for finding in evidence.of("stale-statistics"):
        relation = evidence.relation(finding)
        if relation is not None and relation.qualified_name not in analyzed:
            analyzed.add(relation.qualified_name)
            yield Candidate(
                kind="statistics",
                sql=f"ANALYZE {quoted_name(relation)}",
                rationale=f"the planner plans for {relation.qualified_name} as it was before it changed",
                cures=("stale-statistics", "row-misestimate", "nested-loop-on-misestimate"),
                relation=relation.qualified_name,
            )
    for finding in evidence.of("correlated-columns-misestimate"):
        yield from _of_columns(evidence, finding)
    yield from _together(evidence, list(evidence.of("correlated-columns-misestimate")))
    for finding in evidence.of("expression-no-statistics"):
        yield from _of_expression(evidence, finding)
    for finding in evidence.of("ndistinct-misestimate"):
        yield from _of_distinct(evidence, finding)
    for finding in evidence.of("row-misestimate"):
        yield from _finer(evidence, finding, analyzed)
    yield from _doubted(evidence)


def _of_columns(evidence: Evidence, finding: Finding) -> Iterator[Candidate]:
    relation = evidence.relation(finding)
    columns = [name for name in str(finding.evidence.get("columns", "")).split(", ") if name]
    if relation is None or len(columns) < 2 or any(relation.column(name) is None for name in columns):
        return
    listed = ", ".join(quote_identifier(name) for name in columns)
    for kinds in ("dependencies", "mcv"):
        yield _extended(
            relation,
            columns,
            f"({kinds}) ON {listed}",
            rationale=f"{listed} of {relation.qualified_name} depend on each other, which their single statistics cannot say",
            cures=(finding.id, "row-misestimate", "nested-loop-on-misestimate"),
            one_of=f"statistics on {relation.qualified_name} ({listed})",
        )


def _together(evidence: Evidence, findings: Sequence[Finding]) -> Iterator[Candidate]:
    """Statistics on several tables at once: two wrong estimates may hide each other."""
    parts = [next(_of_columns(evidence, finding), None) for finding in findings]
    found = {part.relation: part for part in parts if part is not None}
    if len(found) < 2:
        return
    steps = tuple(step for part in found.values() for step in part.steps)
    yield Candidate(
        kind="statistics",
        sql="; ".join(step.sql for step in steps),
        steps=steps,
        rationale="; ".join(part.rationale for part in found.values()),
        cures=next(iter(found.values())).cures,
        undo_sql="; ".join(part.undo_sql for part in found.values() if part.undo_sql),
    )


def _of_expression(evidence: Evidence, finding: Finding) -> Iterator[Candidate]:
    from perfkit.sql.usage import resolve

    relation, column = evidence.relation(finding), finding.evidence.get("column")
    if relation is None or evidence.catalog.server_version_num < _EXPRESSIONS_SINCE:
        return
    for use in resolve(evidence.statement, evidence.catalog):
        for item in use.predicates:
            if use.relation == relation.qualified_name and item.column == column and item.wrapped_by:
                yield _extended(
                    relation,
                    [str(column), "expr"],
                    f"ON ({item.expression})",
                    rationale=f"the planner has no statistics of {item.expression} and assumes a fixed share",
                    cures=(finding.id, "row-misestimate", "nested-loop-on-misestimate"),
                    one_of=f"statistics on {relation.qualified_name} ({item.expression})",
                )
                return


def _extended(
    relation: Relation,
    names: Sequence[str],
    what: str,
    *,
    rationale: str,
    cures: tuple[str, ...],
    one_of: str,
) -> Candidate:
    name = "_".join((relation.name, *names))[: _NAME_BYTES - len("_stats")] + "_stats"
    qualified = f"{quote_identifier(relation.schema)}.{quote_identifier(name)}"
    create = f"CREATE STATISTICS {qualified} {what} FROM {quoted_name(relation)}"
    return _with_analyze(
        relation, create, rationale, cures, undo=f"DROP STATISTICS {qualified}", one_of=one_of
    )


def _with_analyze(
    relation: Relation,
    sql: str,
    rationale: str,
    cures: tuple[str, ...],
    *,
    undo: str | None = None,
    one_of: str | None = None,
) -> Candidate:
    steps = (sql, f"ANALYZE {quoted_name(relation)}")
    return Candidate(
        kind="statistics",
        sql="; ".join(steps),
        steps=tuple(Step(kind="statistics", sql=step) for step in steps),
        rationale=rationale,
        cures=cures,
        relation=relation.qualified_name,
        undo_sql=undo,
        one_of=one_of,
    )


def _of_distinct(evidence: Evidence, finding: Finding) -> Iterator[Candidate]:
    relation, name = evidence.relation(finding), finding.evidence.get("column")
    column = relation.column(str(name)) if relation is not None and name else None
    if relation is None or column is None:
        columns = [one for one in str(finding.evidence.get("columns", "")).split(", ") if one]
        if relation is not None and len(columns) > 1 and all(relation.column(one) for one in columns):
            listed = ", ".join(quote_identifier(one) for one in columns)
            yield _extended(
                relation,
                columns,
                f"(ndistinct) ON {listed}",
                rationale=f"the combinations of {listed} are fewer than the product of their distinct values",
                cures=(finding.id,),
                one_of=f"statistics on {relation.qualified_name} ({listed})",
            )
        return
    alter = f"ALTER TABLE {quoted_name(relation)} ALTER COLUMN {quote_identifier(column.name)}"
    group = f"distinct values of {relation.qualified_name}.{column.name}"
    if column.distinct_override is not None:
        yield _without_override(relation, column)
    else:
        yield _with_analyze(
            relation,
            f"{alter} SET STATISTICS {FINER_TARGET}",
            f"a sample ten times as large counts the distinct values of {column.name} better",
            (finding.id, "row-misestimate"),
            undo=f"{alter} SET STATISTICS -1",
            one_of=group,
        )
    actual = finding.evidence.get("actual_distinct")
    if isinstance(actual, int | float) and actual > 0:
        yield _with_analyze(
            relation,
            f"{alter} SET (n_distinct = {_as_n_distinct(relation, float(actual)):g})",
            f"no sample finds the number of distinct values of {column.name}, so it is stated",
            (finding.id, "row-misestimate"),
            undo=f"{alter} RESET (n_distinct)",
            one_of=group,
        )


def _doubted(evidence: Evidence) -> Iterator[Candidate]:
    """A stated number of distinct values that the statement's joins and groups rest on: only a plan without it shows whether
    it is still true."""
    from perfkit.sql.usage import resolve

    for use in resolve(evidence.statement, evidence.catalog):
        schema, _, name = use.relation.rpartition(".")
        relation = evidence.catalog.relation(name, schema or None)
        read = {item.column for item in use.predicates} | set(use.group)
        for column in relation.columns if relation is not None else ():
            if relation is None or column.distinct_override is None or column.name not in read:
                continue
            yield _without_override(relation, column)


def _without_override(relation: Relation, column: Column) -> Candidate:
    alter = f"ALTER TABLE {quoted_name(relation)} ALTER COLUMN {quote_identifier(column.name)}"
    return _with_analyze(
        relation,
        f"{alter} RESET (n_distinct)",
        f"the number of distinct values stated for {column.name} is no longer true",
        ("ndistinct-misestimate", "row-misestimate"),
        undo=f"{alter} SET (n_distinct = {column.distinct_override:g})",
        one_of=f"distinct values of {relation.qualified_name}.{column.name}",
    )


def _as_n_distinct(relation: Relation, actual: float) -> float:
    """As ALTER TABLE … SET (n_distinct) takes it: a share of the rows, negative, where it grows with them (from a tenth on)."""
    if relation.rows and actual >= 0.1 * relation.rows:
        return -round(min(actual / relation.rows, 1.0), 3)
    return float(round(actual))


def _finer(evidence: Evidence, finding: Finding, analyzed: set[str]) -> Iterator[Candidate]:
    """A larger sample for the bare columns of a scan whose estimate is off for no other reason that was found."""
    from perfkit.sql.usage import resolve

    node, relation = evidence.node(finding), evidence.relation(finding)
    if node is not None and node.node_type in JOINS:
        yield from _finer_join(evidence, node)
        return
    explained = {other.node for other in evidence.findings if other.id in _EXPLAINED}
    if relation is None or node is None or node.number in explained or relation.qualified_name in analyzed:
        return
    columns = {
        item.column
        for use in resolve(evidence.statement, evidence.catalog)
        if use.relation == relation.qualified_name and use.alias in (node.alias, relation.name)
        for item in use.predicates
        if item.wrapped_by is None and item.is_constant and item.use in ("equality", "in", "range")
    }
    if not columns or len(columns) > 1:
        return
    name = columns.pop()
    alter = f"ALTER TABLE {quoted_name(relation)} ALTER COLUMN {quote_identifier(name)}"
    yield _with_analyze(
        relation,
        f"{alter} SET STATISTICS {FINER_TARGET}",
        f"the sample was too small to tell how often this value of {name} occurs",
        ("row-misestimate", "nested-loop-on-misestimate"),
        undo=f"{alter} SET STATISTICS -1",
    )


def _finer_join(evidence: Evidence, join: Node) -> Iterator[Candidate]:
    """A larger sample for the key of a join that gives far fewer or more rows than planned: rare or common keys were missed."""
    condition = join.hash_condition or join.merge_condition or join.join_filter
    scans = [node for node in join.walk() if node.relation]
    for term in read_condition(condition or "").columns():
        node = next((one for one in scans if term.qualifier in (one.alias, one.relation)), None)
        relation = evidence.catalog.relation(node.relation or "", node.schema) if node is not None else None
        column = relation.column(term.name) if relation is not None else None
        if relation is None or column is None or (relation.rows or 0) < SAMPLE_ROWS:
            continue
        if column.distinct_override is not None:
            # no sample, however large, changes what is stated
            continue
        alter = f"ALTER TABLE {quoted_name(relation)} ALTER COLUMN {quote_identifier(column.name)}"
        yield _with_analyze(
            relation,
            f"{alter} SET STATISTICS {FINER_TARGET}",
            f"the sample was too small to tell the common values of {column.name} from the rare ones",
            ("row-misestimate", "ndistinct-misestimate", "nested-loop-on-misestimate"),
            undo=f"{alter} SET STATISTICS -1",
        )


_EXPLAINED = (
    "stale-statistics",
    "correlated-columns-misestimate",
    "expression-no-statistics",
    "ndistinct-misestimate",
    "generic-plan-skew",
)
