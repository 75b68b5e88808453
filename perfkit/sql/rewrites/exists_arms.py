"""EXISTS over an OR, as one EXISTS for each arm: each can be looked up by an index of its own."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import columns_of, flatten
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.arms import MOST_ARMS, arm_texts
from perfkit.sql.rewrites.draft import Edit, conditions, is_sound, open_draft
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.statement import Statement


def exists_to_arms(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``exists (select 1 from t where t.a = x or t.b = x)`` as ``(exists (… t.a = x) or exists (… t.b = x))``; NOT EXISTS
    likewise, as its OR stands in parentheses."""
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        node = query.node
        is_asked = isinstance(node, exp.Select) and isinstance(node.parent, exp.Exists)
        if draft is None or not is_asked or any(node.args.get(part) for part in ("group", "having", "limit")):
            continue
        for condition, span in conditions(query):
            arms = tuple(flatten(unwrap(condition), exp.Or))
            columns = [frozenset(one.sql() for one in columns_of(arm)) for arm in arms]
            if not 2 <= len(arms) <= MOST_ARMS or len(set(columns)) < 2 or not is_stable(condition):
                continue
            texts = arm_texts(draft, span, len(arms))
            block = query.block.span
            if texts is None:
                continue
            head, tail = draft.text[block.start : span.start], draft.text[span.end : block.end]
            parts = [draft.own("exists (") + head + text + tail + ")" for text in texts]
            whole = draft.parentheses(query)
            opening = draft.text[: whole.start].rstrip()
            start = len(opening) - len("exists")
            if opening[start:].lower() != "exists":
                continue
            new = "(" + f" {draft.own('or')} ".join(parts) + ")"
            sql = draft.edited([Edit(type(whole)(start, whole.end), new)])
            if sql is None or not is_sound(draft.statement, sql):
                continue
            yield Rewrite(
                name="exists-to-arms",
                sql=sql,
                cures=("or-across-tables", "or-across-columns", "late-filter", "many-subplan-loops"),
                rationale="each part alone is a look-up that an index can serve",
                conditions=("a row that meets an OR meets one of its arms",),
            )
