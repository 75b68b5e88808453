"""What the conditions EXPLAIN prints say: which column each restricts, with which operator, against what.

PostgreSQL prints expressions fully bracketed, so that one pair of brackets holds one operator; reading them needs no
SQL parser. Nothing here raises: what is not understood becomes a term of kind ``other`` that names its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

TermKind = Literal["column", "constant", "cast", "call", "operator", "and", "or", "not", "subplan", "other"]

_TOKEN = re.compile(
    r"""(?P<string>[EBXebx]?'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")+")
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<parameter>\$\d+)
    |(?P<cast>::)
    |(?P<name>[^\W\d][\w$]*)
    |(?P<operator>[-+*/<>=~!@#%^&|`?]+)
    |(?P<mark>[()\[\],.:;])""",
    re.VERBOSE,
)
_TYPE_WORDS = frozenset({"precision", "varying", "with", "without", "time", "zone"})
_WORDS = frozenset(
    [
        "AND",
        "OR",
        "NOT",
        "IS",
        "NULL",
        "TRUE",
        "FALSE",
        "UNKNOWN",
        "DISTINCT",
        "FROM",
        "AT",
        "TIME",
        "ZONE",
        "LOCAL",
        "COLLATE",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "OVER",
        "FILTER",
        "WHERE",
        "ORDER",
        "BY",
        "ASC",
        "DESC",
        "NULLS",
        "FIRST",
        "LAST",
        "LIKE",
        "ESCAPE",
        "SYMMETRIC",
        "BOTH",
        "LEADING",
        "TRAILING",
        "FOR",
        "DOCUMENT",
    ]
)
_CONSTANT_WORDS = frozenset(
    [
        "TRUE",
        "FALSE",
        "NULL",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "CURRENT_USER",
        "SESSION_USER",
        "CURRENT_ROLE",
        "CURRENT_SCHEMA",
        "CURRENT_CATALOG",
        "USER",
    ]
)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A part of a condition as printed, with its parts."""

    kind: TermKind
    text: str
    name: str = ""
    """Of a column, a function, an operator, or the type a cast casts to."""
    qualifier: str | None = None
    parts: tuple[Term, ...] = ()

    def walk(self) -> Iterator[Term]:
        yield self
        for part in self.parts:
            yield from part.walk()

    def columns(self) -> Iterator[Term]:
        return (term for term in self.walk() if term.kind == "column")


@lru_cache(maxsize=1024)
def read_condition(text: str) -> Term:
    """The condition as a tree of terms.

    >>> term = read_condition("((i.state = 1) AND (lower(i.title) = 'x'::text))")
    >>> term.kind, [part.text for part in term.parts]
    ('and', ['(i.state = 1)', "(lower(i.title) = 'x'::text)"])
    """
    return _Reader(text).read()


def conjuncts(text: str | None) -> tuple[Term, ...]:
    """The conditions that must all hold.

    >>> [term.text for term in conjuncts("((a > 1) AND ((b = 2) OR (c = 3)))")]
    ['(a > 1)', '((b = 2) OR (c = 3))']
    >>> conjuncts(None)
    ()
    """
    if not text:
        return ()
    term = read_condition(text)
    return term.parts if term.kind == "and" else (term,)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            _Token(match.lastgroup or "", match.group(), match.start(), match.end())
            for match in _TOKEN.finditer(text)
        ]
        self.at = 0

    def read(self) -> Term:
        terms = []
        while self.at < len(self.tokens):
            terms.append(self._sequence())
            self.at += 1  # a closing bracket or comma that nothing opened
        if len(terms) == 1:
            return terms[0]
        return Term(kind="other", text=self.text, parts=tuple(terms))

    def _peek(self, ahead: int = 0) -> _Token | None:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def _is(self, text: str, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token is not None and token.text == text

    def _sequence(self) -> Term:
        """What stands between two brackets or commas: operands and the operators and words between them."""
        items: list[Term | str] = []
        start = self.tokens[self.at].start if self.at < len(self.tokens) else len(self.text)
        end = start
        while (token := self._peek()) is not None and token.text not in {")", ",", "]"}:
            if (
                token.kind == "operator"
                or token.text in {":", ";"}
                or (
                    token.kind == "name"
                    and token.text in _WORDS
                    and token.text not in {"TRUE", "FALSE", "NULL"}
                )
            ):
                items.append(token.text)
                self.at += 1
            else:
                items.append(self._operand())
            end = self._end()
        return _combine(items, self.text[start:end])

    def _operand(self) -> Term:
        start = self.tokens[self.at].start
        term = self._primary()
        while (token := self._peek()) is not None:
            if token.kind == "cast":
                self.at += 1
                kind: TermKind = "constant" if term.kind == "constant" else "cast"
                type_name = self._type()
                term = Term(kind=kind, text=self._since(start), name=type_name, parts=(term,))
            elif token.text == "." and term.kind != "column":
                self.at += 2
                term = Term(
                    kind="subplan" if term.kind == "subplan" else "other",
                    text=self._since(start), name=term.name, parts=(term,),
                )  # fmt: skip
            elif token.text == "[":
                self.at += 1
                inside = self._list("]")
                term = Term(kind="operator", text=self._since(start), name="[]", parts=(term, *inside))
            else:
                break
        return term

    def _primary(self) -> Term:
        token = self.tokens[self.at]
        self.at += 1
        if token.text == "(":
            parts = self._list(")")
            text = self._since(token.start)
            if len(parts) == 1:
                inner = parts[0]
                return Term(
                    kind=inner.kind, text=text, name=inner.name, qualifier=inner.qualifier, parts=inner.parts
                )
            return Term(kind="other", text=text, parts=parts)
        if token.kind in {"string", "number", "parameter"} or token.text in _CONSTANT_WORDS:
            return Term(kind="constant", text=token.text)
        if token.kind in {"name", "quoted"}:
            return self._named(token)
        return Term(kind="other", text=token.text)

    def _named(self, token: _Token) -> Term:
        following = self._peek()
        if (
            token.text in {"hashed", "SubPlan", "InitPlan", "alternatives"}
            and following is not None
            and following.text != "("
        ):
            while (word := self._peek()) is not None and word.text not in {")", ","}:
                self.at += 1
            return Term(kind="subplan", text=self._since(token.start), name=self._since(token.start))
        names = [_unquoted(token.text)]
        while self._is(".") and (after := self._peek(1)) is not None and after.kind in {"name", "quoted"}:
            names.append(_unquoted(after.text))
            self.at += 2
        if self._is("("):
            self.at += 1
            parts = self._list(")")
            if names[-1].lower() == "extract" and parts and len(parts[0].parts) > 1:
                # EXTRACT(year FROM column): the field stands where a column could
                parts = parts[0].parts[1:]
            return Term(kind="call", text=self._since(token.start), name=names[-1], parts=parts)
        if names == ["ARRAY"] and self._is("["):
            self.at += 1
            return Term(kind="call", text=self._since(token.start), name="ARRAY", parts=self._list("]"))
        return Term(
            kind="column", text=self._since(token.start), name=names[-1],
            qualifier=names[-2] if len(names) > 1 else None,
        )  # fmt: skip

    def _list(self, closing: str) -> tuple[Term, ...]:
        """Terms up to the closing bracket, which is taken too."""
        parts = []
        while self._peek() is not None and not self._is(closing):
            parts.append(self._sequence())
            if self._is(closing):
                break
            self.at += 1
        self.at += 1
        return tuple(parts)

    def _type(self) -> str:
        start = self._peek()
        if start is None:
            return ""
        self.at += 1
        while (token := self._peek()) is not None:
            following = self._peek(1)
            if token.text in _TYPE_WORDS:
                self.at += 1
            elif (token.text == "." and following is not None) or (token.text == "[" and self._is("]", 1)):
                self.at += 2
            elif token.text == "(" and following is not None and following.kind == "number":
                while not self._is(")") and self._peek() is not None:
                    self.at += 1
                self.at += 1
            else:
                break
        return self._since(start.start)

    def _since(self, start: int) -> str:
        return self.text[start : self._end()]

    def _end(self) -> int:
        """Where the last token taken ends; text cut short has brackets that nothing closes."""
        return self.tokens[min(self.at, len(self.tokens)) - 1].end


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _combine(items: list[Term | str], text: str) -> Term:
    terms = tuple(item for item in items if isinstance(item, Term))
    words = [item if isinstance(item, str) else "·" for item in items]
    if len(items) == 1 and terms:
        return terms[0]
    for word, kind in (("AND", "and"), ("OR", "or")):
        if word in words and words[1::2] == [word] * (len(words) // 2):
            return Term(kind="and" if kind == "and" else "or", text=text, parts=terms)
    match words:
        case ["NOT", "·"]:
            return Term(kind="not", text=text, parts=terms)
        case ["·", "IS", *rest] if rest in (["·"], ["NOT", "·"]) and terms[-1].text in {
            "NULL",
            "TRUE",
            "FALSE",
        }:
            name = " ".join(("IS", *(["NOT"] if len(rest) == 2 else []), terms[-1].text)).lower()
            return Term(kind="operator", text=text, name=name, parts=terms[:1])
        case ["·", "AT", "TIME", "ZONE", "·"]:
            return Term(kind="call", text=text, name="timezone", parts=terms)
        case ["·", "COLLATE", "·"]:
            return terms[0]
        case ["·", operator, "·"] if operator not in _WORDS:
            right = terms[1]
            if right.kind == "call" and right.name in {"ANY", "ALL"} and len(right.parts) == 1:
                return Term(
                    kind="operator",
                    text=text,
                    name=f"{operator} {right.name.lower()}",
                    parts=(terms[0], right.parts[0]),
                )
            return Term(kind="operator", text=text, name=operator, parts=terms)
    return Term(kind="other", text=text, parts=terms)
