"""Searches for a prefix, which need an index sorted by code point."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at, it_seems
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.indexes import BYTE_COLLATIONS, leading, with_class
from perfkit.findings.restrictions import prefix
from perfkit.findings.rules.predicates import TRIGRAM_CLASSES, filtered, found
from perfkit.findings.weight import weigh

PATTERN_CLASSES = ("text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops")


def missing_pattern_ops_index(case: Case) -> Iterator[Finding]:
    """A search for a prefix finds no index on the column, or one that is sorted by the rules of a language.

    Only an index sorted by code point (text_pattern_ops, or a column with collation C) turns a prefix into a range. Fine
    where few rows are checked. Without the catalog any prefix that an index does not serve is told.
    """
    for node, relation, restriction, weight in filtered(case):
        pattern = prefix(restriction)
        if case.catalog is None and pattern is not None:
            yield found(
                node, "missing-pattern-ops-index", weight, restriction,
                f"{it_seems(case)}no index finds the prefix '{pattern}': one on {restriction.column} must be sorted by code point",
            )  # fmt: skip
            continue
        if relation is None or pattern is None:
            continue
        column, index = relation.column(restriction.column), leading(relation, restriction.column, "<")
        if column is None or column.collation in BYTE_COLLATIONS:
            continue
        if with_class(relation, restriction.column, (*PATTERN_CLASSES, *TRIGRAM_CLASSES)):
            continue
        yield found(
            node, "missing-pattern-ops-index", weight, restriction,
            f"{index.name} is sorted by the rules of {column.collation} and cannot find the prefix '{pattern}'"
            if index is not None
            else f"no index on {column.name} finds the prefix '{pattern}'; it must be sorted by code point",
        )  # fmt: skip


def collation_prevents_prefix_index(case: Case) -> Iterator[Finding]:
    """The index on a column is sorted by its collation, which is not C, so that a prefix is no range of it.

    Told for information beside missing-pattern-ops-index, which names the index that would serve. Fine where prefixes are
    never searched. Needs the catalog.
    """
    for finding in missing_pattern_ops_index(case):
        node = case.node(finding.node) if finding.node is not None else None
        relation = case.relation(node) if node is not None else None
        column = relation.column(str(finding.evidence.get("column"))) if relation is not None else None
        if node is None or column is None or column.collation is None:
            continue
        yield finding_at(
            node,
            "collation-prevents-prefix-index",
            f"{column.name} has the collation {column.collation}, under which rows of one prefix need not stand together",
            weigh(case, node),
            severity="info",
            column=column.name,
            collation=column.collation,
        )


RULES = (
    Rule(
        id="collation-prevents-prefix-index",
        title="A prefix cannot use an index whose collation is not C",
        check=collation_prevents_prefix_index,
    ),
    Rule(
        id="missing-pattern-ops-index",
        title="Prefix search on an index sorted by language",
        check=missing_pattern_ops_index,
    ),
)
