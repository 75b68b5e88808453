"""A count that only asks whether there is any row, as EXISTS, which stops at the first."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, open_draft
from perfkit.sql.rewrites.keys import never_null
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan

_SOME = {">": "0", ">=": "1", "<>": "0", "!=": "0"}
_NONE = {"=": "0", "<": "1", "<=": "0"}
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_UNFIT = ("group", "having", "limit", "offset", "distinct", "windows", "with_", "locks")
_LOOSE = (exp.And, exp.Or, exp.Where, exp.Paren, exp.Select, exp.Alias, exp.If, exp.Join, exp.Having)
"""Where NOT EXISTS may stand without parentheses."""


def count_to_exists(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``(SELECT count(*) …) > 0`` wherever it stands, and ``SELECT count(*) > 0 FROM …`` as the whole statement.

    Neither a count nor EXISTS is ever NULL, so that one may take the other's place in any expression.
    """
    draft = open_draft(statement, catalog)
    if draft is None:
        return
    edits = [edit for query in draft.queries for edit in _of_subquery(draft, query)]
    sql = draft.edited(edits) if edits else _of_statement(draft)
    if sql is not None:
        yield Rewrite(
            name="count-to-exists",
            sql=sql,
            cures=("count-used-as-exists", "correlated-subquery-per-row", "many-subplan-loops"),
            rationale="EXISTS stops at the first row"
            + (", and can be planned as a semi-join" if edits else ""),
            conditions=("a count is above zero just where there is a row",),
        )


def _of_subquery(draft: Draft, inner: Query) -> list[Edit]:
    holder = inner.node.parent
    comparison = holder.parent if isinstance(holder, exp.Subquery) else None
    if not isinstance(comparison, exp.Binary) or len(inner.node.expressions) != 1:
        return []
    if not _counts_rows(inner) or unwrap(aliased(inner.node.expressions[0])) is not _counted(inner):
        return []
    around, tokens = draft.parentheses(inner), scan(draft.text)
    before = [token for token in tokens if token.end <= around.start][-2:]
    after = [token for token in tokens if token.start >= around.end][:2]
    found = _asked(after[0], after[1], around) if comparison.this is holder and len(after) == 2 else None
    if comparison.expression is holder and len(before) == 2:
        found = _asked(before[1], before[0], around, is_turned=True)
    if found is None or around == inner.block.span:
        return []
    whole, is_some = found
    opening, closing = _words(is_some, comparison)
    return [
        Edit(Span(whole.start, around.start), draft.own(opening)),
        Edit(inner.block.selected.body, "1"),
        Edit(Span(around.end, whole.end), closing),
    ]


def _words(is_some: bool, comparison: Expr) -> tuple[str, str]:
    if is_some:
        return "exists ", ""
    return ("not exists ", "") if isinstance(comparison.parent, _LOOSE) else ("(not exists ", ")")


def _asked(
    operator: Token, number: Token, place: Span, *, is_turned: bool = False
) -> tuple[Span, bool] | None:
    """The span of the comparison, and whether it asks for some row rather than none."""
    symbol = _TURNED.get(operator.text, operator.text) if is_turned else operator.text
    whole = Span(min(number.start, place.start), max(number.end, place.end))
    if _SOME.get(symbol) == number.text:
        return whole, True
    return (whole, False) if _NONE.get(symbol) == number.text else None


def _of_statement(draft: Draft) -> str | None:
    """A statement that gives one expression over one comparison of a count."""
    query = draft.main
    if (
        query is None
        or len(query.node.expressions) != 1
        or not _counts_rows(query)
        or query.node.args.get("order")
    ):
        return None
    start, counted = query.clause("from"), _counted(query)
    if start is None or counted is None or not isinstance(query.node.expressions[0], exp.Alias):
        return None
    body = query.block.selected.body
    tokens = [token for token in scan(draft.text) if body.start <= token.start and token.end <= body.end]
    first = next((place for place, token in enumerate(tokens) if token.is_word("count")), len(tokens))
    last = next((place for place in range(first, len(tokens)) if tokens[place].text == ")"), len(tokens))
    comparison = counted.parent
    if last + 2 >= len(tokens) or not isinstance(comparison, exp.Binary) or comparison.this is not counted:
        return None
    found = _asked(tokens[last + 1], tokens[last + 2], Span(tokens[first].start, tokens[last].end))
    if found is None or any(
        node is not counted.this for node in query.node.expressions[0].find_all(exp.Column)
    ):
        return None
    opening, closing = _words(found[1], comparison)
    rest = draft.text[start.whole.start : query.block.span.end]
    exists = draft.own(f"{opening}(select 1 ") + rest + ")" + closing
    tail = Span(len(draft.text[: start.whole.start].rstrip()), query.block.span.end)
    return draft.edited([Edit(found[0], exists), Edit(tail, "")])


def _counted(query: Query) -> exp.Count | None:
    """The one count in the select list."""
    counts = [node for item in query.node.expressions for node in item.find_all(exp.Count)]
    return counts[0] if len(counts) == 1 and counts[0].find_ancestor(exp.Select) is query.node else None


def _counts_rows(query: Query) -> bool:
    counted = _counted(query)
    if counted is None or any(query.node.args.get(part) for part in _UNFIT) or counted.expressions:
        return False
    if isinstance(counted.parent, (exp.Filter, exp.Window)) or isinstance(counted.this, exp.Distinct):
        return False
    return isinstance(counted.this, exp.Star) or never_null(counted.this, query.scope)
