"""The same statement with another item first in a FROM: not better, but what HypoPG needs to see a partial index of that table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.catalog import Catalog
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, open_draft
from perfkit.sql.rewrites.from_items import Items, read_items, with_conditions
from perfkit.sql.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """``sql`` has the columns and rows of its statement; ``select *`` may give them in another order."""

    table: str
    """The relation that now stands first, by its qualified name."""
    sql: str


def with_another_first(statement: Statement, catalog: Catalog) -> Iterator[Spelling]:
    """One spelling for each table that is joined by commas, inner or cross joins and stands behind others."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        items = read_items(query, draft) if draft is not None else None
        if draft is None or items is None:
            continue
        for place, source in enumerate(items.sources):
            relation = source.table.relation if source.table is not None else None
            if place == 0 or relation is None or not _may_move(items, place):
                continue
            sql = draft.edited(_moved(items, place, draft))
            if sql is not None:
                yield Spelling(table=relation.qualified_name, sql=sql)


def _may_move(items: Items, place: int) -> bool:
    """An outer join before it binds it to its place; one behind it that keeps its own rows does not let its ON become a WHERE."""
    return not any(items.sides[: place + 1]) and not {"RIGHT", "FULL"} & set(items.sides[place + 1 :])


def _moved(items: Items, place: int, draft: Draft) -> list[Edit]:
    order = [place, *(other for other in range(place + 1) if other != place)]
    text = draft.own(" cross join ").join(draft.cut(items.spans[other]) for other in order)
    joined = [
        draft.cut(condition.span)
        for condition in items.conditions
        if condition.item is not None and condition.item <= place
    ]
    whole = Span(items.wholes[0].start, items.wholes[place].end)
    return [Edit(whole, text), *with_conditions(draft, items.query, (), joined)]
