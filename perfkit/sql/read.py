"""The syntax tree of a text, with parameters read as PostgreSQL reads them."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from perfkit.sql.tokens import scan

if TYPE_CHECKING:
    from sqlglot import Expr


def read(text: str) -> Expr:
    """sqlglot's tree of the one statement of this text; ``start`` and ``end`` in its ``meta`` are places in the text.

    sqlglot takes ``$1,$`` for the tag of a dollar-quoted string, which may not begin with a digit. It sees a space
    after each parameter, and its tokens are put back to their places.

    Raises what sqlglot raises, and UsageError as ``scan`` does.

    >>> read("select * from t where (a,b) < ($1,$2)").sql("postgres")
    'SELECT * FROM t WHERE (a, b) < ($1, $2)'
    """
    from sqlglot import Dialect, ErrorLevel
    from sqlglot.errors import ParseError

    dialect = Dialect.get_or_raise("postgres")
    ends = [
        token.end
        for token in scan(text)
        if token.kind == "parameter" and not text[token.end : token.end + 1].isspace()
    ]
    edges = [0, *ends, len(text)]
    spaced = " ".join(text[start:end] for start, end in pairwise(edges))
    added = [end + number for number, end in enumerate(ends)]
    tokens = dialect.tokenize(spaced)
    for token in tokens:
        token.start -= bisect_left(added, token.start)
        token.end -= bisect_left(added, token.end)
    trees = dialect.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, text)
    if not trees or trees[0] is None:
        raise ParseError(f"No expression was parsed from '{text}'")
    return trees[0]
