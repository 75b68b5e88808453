"""Correlated subqueries over the same rows, computed once for all keys by one grouped derived table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.identifier import quote_identifier
from perfkit.sql.rewrites.correlated import Correlated
from perfkit.sql.rewrites.draft import Draft
from perfkit.sql.rewrites.names import column, fresh, qualified
from perfkit.sql.scope import Scope, identifier, output_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    alias: str
    sql: str
    """``(select k, count(*) as n from … group by k) alias on alias.k = outer.k``, to follow a JOIN."""
    lateral: str
    """The same for one row of the outer query, to follow LATERAL."""
    exposed: tuple[str, ...]
    values: tuple[str, ...]
    """``alias.n`` for each subquery."""


def same_rows(one: Correlated, other: Correlated, scope: Scope, draft: Draft) -> bool:
    """True when both read the same FROM tied in the same way; their other conditions may differ."""
    first, second = one.inner.clause("from"), other.inner.clause("from")
    return (
        first is not None
        and second is not None
        and [token.name for token in first.tokens] == [token.name for token in second.tokens]
        and _tie_text(one, scope, draft) == _tie_text(other, scope, draft)
    )


def _tie_text(found: Correlated, scope: Scope, draft: Draft) -> list[tuple[str, str | None]]:
    return sorted((identifier(tie.inner.this), qualified(tie.outer, scope, draft)) for tie in found.ties)


def group(
    members: Sequence[Correlated], wanted: Sequence[str], scope: Scope, draft: Draft, used: set[str]
) -> Grouped | None:
    """One derived table for the members; ``wanted`` are names for their values. None where names cannot be told."""
    first = members[0]
    start = first.inner.clause("from")
    assert start is not None
    rests = [[draft.cut(span) for span in member.rest] for member in members]
    common = [text for text in rests[0] if all(text in rest for rest in rests)]
    keys, ons = [], []
    exposed: list[str] = []
    table = next((source.table for source in first.inner.scope.sources if source.table is not None), None)
    if table is None:
        return None
    stem = identifier(first.ties[0].inner.this).removesuffix("_id")
    alias = fresh(f"{table.name.lower()}_by_{stem.lower()}", used)
    for tie in first.ties:
        inner, outer = qualified(tie.inner, first.inner.scope, draft), qualified(tie.outer, scope, draft)
        name = identifier(tie.inner.this)
        if inner is None or outer is None or name in exposed:
            return None
        key = (
            inner
            if len(first.inner.scope.sources) > 1
            else draft.own(inner)
            if tie.inner.table
            else quote_identifier(name)
        )
        keys.append(key)
        exposed.append(name)
        ons.append(f"{column(alias, name)} = {outer}")
    values: list[str] = []
    for member, rest, name in zip(members, rests, wanted, strict=True):
        own = [text for text in rest if text not in common]
        text = _text(member, draft)
        if own:
            if " filter" in text.lower() or not (member.is_count or member.is_null_without_rows):
                return None
            text += f" filter (where {' and '.join(own)})"
        output = name
        number = 2
        while output in exposed:
            output, number = f"{name}{number}", number + 1
        exposed.append(output)
        values.append(f"{text} as {quote_identifier(output)}")
    source, condition = draft.cut(start.body), f"\nwhere {' and '.join(common)}" if common else ""
    sql = (
        f"(\n  select {', '.join([*keys, *values])}\n  from {source}"
        f"{condition.replace(chr(10), chr(10) + '  ')}\n  group by {', '.join(keys)}\n) {alias} on {' and '.join(ons)}"
    )
    ties = [f"{key} = {on.partition(' = ')[2]}" for key, on in zip(keys, ons, strict=True)]
    everything = " and ".join([*ties, *common])
    lateral = f"(\n  select {', '.join(values)}\n  from {source}\n  where {everything}\n) {alias}"
    return Grouped(
        alias=alias,
        sql=draft.own(sql),
        lateral=draft.own(lateral),
        exposed=tuple(exposed),
        values=tuple(column(alias, name) for name in exposed[len(keys) :]),
    )


def _text(member: Correlated, draft: Draft) -> str:
    selected = draft.cut(member.inner.block.selected.items()[0])
    named = member.inner.node.expressions[0].alias
    if not named:
        return selected
    # Without its alias: the last word, and AS before it.
    words = selected.rstrip().rsplit(None, 1)[0].rstrip()
    return words[: -len("as")].rstrip() if words.lower().endswith((" as", ")as")) else words


def default_name(member: Correlated) -> str:
    """What PostgreSQL calls the column of the subquery."""
    item = member.inner.node.expressions[0]
    return output_name(item) or next(iter(member.inner.block.selected.tokens)).name
