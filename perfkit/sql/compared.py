"""Which columns the parameters of a statement are compared with: where values for them can be found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from perfkit.catalog import Catalog
from perfkit.sql.predicates import Predicate, TableUse
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan
from perfkit.sql.usage import resolve

ComparisonOperator = Literal["=", "<>", "<", "<=", ">", ">=", "= any", "like", "ilike"]
CountClause = Literal["LIMIT", "OFFSET"]

_OPERATORS: Mapping[str, ComparisonOperator] = {
    "=": "=",
    "in": "=",
    "<>": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "= any": "= any",
    "like": "like",
    "ilike": "ilike",
}
_CAST = re.compile(r"(?:\s*::\s*[\w\s.\"\[\]]+)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedColumn:
    """A column of a table that a parameter is compared with."""

    schema: str | None
    """None where the catalog does not know the table."""
    table: str
    column: str
    operator: ComparisonOperator
    """The column on its left: ``created_at > $1``."""

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


def compared_columns(statement: Statement, catalog: Catalog) -> Mapping[int, tuple[ComparedColumn, ...]]:
    """For each n of ``$n`` the columns it is compared with bare, as they are met; of an equality those of other tables
    that are joined to them by one, too. Parameters that stand elsewhere are left out.

    Casts of the parameter do not count, anything else around it does: ``$1::date`` is followed, ``$1 || '%'`` is not.
    """
    uses = resolve(statement, catalog)
    found: dict[int, list[ComparedColumn]] = {}
    for use in uses:
        for predicate in use.predicates:
            if predicate.wrapped_by is None and predicate.value is not None:
                for number, operator in _parameters(predicate):
                    column = ComparedColumn(
                        schema=use.schema, table=use.name, column=predicate.column, operator=operator
                    )
                    found.setdefault(number, []).append(column)
    joined = _joined(uses)
    return {
        number: tuple(dict.fromkeys(one for column in columns for one in _with_joined(column, joined)))
        for number, columns in sorted(found.items())
    }


def counting_parameters(statement: Statement) -> Mapping[int, CountClause]:
    """The parameters of LIMIT, FETCH FIRST and OFFSET."""
    found: dict[int, CountClause] = {}
    before: Token | None = None
    for token in scan(statement.text):
        if token.kind == "parameter" and before is not None:
            if before.is_word("limit", "first", "next"):
                found[_number(token)] = "LIMIT"
            elif before.is_word("offset"):
                found[_number(token)] = "OFFSET"
        if token.text != "(":
            before = token
    return found


def _parameters(predicate: Predicate) -> Iterator[tuple[int, ComparisonOperator]]:
    """The parameters on the other side, each with the comparison it stands for."""
    items = _items(scan(predicate.value or ""), predicate.value or "")
    if predicate.operator == "between" and len(items) == 2:
        for text, operator in zip(items, (">=", "<="), strict=True):
            if (number := _bare(text)) is not None:
                yield number, _OPERATORS[operator]
    elif predicate.operator in _OPERATORS:
        for text in items:
            if (number := _bare(text)) is not None:
                yield number, _OPERATORS[predicate.operator]


def _items(tokens: Sequence[Token], text: str) -> list[str]:
    """The items of ``(a, b)``; the text itself where it is none."""
    if not tokens or tokens[0].text != "(" or tokens[-1].text != ")":
        return [text]
    items, depth, start = [], 0, tokens[0].end
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if (token.text == "," and depth == 1) or (token.text == ")" and depth == 0):
            items.append(text[start : token.start])
            start = token.end
    return items


def _bare(text: str) -> int | None:
    """n of a ``$n`` with nothing around it but parentheses and casts.

    >>> [_bare(text) for text in ("$1", " $2::date", "cast($3 as int)", "$4 || '%'", "5")]
    [1, 2, 3, None, None]
    """
    tokens = scan(text)
    while len(tokens) > 2 and tokens[0].text == "(" and tokens[-1].text == ")":
        tokens = tokens[1:-1]
    if len(tokens) > 3 and tokens[0].is_word("cast") and tokens[2].kind == "parameter":
        return _number(tokens[2]) if tokens[3].is_word("as") else None
    if not tokens or tokens[0].kind != "parameter":
        return None
    rest = text[tokens[0].end : tokens[-1].end]
    return _number(tokens[0]) if _CAST.match(rest) else None


def _number(token: Token) -> int:
    return int(token.text[1:])


_Place = tuple[str | None, str, str]


def _joined(uses: Sequence[TableUse]) -> Mapping[_Place, set[_Place]]:
    """Columns that hold the same value by a join, both ways."""
    tables = {use.relation: (use.schema, use.name) for use in uses}
    found: dict[_Place, set[_Place]] = {}
    for use in uses:
        for one in use.predicates:
            if (
                one.is_join
                and one.operator == "="
                and one.wrapped_by is None
                and one.other
                and one.other.relation in tables
            ):
                ours = (use.schema, use.name, one.column)
                theirs = (*tables[one.other.relation], one.other.column)
                found.setdefault(ours, set()).add(theirs)
                found.setdefault(theirs, set()).add(ours)
    return found


def _with_joined(column: ComparedColumn, joined: Mapping[_Place, set[_Place]]) -> Iterator[ComparedColumn]:
    yield column
    if column.operator not in ("=", "= any"):
        return
    seen: set[_Place] = {(column.schema, column.table, column.column)}
    ahead = list(seen)
    while ahead:
        for schema, table, name in sorted(joined.get(ahead.pop(), set()) - seen, key=str):
            seen.add((schema, table, name))
            ahead.append((schema, table, name))
            yield replace(column, schema=schema, table=table, column=name)
