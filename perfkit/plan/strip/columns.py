"""Columns of a terminal as psql counts them."""

from __future__ import annotations

import unicodedata

_NO_COLUMN = ("Mn", "Me", "Cf")


def columns_of(text: str) -> int:
    """How many columns psql takes for the text: combining marks none, wide characters two.

    >>> columns_of("noe\\u0308l 漢字")
    9
    """
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def is_wide(mark: str) -> bool:
    return unicodedata.east_asian_width(mark) in "WF"


def doubtful_columns(text: str) -> int:
    """By how many columns versions of psql may differ: it knew other tables of Unicode, and invisible marks as one."""
    if text.isascii():
        return 0
    return sum(2 if category == "Cn" else category == "Cf" for category in map(unicodedata.category, text))


def _columns(mark: str) -> int:
    if unicodedata.category(mark) in _NO_COLUMN:
        return 0
    return 2 if is_wide(mark) else 1
