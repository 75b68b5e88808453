"""The normal form of a statement and its fingerprint, from tokens alone, so that both exist for text no parser reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

from perfkit.sql.keywords import RESERVED
from perfkit.sql.tokens import Token

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_VALUE = "?"
_BEFORE = re.compile(r"\s+([,;.)\]]|::)")
_INNER = re.compile(r"([(\[.]|::)\s+")
_CALL = re.compile(r"\b(count|sum|avg|min|max|coalesce|date|lower|upper|now|any|array_agg|date_trunc) \(")
"""Functions that most statements call; any other word before a parenthesis may be a keyword."""


def fingerprint(tokens: Sequence[Token]) -> str:
    """16 hexadecimal digits, equal for statements with the same normal form."""
    return blake2b(normal_form(tokens).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def normal_form(tokens: Sequence[Token]) -> str:
    """The statement in one line: values as ``?``, lists of values as one, words in lower case.

    >>> from perfkit.sql.tokens import scan
    >>> normal_form(scan("SELECT Id FROM t WHERE a IN (1, -2, 3) AND b = 'x' -- why"))
    'select id from t where a in ( ? ) and b = ?'
    """
    return " ".join(normal_words(tokens))


def normal_words(tokens: Sequence[Token]) -> list[str]:
    """The words and signs of the normal form."""
    return _collapse(_words(tokens))


def as_written(normal: str) -> str:
    """A normal form with the spaces that people write.

    >>> as_written("select n . id , count ( * ) from notes n where n . id in ( ? ) and a :: int = ?")
    'select n.id, count(*) from notes n where n.id in (?) and a::int = ?'
    """
    tight = _INNER.sub(r"\1", _BEFORE.sub(r"\1", normal))
    return _CALL.sub(r"\1(", tight)


def _words(tokens: Sequence[Token]) -> list[str]:
    words: list[str] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if token.is_literal or (token.is_word("true", "false", "null") and not _is_test(tokens, place)):
            if _has_sign(tokens, place):
                words.pop()
            if not (before and before.kind == "string" and token.kind == "string"):
                words.append(_VALUE)
        elif (
            token.kind == "quoted" and _PLAIN.match(token.name) and token.name not in RESERVED
        ) or token.kind == "word":
            words.append(token.name)
        else:
            words.append("<>" if token.text == "!=" else token.text)
    return words


def _is_test(tokens: Sequence[Token], place: int) -> bool:
    """True for the word after IS or IS NOT, which is part of the operator."""
    before = tokens[max(place - 2, 0) : place]
    return bool(before) and (
        before[-1].is_word("is") or (before[-1].is_word("not") and before[0].is_word("is"))
    )


def _has_sign(tokens: Sequence[Token], place: int) -> bool:
    return (
        place > 0
        and tokens[place].kind == "number"
        and tokens[place - 1].text in ("-", "+")
        and not (place > 1 and tokens[place - 2].ends_operand)
    )


def _collapse(words: list[str]) -> list[str]:
    """Lists of like values after IN, VALUES and ARRAY as their first element."""
    collapsed: list[str] = []
    place = 0
    while place < len(words):
        collapsed.append(words[place])
        if words[place] in ("in", "array") and words[place + 1 : place + 2] in (["("], ["["]):
            end = _closing(words, place + 1)
            collapsed += [words[place + 1], *_first_of_like(words[place + 2 : end]), *words[end : end + 1]]
            place = end
        elif words[place] == "values" and words[place + 1 : place + 2] == ["("]:
            end = _end_of_rows(words, place + 1)
            collapsed += _first_of_like(words[place + 1 : end])
            place = end - 1
        place += 1
    return collapsed


def _closing(words: Sequence[str], opening: int) -> int:
    """Place of the bracket that closes this one; the end when none does."""
    depth = 0
    for place in range(opening, len(words)):
        depth += (words[place] in ("(", "[")) - (words[place] in (")", "]"))
        if depth == 0:
            return place
    return len(words)


def _end_of_rows(words: Sequence[str], start: int) -> int:
    end = _closing(words, start) + 1
    while words[end : end + 2] == [",", "("]:
        end = _closing(words, end + 1) + 1
    return min(end, len(words))


def _first_of_like(words: list[str]) -> list[str]:
    """The first element of a list when all its elements are the same and hold values; else the list as it is."""
    elements: list[list[str]] = [[]]
    depth = 0
    for word in words:
        depth += (word in ("(", "[")) - (word in (")", "]"))
        if word == "," and depth == 0:
            elements.append([])
        else:
            elements[-1].append(word)
    if _VALUE in elements[0] and all(element == elements[0] for element in elements):
        return elements[0]
    return words
