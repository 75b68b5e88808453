"""A piece of the syntax tree as its author wrote it.

sqlglot's generator changes the spelling (``date_trunc('DAY', …)`` for ``date_trunc('day', …)``), and the constants of an
index expression must be spelled as in the query for the planner to match them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from sqlglot import Expr, exp
from sqlglot.errors import SqlglotError

from perfkit.errors import UsageError
from perfkit.sql.read import read
from perfkit.sql.tokens import Token, scan

_LONGEST_TAIL = 10
"""Tokens without a place in the tree that may end an expression: ``at time zone 'UTC'``, ``::numeric(10, 2)``."""


class SourceText:
    """The text of one statement, from which expressions are cut."""

    __slots__ = ("_starts", "_text", "_tokens", "_views")

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: tuple[Token, ...] = scan(text)
        self._starts = [token.start for token in self._tokens]
        self._views: list[SourceText] = []

    def add_view(self, definition: str) -> None:
        """Look for expressions in the definition of a view too."""
        self._views.append(SourceText(definition))

    def of(self, node: Expr, *, qualified: bool = False) -> str:
        """The source of the expression without comments, and without table qualifiers unless they are asked for.

        sqlglot's spelling where it cannot be found.
        """
        for source in (self, *self._views):
            written = source._written(node, qualified)
            if written is not None:
                return written
        return (node if qualified else _unqualified(node)).sql(dialect="postgres", comments=False)

    def _written(self, node: Expr, qualified: bool) -> str | None:
        for first, last in self._spans(node):
            if _reads_as(self._join(range(first, last + 1)), node):
                qualifiers = frozenset() if qualified else self._qualifiers(node)
                return self._join([place for place in range(first, last + 1) if place not in qualifiers])
        return None

    def _spans(self, node: Expr) -> Iterator[tuple[int, int]]:
        """Ranges of tokens that may be the node, the likeliest first."""
        places = [(piece.meta["start"], piece.meta["end"]) for piece in node.walk() if "start" in piece.meta]
        if not places:
            return
        first = max(bisect_right(self._starts, min(start for start, _ in places)) - 1, 0)
        last = max(bisect_right(self._starts, max(end for _, end in places)) - 1, first)
        for opening in self._openings(first):
            if self._tokens[opening].text == "[":
                # sqlglot reads a bare […] as an array; in PostgreSQL it belongs to what stands before it.
                continue
            closing = self._balanced(opening, last)
            for tail in range(_LONGEST_TAIL):
                if closing + tail >= len(self._tokens):
                    break
                if self._depth(opening, closing + tail) == 0:
                    yield opening, closing + tail

    def _openings(self, first: int) -> Iterator[int]:
        """The first placed token, and what may stand before it: a sign, NOT, ``(``, ``cast (``."""
        yield first
        for before in range(first - 1, max(first - 4, -1), -1):
            token = self._tokens[before]
            if token.text not in ("(", "[", "-", "+", "~") and not token.is_word(
                "cast", "not", "extract", "case", "when", "array", "any", "coalesce", "year", "from", "interval", "exists",
                "select",
            ):  # fmt: skip
                return
            yield before

    def _balanced(self, first: int, last: int) -> int:
        while self._depth(first, last) > 0 and last + 1 < len(self._tokens):
            last += 1
        return last

    def _depth(self, first: int, last: int) -> int:
        depth = 0
        for token in self._tokens[first : last + 1]:
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if depth < 0:
                return -1
        return depth

    def _qualifiers(self, node: Expr) -> frozenset[int]:
        """Places of the tokens before the name in ``alias.column``."""
        dropped: list[int] = []
        for column in node.find_all(exp.Column):
            qualifier = column.args.get("db") or column.args.get("table")
            if qualifier is not None and "start" in qualifier.meta and "start" in column.this.meta:
                start = bisect_left(self._starts, qualifier.meta["start"])
                dropped += range(start, bisect_left(self._starts, column.this.meta["start"]))
        return frozenset(dropped)

    def _join(self, places: Sequence[int]) -> str:
        """The tokens of these places, with one space where the source has any before a token or what was left out."""
        pieces: list[str] = []
        for number, place in enumerate(places):
            if number:
                previous = places[number - 1]
                if self._tokens[previous].end < self._tokens[previous + 1].start:
                    pieces.append(" ")
            pieces.append(self._tokens[place].text)
        return "".join(pieces)


def _reads_as(text: str, node: Expr) -> bool:
    found = _parsed(text)
    return found is not None and bool(found == node)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Expr | None:
    """The tree of an expression, to be compared and not changed; None where the text is none. A statement's expressions are asked
    for again and again."""
    try:
        tree = read(f"select ({text})")
    except (SqlglotError, UsageError, RecursionError, AttributeError, TypeError, ValueError):
        return None
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        return None
    paren = tree.expressions[0]
    return paren.this if isinstance(paren, (exp.Paren, exp.Subquery)) else None


def _unqualified(node: Expr) -> Expr:
    copy = node.copy()
    for column in copy.find_all(exp.Column):
        for part in ("table", "db", "catalog"):
            column.set(part, None)
    return copy
