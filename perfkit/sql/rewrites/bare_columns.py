"""Conditions that hide a column in an expression, written so that the column stands alone: all of a statement at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from perfkit.catalog import Catalog
from perfkit.sql.rewrites.ages import age
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.coalesced import coalesced
from perfkit.sql.rewrites.containment import containment
from perfkit.sql.rewrites.draft import Edit, edited
from perfkit.sql.rewrites.jsonb_keys import jsonb_key
from perfkit.sql.rewrites.null_safe import null_safe
from perfkit.sql.rewrites.plain_values import plain_value
from perfkit.sql.rewrites.prefixes import prefix
from perfkit.sql.rewrites.ranges import range_turn
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.rewrites.search import Search, Turn, Turned, found_turns, in_its_case
from perfkit.sql.rewrites.shifts import shifted
from perfkit.sql.statement import Statement

TURNS: tuple[Turn, ...] = (plain_value, containment, shifted, age, coalesced, prefix, jsonb_key, null_safe)
"""Those that look at nothing but their condition."""


def columns_to_stand_alone(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """First with those conditions that are surely equal, then with those that are so but for a caveat, too."""
    found = found_turns(statement, catalog, [range_turn(statement, catalog), *TURNS])
    sure = [one for one in found if not one[1].caveats]
    for group in (sure, found) if len(sure) < len(found) else (found,):
        rewrite = _rewrite(statement, group)
        if rewrite is not None:
            yield rewrite


def _rewrite(statement: Statement, found: Sequence[tuple[Search, Turned, Span]]) -> Rewrite | None:
    edits = [Edit(span, in_its_case(new.sql, statement.text)) for _, new, span in found]
    sql = edited(statement, edits) if edits else None
    if sql is None:
        return None
    names = _once(new.name for _, new, _ in found)
    is_key = any(search.is_partition_key for search, _, _ in found)
    return Rewrite(
        name=names[0] if len(names) == 1 else "columns-stand-alone",
        sql=sql,
        cures=_once(
            [*(cure for _, new, _ in found for cure in new.cures), *(["partition-pruning-defeated"] * is_key)]
        ),
        rationale="; ".join(_once(new.rationale for _, new, _ in found)),
        conditions=_once(text for _, new, _ in found for text in new.conditions),
        caveats=_once(text for _, new, _ in found for text in new.caveats),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
