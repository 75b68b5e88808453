"""DISTINCT over a join that repeats rows, as EXISTS: no row is repeated, so none has to be removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, open_draft
from perfkit.sql.rewrites.from_items import Condition, Items, read_items, row_key, with_conditions
from perfkit.sql.rewrites.keys import base_column, name_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_aggregate, is_star
from perfkit.sql.statement import Statement

_CURES = ("distinct-hides-fanout",)


def distinct_to_exists(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        if draft is None or query.node.find(exp.Rand, exp.Window) or query.node.args.get("having"):
            continue
        removal = _removal(query, draft)
        items = read_items(query, draft) if removal is not None else None
        if removal is not None and items is not None and len(items.sources) > 1:
            yield from _rewrite(draft, items, removal)


def _removal(query: Query, draft: Draft) -> Edit | None:
    """An edit that takes out DISTINCT or a GROUP BY over exactly what is selected, or makes count(DISTINCT x) a count(*)."""
    distinct, group = query.node.args.get("distinct"), query.node.args.get("group")
    selected = query.block.selected
    if distinct is not None and not distinct.args.get("on") and group is None and not query.scope.is_grouped:
        return Edit(Span(selected.whole.start + len("select"), selected.body.start), " ")
    clause = query.clause("group")
    if group is not None and distinct is None and clause is not None:
        has_aggregate = any(is_aggregate(node) for node in query.node.find_all(exp.Func))
        keys = {unwrap(key) for key in group.expressions}
        values = {unwrap(aliased(item)) for item in query.node.expressions}
        if not has_aggregate and values <= keys and len(keys) == len(group.expressions):
            start = len(draft.text[: clause.whole.start].rstrip())
            return Edit(Span(start, clause.whole.end), "")
    if group is None and distinct is None and _counted(query) is not None:
        return Edit(selected.items()[0], _count_all(query, draft))
    return None


def _counted(query: Query) -> exp.Column | None:
    """The column of the one ``count(DISTINCT column)`` the query selects."""
    if len(query.node.expressions) != 1:
        return None
    count = aliased(query.node.expressions[0])
    distinct = count.this if isinstance(count, exp.Count) else None
    if isinstance(distinct, exp.Distinct) and len(distinct.expressions) == 1:
        column = unwrap(distinct.expressions[0])
        return column if isinstance(column, exp.Column) else None
    return None


def _count_all(query: Query, draft: Draft) -> str:
    text = draft.cut(query.block.selected.items()[0])
    return "count(*)" + text[text.index(")") + 1 :] if text.count("(") == 1 else "count(*)"


def _kept(items: Items, draft: Draft) -> dict[int, set[str] | None]:
    """The items the output reads, each with its columns that are selected as they are (None for all)."""
    query = items.query
    kept: dict[int, set[str] | None] = {}
    counted = _counted(query)
    nodes = [counted] if counted is not None else [aliased(item) for item in query.node.expressions]
    for node in nodes:
        if is_star(node):
            qualifier = identifier(node.args.get("table")) if isinstance(node, exp.Column) else ""
            for place, source in enumerate(items.sources):
                if not qualifier or source.alias == qualifier:
                    kept[place] = None
            continue
        for place in items.read(node, draft):
            kept.setdefault(place, set())
        column = base_column(node, query.scope)
        if column is not None:
            names = kept[items.sources.index(column[0])]
            if names is not None:
                names.add(column[1])
    for part in ("order", "group"):
        holder = query.node.args.get(part)
        for place in items.read(holder, draft) if holder is not None else ():
            kept.setdefault(place, set())
    return kept


def _rewrite(draft: Draft, items: Items, removal: Edit) -> Iterator[Rewrite]:
    kept = _kept(items, draft)
    keyed = {place: key for place, names in kept.items() if (key := row_key(items, place, names)) is not None}
    if any(items.sides[place] for place in keyed) or any(side in ("RIGHT", "FULL") for side in items.sides):
        return
    staying = items.determined(frozenset(keyed))
    gone = [place for place in range(len(items.sources)) if place not in staying]
    if (
        not keyed
        or not staying.issuperset(kept)
        or not all(is_stable(item.node) for item in items.conditions)
    ):
        return
    if not _can_lead(items, gone):
        return
    edits = [removal]
    exists: list[str] = []
    moved: list[Span] = []
    for part in _components(items, gone):
        found = _moved(draft, items, part, staying, is_headless=0 in gone)
        if found is None:
            return
        edits += [edit for place in part for edit in _taken_out(draft, items, place)]
        if found.exists:
            exists.append(found.exists)
        moved += found.spans
    edits += with_conditions(draft, items.query, moved, exists)
    sql = draft.edited(edits)
    if sql is None:
        return
    reasons = []
    for place, key in keyed.items():
        table = items.sources[place].table
        if table is not None and table.relation is not None:
            reasons.append(
                f"{name_of(table.relation, key)} is selected and unique, so without the join no row repeats"
            )
    yield Rewrite(
        name="distinct-to-exists" if gone else "distinct-removed",
        sql=sql,
        cures=_CURES,
        rationale="EXISTS stops at the first match of each row; the join makes every match a row, and DISTINCT removes them again."
        if gone
        else "No row can repeat, so nothing has to be sorted or hashed to find out.",
        conditions=tuple(reasons),
    )


def _components(items: Items, gone: Sequence[int]) -> list[list[int]]:
    """The items to go, those that share a condition together."""
    parts: list[set[int]] = [{place} for place in gone]
    for condition in items.conditions:
        touched = [part for part in parts if part & condition.sources]
        if len(touched) > 1:
            parts = [part for part in parts if part not in touched] + [set().union(*touched)]
    return sorted(sorted(part) for part in parts)


@dataclass(frozen=True, slots=True)
class _Moved:
    exists: str
    """Empty where the items can go without a trace."""
    spans: tuple[Span, ...] = ()
    """Conditions of the WHERE that are inside the EXISTS now."""


def _moved(
    draft: Draft, items: Items, part: Sequence[int], staying: frozenset[int], *, is_headless: bool
) -> _Moved | None:
    """The EXISTS that takes the place of the items; None where they cannot be moved."""
    read = [condition for condition in items.conditions if condition.sources & set(part)]
    if any(items.sides[place] for place in part):
        # Each row of the kept side is there whether it has a match or not, as long as nothing else looks at the match.
        is_silent = all(condition.item in part for condition in read) and all(
            items.sides[place] == "LEFT" for place in part
        )
        return _Moved("") if is_silent else None
    if any(condition.item in staying and not (condition.item == 1 and is_headless) for condition in read):
        return None
    if any(condition.item in part and not condition.sources & set(part) for condition in items.conditions):
        return None
    lines = [draft.cut(items.spans[part[0]])]
    used: list[Condition] = []
    for number, place in enumerate(part[1:], 1):
        on = [
            condition
            for condition in read
            if condition not in used
            and place in condition.sources
            and condition.item is not None
            and condition.sources <= set(part[: number + 1])
        ]
        used += on
        join = (
            f"join {draft.cut(items.spans[place])} on "
            if on
            else f"cross join {draft.cut(items.spans[place])}"
        )
        lines.append(join + " and ".join(_text(draft, condition) for condition in on))
    rest = [_text(draft, condition) for condition in read if condition not in used]
    if not any(condition.sources & staying for condition in read if condition not in used):
        return None
    exists = draft.own(f"exists (select 1 from {' '.join(lines)} where {' and '.join(rest)})")
    return _Moved(exists, tuple(condition.span for condition in read if condition.item is None))


def _text(draft: Draft, condition: Condition) -> str:
    text = draft.cut(condition.span)
    return f"({text})" if isinstance(condition.node, exp.Or) else text


def _taken_out(draft: Draft, items: Items, place: int) -> list[Edit]:
    """Edits that take an item out of the FROM; in place of the first stands the second, without its ON."""
    whole = items.wholes[place]
    if place == 0:
        after = items.spans[1].end
        return [
            Edit(Span(whole.start, items.spans[1].start), ""),
            Edit(Span(after, items.wholes[1].end), ""),
        ]
    return [Edit(Span(len(draft.text[: whole.start].rstrip()), whole.end), "")]


def _can_lead(items: Items, gone: Sequence[int]) -> bool:
    """True when the FROM keeps its first item, or the second can take its place: all its ON goes into an EXISTS."""
    return 0 not in gone or (
        1 not in gone
        and not items.sides[1]
        and all(condition.sources & set(gone) for condition in items.conditions if condition.item == 1)
    )
