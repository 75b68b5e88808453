"""A few rows by chance without giving every row a number and sorting them all."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Edit, open_draft
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.statement import Statement

_MARGIN = 20
"""Times as many rows as wanted are sampled, as a filter may drop some and the share is one of expectation."""
_FEWEST_PAGES = 20
"""Pages are picked by chance: of fewer, the sample might come out empty."""


def random_rows_to_sample(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    query = draft.main if draft is not None else None
    if draft is None or query is None or query.scope.is_grouped or query.node.args.get("distinct"):
        return
    order, limit, start = query.node.args.get("order"), query.node.args.get("limit"), query.clause("from")
    keys = [unwrap(key.this) for key in order.expressions] if order is not None else []
    count = limit.expression if isinstance(limit, exp.Limit) else None
    if len(keys) != 1 or not isinstance(keys[0], exp.Rand) or len(query.scope.sources) != 1 or start is None:
        return
    table = query.scope.sources[0].table
    relation = table.relation if table is not None else None
    if (
        relation is None
        or relation.kind not in ("table", "partitioned table", "materialized view")
        or not relation.rows
    ):
        return
    if not isinstance(count, exp.Literal) or not count.name.isdigit():
        return
    if query.node.find(exp.TableSample):
        return
    share = 100 * max(_MARGIN * int(count.name) / relation.rows, _FEWEST_PAGES / max(relation.pages, 1))
    if share >= 50:
        return
    share = float(f"{share:.1g}") if share < 10 else math.ceil(share)
    end = start.body.end
    sql = draft.edited([Edit(Span(end, end), draft.own(f" tablesample system ({share:g})"))])
    if sql is None:
        return
    caveats = [
        "the rows are taken from a few pages of the table: neighbours come together, and other rows than before",
        "the share has to grow with the number of rows wanted, and shrink as the table grows",
    ]
    if query.clause("where") is not None:
        caveats.append("where the filter keeps few rows, fewer than wanted may be found")
    yield Rewrite(
        name="random-rows-to-sample",
        sql=sql,
        cures=("order-by-random",),
        rationale="TABLESAMPLE reads a share of the table's pages; ORDER BY random() reads and numbers all rows to keep a few.",
        caveats=tuple(caveats),
        is_contract_change=True,
    )
