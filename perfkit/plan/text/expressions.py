"""Deparsed SQL in EXPLAIN's lines: where a quote is still open, and where the items of a list part."""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(r"""'[^']*'|"[^"]*"|[(\[{]|[)\]}]|, |[^'"(\[{)\]},]+|.""", re.DOTALL)


def open_quote(text: str, quote: str = "") -> str:
    """The quote that is open at the end of the text, empty when none is; ``quote`` was open at its start.

    A doubled quote closes and opens again, so no escape needs a rule of its own: EXPLAIN doubles quotes.

    >>> open_quote("(a = 'it''s')"), open_quote("(a = 'two"), open_quote("lines')", "'"), open_quote('"a')
    ('', "'", '', '"')
    """
    place = 0
    while True:
        if not quote:
            single, double = text.find("'", place), text.find('"', place)
            if single < 0 and double < 0:
                return ""
            is_single = double < 0 or 0 <= single < double
            quote, place = ("'", single + 1) if is_single else ('"', double + 1)
        place = text.find(quote, place) + 1
        if place == 0:
            return quote
        quote = ""


def depth(text: str) -> int:
    """How many brackets are open at the end of the text; those in quotes do not count.

    >>> depth("JSON_TABLE(a COLUMNS ("), depth("(a = '('::text)")
    (2, 0)
    """
    pieces = _PIECE.findall(text)
    return sum(piece in "([{" for piece in pieces) - sum(piece in ")]}" for piece in pieces)


def split_list(text: str) -> tuple[str, ...]:
    """The items of a list that EXPLAIN joined by commas.

    >>> split_list("a.id, count(a.x, 1), 'p, q'::text, \\"odd, name\\"")
    ('a.id', 'count(a.x, 1)', "'p, q'::text", '"odd, name"')
    >>> split_list("")
    ()
    """
    if ", " not in text:
        return (text,) if text else ()
    if "(" not in text and "'" not in text and '"' not in text and "[" not in text and "{" not in text:
        return tuple(text.split(", "))
    items: list[str] = []
    begin = place = depth = 0
    for piece in _PIECE.findall(text):
        if piece == ", " and depth <= 0:
            items.append(text[begin:place])
            begin = place + 2
        elif piece in "([{":
            depth += 1
        elif piece in ")]}":
            depth -= 1
        place += len(piece)
    items.append(text[begin:])
    return tuple(items)
