"""A covering index: it also holds the few columns the statement reads, so that the table is not touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfkit.advise.indexes.conditions import is_narrow, is_sortable
from perfkit.advise.indexes.proposal import Proposal
from perfkit.catalog import Catalog, Relation
from perfkit.findings.finding import Finding
from perfkit.plan.model import Plan
from perfkit.sql.predicates import TableUse

MOST_INCLUDED = 3
"""Each included column is written whenever it changes, and makes the index as wide as the table in the end."""

NARROW_BYTES = 32
"""A name or an address is wider: the index would hold the table's text once more."""

MANY_ROWS = 200
"""Fewer visits to the table cost less than a millisecond."""

VISIBLE_SHARE = 0.5
"""With fewer pages all-visible an index-only scan visits the table all the same."""

LEAST_SHARE = 0.1
"""Under a tenth of the time a wider index is not worth its writes."""

MOST_BASES = 2
_FETCHING = ("Index Scan", "Bitmap Heap Scan")
_CURE = "missing-covering-index"
_ORDERED = "missing-index-group-by"


def for_columns_read(
    use: TableUse,
    relation: Relation,
    basis: Sequence[Proposal],
    catalog: Catalog,
    plan: Plan | None,
    findings: Sequence[Finding],
) -> Iterator[Proposal]:
    """The likeliest b-trees with the other columns the statement reads included, where the plan fetches many rows."""
    if use.is_target or use.selects_star or not _is_visible(relation):
        return
    is_sought = plan is None or is_named(relation, findings)
    compared = {item.column for item in use.predicates if item.use == "equality" and not item.is_under_or}
    plain = [base for base in basis if len(base.shapes) == 1 and base.shapes[0].method == "btree"]
    for base in plain[:MOST_BASES]:
        shape = base.shapes[0]
        # an order of the whole table helps only where the table need not be touched for it
        if not is_sought and not (use.limit is None and _ORDERED in base.cures):
            continue
        others = tuple(name for name in use.columns if name not in shape.holds)
        # A column compared for equality belongs among the keys.
        if not 0 < len(others) <= MOST_INCLUDED or set(others) & compared:
            continue
        if not all(
            is_narrow(relation, name, NARROW_BYTES) and is_sortable(relation, name) for name in others
        ):
            continue
        yield replace(
            base,
            shapes=(replace(shape, included=others),),
            cures=tuple(dict.fromkeys((_CURE, *base.cures))),
            weight=base.weight * 0.8,
        )


def _is_visible(relation: Relation) -> bool:
    if relation.kind == "partitioned table":
        return True
    return relation.all_visible_pages >= VISIBLE_SHARE * relation.pages


def is_named(relation: Relation, findings: Sequence[Finding]) -> bool:
    """Whether a finding says that few columns of the table are read at great cost."""
    names = (relation.name, relation.qualified_name)
    return any(finding.id == _CURE and finding.evidence.get("relation") in names for finding in findings)
