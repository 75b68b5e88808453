"""Indexes beside the plain b-tree: covering, partial, BRIN, and ranges in GiST."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import Relation
from perfkit.findings.at import finding_at
from perfkit.findings.expressions import expressions
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.indexes import leading, with_method
from perfkit.findings.restrictions import RANGE, Restriction, restrictions
from perfkit.findings.rules.scans import LARGE_TABLE_BLOCKS, SELECTIVE_SHARE, selective_seq_scans
from perfkit.findings.tree import INDEX_SCANS, SCANS, children, qualified, tally
from perfkit.findings.weight import DOMINATES_SHARE, MANY_ROWS, weigh
from perfkit.plan.model import Node
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_percent

HEAP_BLOCK_SHARE = 0.5
"""A heap block for every other row: the rows lie apart, and fetching them is most of the scan."""

FEW_COLUMNS = 4
"""More columns make the index nearly as wide as the table, and it would be written at nearly every change."""

COVERING_MS = 1.2
"""Fetches of about a millisecond are not worth a wider index."""

VISIBLE_SHARE = 0.8
"""With fewer pages all-visible an index-only scan visits the table all the same."""

IN_ORDER = 0.95
"""Correlation from which the rows of a range lie on adjacent pages."""

BLOATED_FACTOR = 2
"""Of the space that the rows need: then it is the empty space that is read, and another finding's."""

ROW_HEADER_BYTES = 28
"""Tuple header and line pointer."""

ENTRY_BYTES = 20
"""What an index entry takes beside its values: header, line pointer, alignment, room left free on the page."""

NARROW_SHARE = 0.15
"""Such an index is to be several times smaller than the table."""

WIDE_ROWS_SHARE = 0.25
"""Of the time, with all of the table in memory: read from disk it would be nearly all."""

_FLAGS = frozenset({"is null", "is true", "is false"})


def missing_covering_index(case: Case) -> Iterator[Finding]:
    """An index finds the rows, but each is fetched from a page of its own for one or two more columns.

    An index that also holds these columns (INCLUDE) answers without the table while its pages are all-visible. Fine
    where few rows are fetched; a wider index costs more on writes, so this is a warning only where the scan dominates.
    """
    yield from _wide_rows(case)
    for node in case.plan.walk():
        if node.node_type not in {"Index Scan", "Bitmap Heap Scan"} or not node.loops or node.filter:
            continue
        if not (node.index_condition or node.recheck_condition):
            continue
        rows, blocks = node.total_rows or 0.0, node.exclusive_shared_blocks or 0
        relation, weight = case.relation(node), weigh(case, node)
        wanted = _read_columns(case, node, relation) or _bare_columns(node)
        if (
            rows / (node.loops or 1) < MANY_ROWS
            or blocks < HEAP_BLOCK_SHARE * rows
            or not weight.matters
            or (weight.ms is not None and weight.ms < COVERING_MS)
            or wanted is None
        ):
            continue
        if relation is not None and (
            len(wanted) >= len(relation.columns)
            or relation.all_visible_pages < VISIBLE_SHARE * relation.pages
        ):
            continue
        yield finding_at(
            node,
            "missing-covering-index",
            f"{format_count(blocks)} blocks of {qualified(node)} are fetched for {format_count(rows)} rows, of which only"
            f" {', '.join(wanted)} is wanted",
            weight,
            severity="warning" if (weight.share or 0.0) >= DOMINATES_SHARE else "info",
            columns=", ".join(wanted),
            rows_fetched=rows,
            condition=node.index_condition or node.recheck_condition,
        )


def _wide_rows(case: Case) -> Iterator[Finding]:
    """Sequential scans of large tables for columns that are a small part of each row: an index on just these is a fraction
    of the table. For information, as an index of all rows is dear to write; only a trial tells what it gives."""
    for node in case.plan.walk():
        relation = case.relation(node)
        if node.node_type != "Seq Scan" or not node.loops or relation is None or not relation.rows:
            continue
        weight, wanted = weigh(case, node), _read_columns(case, node, relation)
        known = {
            column.name: column.statistics.average_width
            for column in relation.columns
            if column.statistics is not None
        }
        widths = [known[name] for name in wanted or () if name in known]
        each = ROW_HEADER_BYTES + sum(known.values())
        if not wanted or len(widths) < len(wanted) or relation.pages < LARGE_TABLE_BLOCKS:
            continue
        is_bloated = relation.pages * BLOCK_BYTES > BLOATED_FACTOR * each * relation.rows
        is_visible = relation.all_visible_pages >= VISIBLE_SHARE * relation.pages
        if (
            sum(widths) + ENTRY_BYTES > NARROW_SHARE * each
            or is_bloated
            or not is_visible
            or (weight.share or 0.0) < WIDE_ROWS_SHARE
        ):
            continue
        yield finding_at(
            node,
            "missing-covering-index",
            f"{format_bytes(relation.pages * BLOCK_BYTES)} of {qualified(node)} are read for"
            f" {', '.join(wanted)}, {sum(widths):.0f} of some {each:.0f} bytes of each row",
            weight,
            severity="info",
            columns=", ".join(wanted),
            bytes_wanted=sum(widths),
            row_bytes=each,
        )


def _read_columns(case: Case, node: Node, relation: Relation | None) -> list[str] | None:
    """The few columns that the statement reads of this table beside those of the index; None when they are many, or unknown.

    A scan may hand on whole rows although one column of them is read.
    """
    if case.statement is None or case.catalog is None or relation is None:
        return None
    from perfkit.sql.usage import resolve

    uses = [use for use in resolve(case.statement, case.catalog) if use.relation == relation.qualified_name]
    if not uses or any(use.selects_star or use.is_target for use in uses):
        return None
    read = dict.fromkeys(column for use in uses for column in use.columns)
    names = {below.index for below in node.walk()}
    held = {column for index in relation.indexes if index.name in names for column in index.columns}
    wanted = [column for column in read if column not in held]
    return wanted if wanted and len(read) <= FEW_COLUMNS else None


def _bare_columns(node: Node) -> list[str] | None:
    """The few columns the scan hands on; None when they are many, or not known (without VERBOSE)."""
    names = [one.rpartition(".")[2] for one in node.output]
    is_plain = all(name.replace("_", "a").isalnum() for name in names)
    return names if names and is_plain and len(names) <= FEW_COLUMNS else None


def missing_partial_index(case: Case) -> Iterator[Finding]:
    """The index holds all rows, and most of those it hands over fail a condition that never changes.

    A flag such as deleted_at IS NULL or NOT is_done belongs into the index's WHERE: it is then smaller and hands over
    only the rows that live. Fine where the flag removes little.
    """
    for node in case.plan.walk():
        if node.node_type not in INDEX_SCANS | {"Bitmap Heap Scan"} or not node.loops or not node.filter:
            continue
        rows, weight = tally(node), weigh(case, node, *children(node))
        if rows.removed < MANY_ROWS or rows.kept_share > SELECTIVE_SHARE or not weight.matters:
            continue
        flags = [
            r for r in restrictions(node.filter, node.alias, case.relation(node)) if r.operator in _FLAGS
        ]
        if not flags or any(r.form != "bare" for r in flags):
            continue
        yield finding_at(
            node,
            "missing-partial-index",
            f"{format_percent(1 - rows.kept_share)} of the {format_count(rows.read)} rows that the index of"
            f" {qualified(node)} hands over fail {' and '.join(r.text for r in flags)}",
            weight,
            columns=", ".join(r.column for r in flags),
            condition=" AND ".join(r.text for r in flags),
            kept_share=rows.kept_share,
        )


def missing_brin_index(case: Case) -> Iterator[Finding]:
    """A large table is read whole for a range of a column in whose order its rows lie.

    A BRIN index holds one entry for some dozen pages, a thousandth of a b-tree, and skips all others. Informational
    beside missing-index-filter: a b-tree is faster and larger. Fine where rows are moved about. Needs the catalog.
    """
    for node in selective_seq_scans(case):
        relation = case.relation(node)
        if relation is None or relation.pages < LARGE_TABLE_BLOCKS:
            continue
        for restriction in _ranges(node, relation):
            column = relation.column(restriction.column)
            correlation = column.statistics.correlation if column and column.statistics else None
            if correlation is None or abs(correlation) < IN_ORDER:
                continue
            if leading(relation, restriction.column, "<") or with_method(
                relation, restriction.column, "brin"
            ):
                continue
            yield finding_at(
                node,
                "missing-brin-index",
                f"{format_bytes(relation.table_bytes)} of {qualified(node)} are read for {format_percent(tally(node).kept_share)}"
                f" of its rows, which lie together: the table is in the order of {restriction.column}",
                weigh(case, node),
                severity="info",
                columns=restriction.column,
                correlation=correlation,
                condition=node.filter,
                kept_share=tally(node).kept_share,
            )
            break


def _ranges(node: Node, relation: Relation | None) -> list[Restriction]:
    return [
        r
        for text in (node.filter, node.index_condition or node.recheck_condition)
        for r in restrictions(text, node.alias, relation)
        if r.form == "bare" and r.operator in RANGE and r.against is None
    ]


def _of_ranges(case: Case) -> Iterator[Finding]:
    """Ranges made of two columns and asked for what they hold or overlap."""
    for one in expressions(case):
        if one.side.kind == "call" and one.side.name.endswith("range") and one.operator in {"&&", "@>", "<@"}:
            yield finding_at(
                one.node,
                "missing-gist-range-index",
                f"{one.side.text} is made of {format_count(tally(one.node).read)} rows of {qualified(one.node)} to find the"
                f" {format_count(tally(one.node).kept)} that {one.text} keeps: no GiST index holds it",
                one.weight,
                columns=", ".join(one.columns),
                expression=one.side.text,
                condition=one.text,
            )


def missing_gist_range_index(case: Case) -> Iterator[Finding]:
    """A value is looked up between two columns, which a b-tree can do for only one of them.

    Half the table lies on the right side of either bound. A GiST index on a range of both, asked with @>, finds the few
    intervals that hold the value. Fine on small tables.
    """
    yield from _of_ranges(case)
    for node in case.plan.walk():
        if node.node_type not in SCANS or not node.loops:
            continue
        rows, weight, relation = tally(node), weigh(case, node, *children(node)), case.relation(node)
        if rows.removed < MANY_ROWS or rows.kept_share > SELECTIVE_SHARE or not weight.matters:
            continue
        bounds = _ranges(node, relation)
        pair = next(
            (
                (low, high)
                for low in bounds
                for high in bounds
                if low.operator in {"<", "<="}
                and high.operator in {">", ">="}
                and low.column != high.column
                and low.other is not None
                and high.other is not None
                and low.other.text == high.other.text
            ),
            None,
        )
        if pair is None:
            continue
        columns = f"{pair[0].column}, {pair[1].column}"
        yield finding_at(
            node,
            "missing-gist-range-index",
            f"{format_count(rows.read)} rows of {qualified(node)} are checked for the {format_count(rows.kept)} whose"
            f" interval from {pair[0].column} to {pair[1].column} holds the value",
            weight,
            columns=columns,
            condition=f"{pair[0].text} AND {pair[1].text}",
            kept_share=rows.kept_share,
        )


RULES = (
    Rule(
        id="missing-covering-index",
        title="Rows are fetched from the table for a column or two",
        check=missing_covering_index,
    ),
    Rule(
        id="missing-partial-index",
        title="Most of what the index holds fails a fixed condition",
        check=missing_partial_index,
    ),
    Rule(
        id="missing-brin-index",
        title="A table in order is read whole for a range",
        check=missing_brin_index,
    ),
    Rule(
        id="missing-gist-range-index",
        title="A value is looked up between two columns",
        check=missing_gist_range_index,
    ),
)
