"""A CTE that PostgreSQL computes apart from the query around it, let into that query."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, drop, open_draft
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import identifier
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan

_FIRST_VERSION = 120000
"""Before, every CTE was computed apart and there was no word against it."""


def fence_removed(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    if draft is None or catalog.server_version_num < _FIRST_VERSION:
        return
    edits: list[Edit] = []
    names: list[str] = []
    repeated: list[str] = []
    for clause in draft.tree.find_all(exp.With):
        for cte in clause.expressions:
            edit = (
                _edit(draft, cte) if not clause.args.get("recursive") and _can_fold(cte, draft.tree) else None
            )
            if edit is not None:
                edits.append(edit)
                names.append(identifier(cte.args["alias"].this))
                if _references(draft.tree, names[-1]) > 1:
                    repeated.append(names[-1])
    sql = draft.edited(edits) if edits else None
    if sql is not None:
        yield Rewrite(
            name="fence-removed",
            sql=sql,
            cures=("cte-materialization-fence",),
            rationale=f"What is asked of {' and '.join(names)} reaches its tables, instead of filtering rows that were all computed before.",
            conditions=(f"{' and '.join(names)} reads only, locks nothing and calls nothing volatile",),
            caveats=(f"{' and '.join(repeated)} is computed once for each place that reads it",)
            if repeated
            else (),
        )


def offset_removed(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``(select … offset 0) t`` without the OFFSET, which cuts nothing off but keeps conditions from outside out."""
    draft = open_draft(statement, catalog)
    edits = [
        drop(query.block.clauses["offset"], draft)
        for query in (draft.queries if draft is not None else ())
        if draft is not None and query is not draft.main and _is_zero(query.node.args.get("offset"))
        if query.clause("offset") is not None and not query.node.args.get("limit")
    ]
    sql = draft.edited(edits) if draft is not None and edits else None
    if sql is not None:
        yield Rewrite(
            name="offset-removed",
            sql=sql,
            cures=("cte-materialization-fence", "late-filter"),
            rationale="OFFSET 0 skips no row, but what is asked outside is only checked when all rows of the subquery are made.",
            conditions=("OFFSET 0 skips no row",),
        )


def _is_zero(offset: Expr | None) -> bool:
    value = offset.expression if offset is not None else None
    return isinstance(value, exp.Literal) and value.name == "0"


def _can_fold(cte: exp.CTE, tree: Expr) -> bool:
    query, name = cte.this, identifier(cte.args["alias"].this)
    count = _references(tree, name)
    if not isinstance(query, (exp.Select, exp.SetOperation, exp.Subquery)) or count == 0:
        return False
    if cte.args.get("materialized") is False or (cte.args.get("materialized") is None and count < 2):
        return False
    if any(select.args.get("locks") for select in query.find_all(exp.Select)):
        return False
    if query.find(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TableSample) or not is_stable(query):
        return False
    # What stands for its own rows already takes no condition from outside.
    is_cut = any(query.args.get(part) for part in ("limit", "offset"))
    return not is_cut and all(is_stable(node) for node in query.find_all(exp.Func))


def _references(tree: Expr, name: str) -> int:
    return sum(
        identifier(table.this) == name and not table.args.get("db") for table in tree.find_all(exp.Table)
    )


def _edit(draft: Draft, cte: exp.CTE) -> Edit | None:
    """MATERIALIZED taken out where one place reads the CTE; NOT MATERIALIZED written where several do."""
    place = cte.args["alias"].this.meta.get("start")
    tokens = [token for token in scan(draft.text) if place is not None and token.start >= place]
    opening = _after_as(tokens)
    if opening is None:
        return None
    start, opening_token = opening
    is_single = _references(draft.tree, identifier(cte.args["alias"].this)) == 1
    word = "" if is_single else draft.own("not materialized ")
    return Edit(Span(start, opening_token.start), word)


def _after_as(tokens: list[Token]) -> tuple[int, Token] | None:
    """Where the text after AS starts, and the parenthesis that opens the CTE."""
    for number, token in enumerate(tokens):
        if token.is_word("as") and number + 2 < len(tokens):
            rest = tokens[number + 1 :]
            opening = next((later for later in rest if later.text == "("), None)
            return (rest[0].start, opening) if opening is not None else None
    return None
