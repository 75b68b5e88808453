"""Placeholders of drivers and of psql, which PostgreSQL itself does not know."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.sql.tokens import Token

# "=?" and "=%" without a space are lexed as one operator; those that really end so (@?, <% of pg_trgm) are left out.
_GLUED_QUESTION_MARKS = ("=?", "<?", ">?", "<=?", ">=?", "<>?", "!=?")
_GLUED_PERCENT_SIGNS = ("=%", ">%", "<=%", ">=%", "<>%", "!=%")


def foreign_placeholder(tokens: Sequence[Token]) -> str | None:
    """The first ``%s``, ``%(name)s``, ``:name`` or ``?``; None when there is none.

    The operators ``%`` and ``?``, casts, array slices and strings are no placeholders.

    >>> from perfkit.sql.tokens import scan
    >>> [foreign_placeholder(scan(text)) for text in ("a = %s", "a = %(id)s", "a = :id", "a = ?", "meta ? 'k'", "a::int")]
    ['%s', '%(id)s', ':id', '?', None, None]
    """
    brackets = 0
    for place, token in enumerate(tokens):
        if token.text == "[":
            brackets += 1
        elif token.text == "]":
            brackets -= 1
        elif token.kind == "operator" and token.text in _GLUED_QUESTION_MARKS:
            return "?"
        elif token.kind == "operator" and token.text in _GLUED_PERCENT_SIGNS:
            if found := _percent(token, tokens[place + 1 : place + 5]):
                return found
        elif token.text in ("%", "?", ":") and not (place and tokens[place - 1].ends_operand):
            following = tokens[place + 1 : place + 5]
            if token.text == "?":
                return "?"
            if token.text == "%":
                if found := _percent(token, following):
                    return found
            elif brackets == 0 and following and _touch(token, following[0]):
                return token.text + following[0].text
    return None


def _percent(token: Token, following: Sequence[Token]) -> str | None:
    if not following or not _touch(token, following[0]):
        return None
    if following[0].is_word("s", "b", "t"):
        return "%" + following[0].text
    if following[0].text == "(" and len(following) == 4 and following[2].text == ")":
        return "%" + "".join(part.text for part in following)
    return None


def _touch(left: Token, right: Token) -> bool:
    return left.end == right.start
