"""Searches inside documents, arrays and texts, which GIN serves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perfkit.findings.at import finding_at, it_seems, rows_in_words
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.indexes import on_expression, with_method
from perfkit.findings.joined_arrays import joined_arrays
from perfkit.findings.rules.predicates import INTO_DOCUMENT, TEXT_SEARCH, filtered, found
from perfkit.findings.tree import qualified


def missing_gin_jsonb(case: Case) -> Iterator[Finding]:
    """A search for what a document or array contains has no GIN index.

    Every document is fetched and searched. GIN finds the rows by key and value. Fine where few rows are checked; a GIN
    index costs much on writes.
    """
    for node, relation, restriction, weight in filtered(case):
        if restriction.operator not in {"@>", "?", "?|", "?&", "@?", "@@"}:
            continue
        if restriction.form != "bare" and restriction.wrapper not in INTO_DOCUMENT:
            continue
        column = relation.column(restriction.column) if relation else None
        if case.catalog is None:
            # the constant beside the operator tells the type; @> serves ranges and shapes as well
            is_searchable = re.search(r"::(jsonb|[\w ]+\[\])\)*$", restriction.text) is not None
        else:
            is_searchable = column is not None and (column.type == "jsonb" or column.type.endswith("[]"))
        if not is_searchable:
            continue
        if relation is None or with_method(relation, restriction.column, "gin") is None:
            yield found(
                node, "missing-gin-jsonb", weight, restriction, f"{it_seems(case)}no GIN index on {restriction.column} serves"
                f" {restriction.operator}",
            )  # fmt: skip


def any_array_not_indexable(case: Case) -> Iterator[Finding]:
    """value = ANY (array column) cannot use the GIN index, which serves only containment and overlap.

    column @> ARRAY[value] says the same and uses it, with a constant and with a column of a joined table. Fine where few
    rows are checked. With a catalog, told only where there is a GIN index.
    """
    for node, relation, restriction, weight in filtered(case):
        if restriction.operator != "any =" or (case.catalog is not None and relation is None):
            continue
        index = with_method(relation, restriction.column, "gin") if relation else None
        if relation is not None and index is None:
            continue
        yield found(
            node, "any-array-not-indexable", weight, restriction,
            f"= ANY ({restriction.column}) cannot use {index.name if index else 'a GIN index'}",
        )  # fmt: skip
    yield from _in_joins(case)


def _in_joins(case: Case) -> Iterator[Finding]:
    for join, scan, relation, restriction, weight in joined_arrays(case):
        index = with_method(relation, restriction.column, "gin") if relation else None
        if index is None and case.catalog is not None:
            continue
        yield finding_at(
            scan,
            "any-array-not-indexable",
            f"= ANY ({restriction.column}) cannot use {index.name if index else 'a GIN index'}: the arrays of"
            f" {rows_in_words(scan.total_rows)} of {qualified(scan)} are taken apart for {rows_in_words(join.total_rows)} of"
            " the join",
            weight,
            column=restriction.column,
            condition=restriction.text,
            rows_joined=join.total_rows,
        )


def missing_fulltext_index(case: Case) -> Iterator[Finding]:
    """Every row is searched for words, mostly after parsing its text, because no index holds them.

    A generated tsvector column or an expression index, with GIN, does it once per write. Fine where few rows are checked.
    """
    for node, relation, restriction, weight in filtered(case):
        column = relation.column(restriction.column) if relation else None
        if restriction.operator != "@@":
            continue
        if column is not None and column.type == "tsvector":
            if relation is not None and with_method(relation, restriction.column, "gin") is None:
                yield found(
                    node, "missing-fulltext-index", weight, restriction, f"no GIN index holds the words of {column.name}"
                )  # fmt: skip
        elif TEXT_SEARCH in restriction.wrapped.lower() and (
            relation is None or on_expression(relation, restriction.wrapped) is None
        ):
            yield found(
                node, "missing-fulltext-index", weight, restriction,
                f"{restriction.wrapped} is computed for every row",
            )  # fmt: skip


RULES = (
    Rule(id="missing-gin-jsonb", title="Containment search without GIN", check=missing_gin_jsonb),
    Rule(
        id="any-array-not-indexable",
        title="= ANY (array column) beside a GIN index",
        check=any_array_not_indexable,
    ),
    Rule(
        id="missing-fulltext-index", title="Text search computed for every row", check=missing_fulltext_index
    ),
)
