"""Cut SQL into tokens by PostgreSQL's lexical rules (standard_conforming_strings on), without understanding it.

It holds where no parser does: which ``;`` ends a statement, which ``$1`` is a parameter, which word is called as a
function. Comments and white space are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from perfkit.errors import UsageError
from perfkit.sql.keywords import RESERVED, VALUE_WORDS

TokenKind = Literal["word", "quoted", "string", "number", "parameter", "operator", "mark", "stray"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token. ``name`` is what it means: a word in lower case, a quoted identifier without quotes, else the text."""

    kind: TokenKind
    text: str
    start: int
    name: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_identifier(self) -> bool:
        return self.kind == "quoted" or (self.kind == "word" and self.name not in RESERVED)

    @property
    def is_literal(self) -> bool:
        return self.kind in ("string", "number", "parameter")

    @property
    def ends_operand(self) -> bool:
        """True when a value may end here, so that what follows is an infix operator and no placeholder or sign."""
        if self.kind == "word":
            return self.name not in _NO_OPERAND or self.name in VALUE_WORDS
        if self.kind == "mark":
            return self.text in (")", "]")
        return self.kind in ("quoted", "string", "number", "parameter")

    def is_word(self, *names: str) -> bool:
        """True for one of these words written without quotes, in whatever case."""
        return self.kind == "word" and self.name in names


_NO_OPERAND = RESERVED | {"between", "values", "set", "by", "escape"}

_LETTER = r"A-Za-z_\u0080-\U0010ffff"
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_LINE_COMMENT = re.compile(r"--[^\n\r]*")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_WORD = re.compile(rf"[{_LETTER}][{_LETTER}0-9$]*")
_NUMBER = re.compile(
    r"0[xX][0-9A-Fa-f_]+|0[oO][0-7_]+|0[bB][01_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?"
)
_PARAMETER = re.compile(r"\$[0-9]+")
_STRING = re.compile(r"(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'")
_ESCAPE_STRING = re.compile(r"[eE]'(?:[^'\\]|''|\\.)*'", re.DOTALL)
_STRING_START = re.compile(r"(?:[bBxXnNeE]|[uU]&)?'")
_QUOTED = re.compile(r'(?:[uU]&)?"(?:[^"]|"")*"')
_QUOTED_START = re.compile(r'(?:[uU]&)?"')
_DOLLAR_TAG = re.compile(rf"\$(?:[{_LETTER}][{_LETTER}0-9]*)?\$")
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?]+")
_ALLOWS_TRAILING_SIGN = re.compile(r"[~!@#%^&|`?]")

_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def fold(word: str) -> str:
    """The word in lower case as PostgreSQL folds it in UTF-8: ASCII letters only."""
    return word.translate(_ASCII_LOWER)


@lru_cache(maxsize=128)
def scan(text: str) -> tuple[Token, ...]:
    """The tokens of the text. Raises UsageError for a string, identifier or comment that is not closed.

    >>> [token.text for token in scan("select a::int /* no; */ from t where b = 'x;y' and c=-$1;")]
    ['select', 'a', '::', 'int', 'from', 't', 'where', 'b', '=', "'x;y'", 'and', 'c', '=', '-', '$1', ';']
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if space := _SPACE.match(text, position) or _LINE_COMMENT.match(text, position):
            position = space.end()
        elif text.startswith("/*", position):
            position = _after_comment(text, position)
        else:
            token = _token(text, position)
            tokens.append(token)
            position = token.end
    return tuple(tokens)


def _token(text: str, position: int) -> Token:
    if _STRING_START.match(text, position):
        string = _ESCAPE_STRING.match(text, position) or _STRING.match(text, position)
        return _make("string", text, position, string.end() if string else None)
    if _QUOTED_START.match(text, position):
        quoted = _QUOTED.match(text, position)
        return _make("quoted", text, position, quoted.end() if quoted else None)
    if word := _WORD.match(text, position):
        return _make("word", text, position, word.end())
    if number := _NUMBER.match(text, position):
        return _make("number", text, position, number.end())
    if parameter := _PARAMETER.match(text, position):
        return _make("parameter", text, position, parameter.end())
    if tag := _DOLLAR_TAG.match(text, position):
        close = text.find(tag.group(), tag.end())
        return _make("string", text, position, None if close < 0 else close + len(tag.group()))
    if operator := _OPERATOR.match(text, position):
        return _make("operator", text, position, position + len(_one_operator(operator.group())))
    if text.startswith(("::", ":="), position):
        return _make("mark", text, position, position + 2)
    return _make("mark" if text[position] in "()[],;.:" else "stray", text, position, position + 1)


def _make(kind: TokenKind, text: str, start: int, end: int | None) -> Token:
    if end is None:
        what = "a quoted identifier" if kind == "quoted" else "a string"
        raise UsageError(f"the statement has {what} that is never closed; it opens at {_place(text, start)}")
    piece = text[start:end]
    name = piece
    if kind == "word":
        name = fold(piece)
    elif kind == "quoted":
        name = piece[piece.index('"') + 1 : -1].replace('""', '"')
    return Token(kind, piece, start, name)


def _one_operator(run: str) -> str:
    """The first operator of a run of operator characters: no comment inside, no trailing sign on a plain one."""
    for opening in ("--", "/*"):
        place = run.find(opening)
        if place > 0:
            run = run[:place]
    while len(run) > 1 and run[-1] in "+-" and not _ALLOWS_TRAILING_SIGN.search(run):
        run = run[:-1]
    return run


def _after_comment(text: str, start: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise UsageError(f"the statement has a comment that is never closed; it opens at {_place(text, start)}")


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"
