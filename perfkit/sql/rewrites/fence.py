"""A materialised CTE that conditions from outside cannot enter, without the fence."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable
from perfkit.sql.rewrites.draft import is_sound
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import identifier
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, fold, scan

_SINCE = 120000


def fence_to_inline(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """AS MATERIALIZED, and a CTE that is read several times, as NOT MATERIALIZED; one that recurs, writes, locks or calls
    volatile functions stays as it is."""
    tree = statement.tree
    with_ = tree.args.get("with_") if tree is not None else None
    if tree is None or with_ is None or with_.args.get("recursive") or catalog.server_version_num < _SINCE:
        return
    for cte in with_.expressions:
        name = identifier(cte.args["alias"].this)
        body = cte.this
        reads = [table for table in tree.find_all(exp.Table) if not table.db and fold(table.name) == name]
        is_fence = cte.args.get("materialized") is True or len(reads) > 1
        if not is_fence or not isinstance(body, exp.Select) or body.find(exp.Lock) or not is_stable(body):
            continue
        sql = _opened(statement.text, name)
        if sql is None or not is_sound(statement, sql):
            continue
        caveats = ("it is then computed once for each time it is read",) if len(reads) > 1 else ()
        yield Rewrite(
            name="fence-to-inline",
            sql=sql,
            cures=("cte-materialization-fence", "temp-io"),
            rationale=f"conditions on {name} reach the tables it reads",
            conditions=(f"{name} calls no volatile function and writes nothing",),
            caveats=caveats,
        )


def _opened(text: str, name: str) -> str | None:
    """The text with NOT MATERIALIZED in the definition of that CTE."""
    tokens = scan(text)
    for place in range(1, len(tokens) - 2):
        if fold(tokens[place].text.strip('"')) != name or not _begins(tokens[place - 1]):
            continue
        after = place + 1
        if tokens[after].text == "(":
            while after < len(tokens) and tokens[after].text != ")":
                after += 1
            after += 1
        if after + 1 >= len(tokens) or not tokens[after].is_word("as"):
            continue
        following = tokens[after + 1]
        end = following.end if following.is_word("materialized") else tokens[after].end
        if following.is_word("not"):
            return None
        return text[: tokens[after].end] + " not materialized" + text[end:]
    return None


def _begins(token: Token) -> bool:
    return token.text == "," or token.is_word("with")
