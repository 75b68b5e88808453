"""Constants and brackets in lines of which it is not known yet whether they belong together."""

from __future__ import annotations

from typing import Final

from perfkit.plan.text.expressions import open_quote

_AFTER_A_CONSTANT: Final = " \t),:].}|;"


def open_after(text: str, quote: str) -> str | None:
    """The quote that is open at the line's end when this one is at its begin; None when it is closed within a word."""
    place = 0
    while True:
        place = text.find(quote, place) + 1
        if not place:
            return quote
        if text[place : place + 1] != quote:
            return open_quote(text[place:]) if text[place : place + 1] in _AFTER_A_CONSTANT else None
        place += 1


def depth(text: str) -> int:
    """Brackets opened and not closed, outside of constants."""
    found = 0
    if "'" not in text and '"' not in text:
        return text.count("(") - text.count(")") + text.count("[") - text.count("]")
    place = 0
    while place < len(text):
        mark = text[place]
        if mark in "'\"":
            closing = text.find(mark, place + 1)
            if closing < 0:
                break
            place = closing
        elif mark in "([":
            found += 1
        elif mark in ")]":
            found -= 1
        place += 1
    return found
