"""Single lines below a node's head, into the properties EXPLAIN's JSON has for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from perfkit.plan import keys
from perfkit.plan.model import Buffers, Wal
from perfkit.plan.text.expressions import open_quote, split_list
from perfkit.plan.text.figures import (
    EXPRESSIONS,
    GROUPS,
    MORE_LISTS,
    has_one_clock,
    number,
    read_buffers,
    read_timings,
)
from perfkit.plan.text.heads import ALIAS, RELATION, SCHEMA, fill_target, kind_of
from perfkit.plan.text.nodes import ONE_CLOCK, Facts, Repeated

_NO_BUFFERS: Final = Buffers()
_MOST_JOINED: Final = 20_000
"""Lines one literal may run over; more is no plan but a stray quote."""

_LIKE_A_LINE: Final = re.compile(r"\s*(?:->|[A-Z][\w ]*: )")
_WORD_END: Final = re.compile(r"\w\w$")
"""One letter before a quote is a prefix, as in E'…'."""

Reader = Callable[[Facts, str, str], bool]
"""Puts the value of a label into the facts; False when the value is not in PostgreSQL's form."""


def _read_integer(facts: Facts, label: str, value: str) -> bool:
    if not value.isdecimal() or len(value) > 1000 or label in facts:
        return False
    facts[label] = int(value)
    return True


def _read_number(facts: Facts, label: str, value: str) -> bool:
    made = int(value) if value.isdecimal() and len(value) < 20 else number(value)
    if type(made) is str or label in facts:
        return False
    # text prints a zero only for an average that rounds to it; as a float it is told from JSON's, which is printed always
    facts[label] = made or 0.0
    return True


def _read_condition(facts: Facts, label: str, value: str) -> bool:
    if label in facts or not value or value[-1] != ")" or '"' in value or value.count("'") & 1:
        return False
    facts[label] = value
    return True


def _read_flag(facts: Facts, label: str, value: str) -> bool:
    if value not in ("true", "false") or label in facts:
        return False
    facts[label] = value == "true"
    return True


def _read_bytes(facts: Facts, label: str, value: str) -> bool:
    return value.endswith(" b") and _read_integer(facts, label, value.removesuffix(" b"))


def _read_list(facts: Facts, label: str, value: str) -> bool:
    if label in facts or open_quote(value):
        return False
    facts[label] = list(split_list(value))
    return True


def _read_group(facts: Facts, label: str, value: str) -> bool:
    found = GROUPS[label](value)
    if found is None or not facts.keys().isdisjoint(found):
        return False
    facts.update(found)
    return True


def _read_buffers(facts: Facts, label: str, value: str) -> bool:
    found = None if label in facts else read_buffers(value)
    if found is None:
        return False
    facts["Buffers"] = found
    return True


def _read_timings(facts: Facts, label: str, value: str) -> bool:
    buffers = facts.get("Buffers", _NO_BUFFERS)
    found = read_timings(value, buffers) if type(buffers) is Buffers else None
    if found is None:
        return False
    facts.pop("Buffers", None)
    facts[ONE_CLOCK if has_one_clock(value) else "Buffers"] = found
    return True


def _read_wal(facts: Facts, label: str, value: str) -> bool:
    found = None if label in facts else GROUPS["WAL"](value)
    if found is None or any(type(figure) is not int for figure in found.values()):
        return False
    facts["WAL"] = Wal(**{keys.WAL[key][0]: figure for key, figure in found.items()})
    return True


SINGLES: Final[dict[str, Reader]] = {
    **{key: _read_integer for key, (_, kinds) in keys.NODE.items() if kinds is keys.INTEGER},
    **{key: _read_number for key, (_, kinds) in keys.NODE.items() if kinds is keys.NUMBER},
    "Tuples Inserted": _read_integer,
    "Foreign File Size": _read_bytes,
    "Conflicting Tuples": _read_integer,
    "Inner Unique": _read_flag,
    "Disabled": _read_flag,
    "Single Copy": _read_flag,
    **dict.fromkeys(MORE_LISTS, _read_list),
    **dict.fromkeys(GROUPS, _read_group),
    "Buffers": _read_buffers,
    "I/O Timings": _read_timings,
    "WAL": _read_wal,
}
"""Labels of lines that never go on in the next one."""


QUICK: Final[dict[str, Reader]] = {
    **SINGLES,
    **{label: _read_condition for label in EXPRESSIONS if label.endswith(("Filter", "Cond"))},
}
"""Labels whose line is read without regard to the next one, unless the reader says that it may go on."""


def repeat(facts: Facts, label: str, value: str) -> None:
    """Keep a label that a node has once more."""
    before = facts[label]
    if type(before) is Repeated:
        before.append(value)
    else:
        facts[label] = Repeated((before, value))


def plain_value(text: str) -> Any:
    """The value of an unknown label as EXPLAIN's JSON would give it.

    >>> [plain_value(text) for text in ("3", "1.5", "1.50", "true", "any words")]
    [3, 1.5, '1.50', True, 'any words']
    """
    if text in ("true", "false"):
        return text == "true"
    made = number(text)
    return made if str(made) == text else text


def joined(lines: list[str], place: int, value: str, quote: str = "") -> tuple[str, int]:
    """The value up to the line that closes its quotes, and the index of that line.

    A quote that is never closed is none; nor is one that would close inside a word, beyond lines that look like a
    plan's own: then a hand put an apostrophe into two constants.
    """
    quote = quote or open_quote(value)
    if not quote:
        return value, place
    line = lines[place]
    parts = [line[line.find(value) :]]
    for after in range(place + 1, min(len(lines), place + _MOST_JOINED)):
        parts.append(lines[after])
        quote = open_quote(lines[after], quote)
        if not quote:
            whole = "\n".join(parts).rstrip()
            if any(map(_LIKE_A_LINE.match, parts[1:])) and _is_quoted_within_words(whole):
                break
            return whole, after
    return value, place


def _is_quoted_within_words(text: str) -> bool:
    """Whether a constant of the text begins or ends inside a word.

    >>> _is_quoted_within_words("(a = 'it''s' AND b = E'x')"), _is_quoted_within_words("(name = 'O'Brien')")
    (False, True)
    """
    outside = text.replace("''", "").split("'")[::2]
    return any(part[:1].isalnum() for part in outside[1:]) or any(map(_WORD_END.search, outside[:-1]))


def target_table(words: str) -> dict[str, Any] | None:
    """What ``Update on app.issue_2 i`` says of one of several targets; None when it is in another form."""
    operation, _, target = words.partition(" on ")
    kind = kind_of(operation)
    values: list[Any] = list(kind.template)
    if not fill_target(kind, values, target):
        return None
    named = {"Schema": values[SCHEMA], "Relation Name": values[RELATION], "Alias": values[ALIAS]}
    return {key: value for key, value in named.items() if value is not None}
