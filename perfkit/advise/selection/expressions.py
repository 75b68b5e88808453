"""What is known of the values of an expression that no index was analyzed with: counted in a sample of its table's pages, as ANALYZE would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from perfkit.advise.selection.deadline import Deadline
from perfkit.advise.selection.option import Option
from perfkit.catalog import Catalog, Relation
from perfkit.db.session import Session
from perfkit.db.statistics_lab import ValueStatistics
from perfkit.errors import CaptureError
from perfkit.identifier import quote_qualified
from perfkit.units import BLOCK_BYTES

SAMPLE_PAGES = 500
"""4 MB: words are cut out of each of its texts."""

LONGEST_SECONDS = 5.0
"""Of one sample; an expression that takes longer is left out."""

MOST_COMMON = 100
"""As many as ANALYZE keeps by default."""

MOST_WORDS = 1000

_STANDS_OUT = 1.25
"""A value is common that comes so much more often than the average one (analyze_mcv_list, before 11)."""

_STORED_AS_SHARE = 0.1
"""From so many distinct values a row on they are thought to grow with the table, as ANALYZE has it."""

_COUNTED = """
with s as materialized (select ({expression}) as v from {table} tablesample system ({percent:.6f}) repeatable (0)),
g as (select v, count(*) as n from s where v is not null group by v),
top as (select v::text as v, n from g where n > 1 order by n desc, v::text limit {most})
select (select count(*) from s), (select count(v) from s), (select coalesce(avg(pg_column_size(v)), 0)::float8 from s),
    (select count(*) from g), (select count(*) from g where n = 1),
    (select array_agg(v order by n desc, v) from top), (select array_agg(n order by n desc, v) from top)
"""

_WORDS = """
with s as materialized (select ({expression}) as v from {table} tablesample system ({percent:.6f}) repeatable (0)),
top as (select w.lexeme as v, count(*) as n from s, unnest(s.v) as w group by 1 order by 2 desc, 1 limit {most})
select (select count(*) from s), (select count(v) from s), (select coalesce(avg(pg_column_size(v)), 0)::float8 from s),
    (select array_agg(v order by octet_length(v), v collate "C") from top),
    (select array_agg(n order by octet_length(v), v collate "C") from top)
"""
"""Words stand by length, then by bytes, where the planner looks for them (compute_tsvector_stats)."""

Known = Mapping[tuple[str, str], ValueStatistics]
"""By table and expression."""


def known_expressions(
    session: Session, options: Sequence[Option], catalog: Catalog, deadline: Deadline | None = None
) -> Known:
    """Reads about ``SAMPLE_PAGES`` pages for each expression in the transaction that the caller opened; what cannot be counted, as
    for a type whose values cannot be compared, is left out."""
    found: dict[tuple[str, str], ValueStatistics] = {}
    for option in options:
        for key in option.shape.keys:
            if key.expression is None or (option.table, key.expression) in found:
                continue
            if deadline is not None and deadline.is_over:
                return found
            query = _WORDS if option.shape.method == "gin" else _COUNTED
            try:
                with session.savepoint():
                    session.execute(f"set local statement_timeout = '{LONGEST_SECONDS}s'")
                    found[option.table, key.expression] = _read(
                        session, option.shape.relation, key.expression, query, catalog
                    )
            except CaptureError:
                continue
    return found


def _read(
    session: Session, relation: Relation, expression: str, query: str, catalog: Catalog
) -> ValueStatistics:
    parts = [part for part in catalog.relations if part.partition_of == relation.qualified_name] or [relation]
    pages = sum(max(part.pages, (part.table_bytes or 0) / BLOCK_BYTES) for part in parts)
    rows = sum(part.rows or 0.0 for part in parts)
    text = query.format(
        expression=expression,
        table=quote_qualified(relation.schema, relation.name),
        percent=min(100.0, 100 * SAMPLE_PAGES / max(pages, 1.0)),
        most=MOST_WORDS if query is _WORDS else MOST_COMMON,
    )
    row = cast(tuple[Any, ...], session.run_users("", text)[0])
    total, present, width = int(row[0]), int(row[1]), float(row[2])
    if not present:
        raise CaptureError(f"the sample holds no value of {expression}")
    nulls = 1 - present / total
    if query is _WORDS:
        return ValueStatistics(
            null_fraction=nulls,
            average_width=round(width),
            distinct=-1.0,
            words=tuple(row[3] or ()),
            word_shares=tuple(count / present for count in row[4] or ()),
        )
    values, times = row[5] or [], row[6] or []
    distinct = distinct_of(present, int(row[3]), int(row[4]), max(rows * present / total, present))
    least = _STANDS_OUT * present / max(int(row[3]), 1)
    common = [
        (value, count / total)
        for value, count in zip(values, times, strict=True)
        if count > least or int(row[3]) <= len(values)
    ]
    return ValueStatistics(
        null_fraction=nulls,
        average_width=round(width),
        distinct=-distinct / max(rows, 1.0) if distinct > _STORED_AS_SHARE * rows else distinct,
        common=tuple(value for value, _ in common),
        common_shares=tuple(share for _, share in common),
    )


def distinct_of(sampled: int, distinct: int, once: int, rows: float) -> float:
    """How many distinct values all rows hold, of whose sample some were seen once (Haas and Stokes, as in compute_scalar_stats).

    >>> distinct_of(1000, 10, 0, 1e6), distinct_of(1000, 1000, 1000, 1e6)
    (10.0, 1000000.0)
    """
    if not once:
        return float(distinct)
    guess = sampled * distinct / (sampled - once + once * sampled / rows)
    return min(max(guess, float(distinct)), rows)
