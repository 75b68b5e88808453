"""JSON text into objects, whatever its depth.

The standard library's reader recurses, so a plan of a thousand levels is too deep for it; such text is read here with
a stack of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final

from perfkit.plan.draft import collector_paused

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_SCALAR: Final = re.compile(r"-?\d[-+.\deE]*|true|false|null|NaN|-?Infinity")


def loads(text: str) -> object:
    """What the text says; json.JSONDecodeError with the position where it stops being JSON.

    >>> loads('[{"a": [1, 2.5, null]}, {}]')
    [{'a': [1, 2.5, None]}, {}]
    """
    try:
        return loads_into(text, None)
    except RecursionError:
        return _loads_deep(text)


def loads_into(text: str, made_of: Callable[[dict[str, Any]], object] | None) -> object:
    """The same, but what is made of an object stands in its place, innermost first; RecursionError when too deep.

    >>> loads_into('{"a": {"b": 1}}', sorted)
    ['a']
    """
    try:
        with collector_paused():
            return json.loads(text, object_hook=made_of)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise json.JSONDecodeError(str(error), text, 0) from None


def _loads_deep(text: str) -> object:
    """The same as json.loads, without recursion.

    >>> _loads_deep(' {"a": [1, {"b": "x"}], "c": []} ')
    {'a': [1, {'b': 'x'}], 'c': []}
    """
    done: list[Any] = []
    open_: list[Any] = [done]
    names: list[str] = []
    place = _skip(text, 0)
    while True:
        container = open_[-1]
        if type(container) is dict:
            name, place = _name(text, place)
            names.append(name)
        mark = text[place : place + 1]
        if mark in ("{", "["):
            value: Any = {} if mark == "{" else []
            place = _skip(text, place + 1)
        else:
            value, place = _scalar(text, place)
        if type(container) is dict:
            container[names.pop()] = value
        else:
            container.append(value)
        if mark in ("{", "[") and text[place : place + 1] != _closing(value):
            open_.append(value)
            continue
        if mark in ("{", "["):
            place = _skip(text, place + 1)
        while len(open_) > 1 and text[place : place + 1] == _closing(open_[-1]):
            open_.pop()
            place = _skip(text, place + 1)
        if len(open_) == 1:
            if place != len(text):
                raise json.JSONDecodeError("Extra data", text, place)
            return done[0]
        if text[place : place + 1] != ",":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
        place = _skip(text, place + 1)


def _closing(container: object) -> str:
    return "}" if type(container) is dict else "]"


def _skip(text: str, place: int) -> int:
    blank = _BLANK.match(text, place)
    return blank.end() if blank else place


def _name(text: str, place: int) -> tuple[str, int]:
    if text[place : place + 1] != '"':
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, place)
    name, place = scanstring(text, place + 1, True)
    place = _skip(text, place)
    if text[place : place + 1] != ":":
        raise json.JSONDecodeError("Expecting ':' delimiter", text, place)
    return name, _skip(text, place + 1)


def _scalar(text: str, place: int) -> tuple[Any, int]:
    if text[place : place + 1] == '"':
        value, place = scanstring(text, place + 1, True)
        return value, _skip(text, place)
    found = _SCALAR.match(text, place)
    if found is None:
        raise json.JSONDecodeError("Expecting value", text, place)
    try:
        value = json.loads(found[0])
    except ValueError:
        raise json.JSONDecodeError("Expecting value", text, place) from None
    return value, _skip(text, found.end())
