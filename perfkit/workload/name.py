"""Names for statements that nobody named: main table, verb, what they search by, and some digits of the fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from perfkit.sql.fingerprint import as_written, normal_words
from perfkit.sql.outline import main_verb
from perfkit.sql.tokens import scan

MOST_LETTERS = 60
"""A name stands in tables and in sentences."""

MOST_OF_TABLE = 24
MOST_OF_LIST = 16
"""A longer list of what is selected says less than what it is searched by."""

LEAST_DIGITS = 4
"""Of the fingerprint: few of some hundred statements share so many."""

_CLAUSES = ("where", "group", "having", "order", "limit", "offset", "fetch", "for", "union", "returning")
_UNENDING = {
    "(", "[", ",", ".", "::", "=", "<>", "<", ">", "<=", ">=", "and", "or", "not", "is", "in", "any", "like", "between",
    "where", "order", "group", "by", "…", "set", "case", "when", "then", "exists",
}  # fmt: skip
"""Words and signs that something has to follow."""

_CALLS_WITH_FROM = [["extract"], ["substring"], ["trim"], ["overlay"]]
_BEFORE_TARGET: dict[str, tuple[str, ...]] = {
    "insert": ("into",),
    "merge": ("into",),
    "update": (),
    "delete": ("from",),
}


def named(statements: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each text with its fingerprint, no two the same. It depends on nothing else of the workload but for the number
    of digits.

    >>> named([("select id from issues where project_id = 7 order by id", "3f2a77"), ("insert into notes values (1)", "91c0ff")])
    ['issues: select id where project_id = ? order by id #3f2a', 'notes: insert #91c0']
    """
    digits = _digits({fingerprint for _, fingerprint in statements})
    seen: dict[str, int] = {}
    names = []
    for text, fingerprint in statements:
        seen[fingerprint] = seen.get(fingerprint, 0) + 1
        again = f".{seen[fingerprint]}" if seen[fingerprint] > 1 else ""
        names.append(_name(text, f" #{fingerprint[:digits]}{again}"))
    return names


def _digits(fingerprints: set[str]) -> int:
    """So many that no two begin with the same."""
    digits = LEAST_DIGITS
    for one, other in pairwise(sorted(fingerprints)):
        while one[:digits] == other[:digits]:
            digits += 1
    return digits


def _name(text: str, tail: str) -> str:
    tokens = [token for token in scan(text) if token.text != ";"]
    verb = main_verb(tokens)
    words = normal_words(tokens)
    main = _main(words, verb)
    table = _table(words, main, verb)
    head = f"{_cut(table, MOST_OF_TABLE)}: " if table else ""
    return f"{head}{_fitting(_telling(main, verb), MOST_LETTERS - len(head) - len(tail))}{tail}"


def _telling(main: _Main, verb: str) -> list[str]:
    """What tells the statement from others of its table."""
    if verb == "select":
        listed = main.between((), ("from", *_CLAUSES))
        is_long = len(as_written(" ".join(listed))) > MOST_OF_LIST
        return ["select", *(["…"] if is_long else listed), *main.beginning(_CLAUSES)]
    if verb == "update":
        changed = main.between(("set",), ("from", "where", "returning"))
        return ["update", "set", *changed, *main.beginning(("where",))]
    if verb == "insert" and main.beginning(("select",)):
        return ["insert", "…", *main.beginning(("select",))]
    return [verb, *main.beginning(("where",))] if verb == "delete" else [verb]


@dataclass(frozen=True, slots=True)
class _Main:
    """The words of the statement itself after its verb, each with how deep it stands in brackets."""

    words: tuple[tuple[str, int], ...]

    def _place(self, clauses: Sequence[str], start: int = 0) -> int | None:
        places = range(start, len(self.words))
        return next((place for place in places if self.words[place] in [(one, 0) for one in clauses]), None)

    def beginning(self, clauses: Sequence[str]) -> list[str]:
        """From the first of these clauses on."""
        start = self._place(clauses)
        return [] if start is None else [word for word, _ in self.words[start:]]

    def between(self, after: Sequence[str], before: Sequence[str]) -> list[str]:
        """From after one clause, or from the start, to the next of these."""
        start = self._place(after) if after else -1
        if start is None:
            return []
        return [word for word, _ in self.words[start + 1 : self._place(before, start + 1)]]


def _main(words: Sequence[str], verb: str) -> _Main:
    deep = []
    depth = 0
    for word in words:
        depth -= word in (")", "]")
        deep.append((word, depth))
        depth += word in ("(", "[")
    level = min((depth for word, depth in deep if word == verb), default=0)
    start = next((place for place, one in enumerate(deep) if one == (verb, level)), -1) + 1
    end = next((place for place in range(start, len(deep)) if deep[place][1] < level), len(deep))
    return _Main(tuple((word, depth - level) for word, depth in deep[start:end]))


def _table(words: Sequence[str], main: _Main, verb: str) -> str:
    """The table of the statement itself, without its schema, else the first of its parts; "" for none."""
    ctes = {
        words[place - 1]
        for place in range(1, len(words) - 1)
        if words[place] == "as" and words[place + 1] in ("(", "materialized", "not")
    }
    if verb in _BEFORE_TARGET:
        return _identifier(main.between(_BEFORE_TARGET[verb], ()), is_target=True)
    found = [_identifier(main.between(("from",), ())), *_tables(words)]
    return next((name for name in found if name and name not in ctes), "")


def _tables(words: Sequence[str]) -> list[str]:
    """What stands where a table does, in its order."""
    callers: list[str] = []
    found: list[str] = []
    for place, word in enumerate(words):
        if word in ("(", "["):
            callers.append(words[place - 1] if place else "")
        elif word in (")", "]") and callers:
            callers.pop()
        elif word == "from" and words[place - 1] != "distinct" and callers[-1:] not in _CALLS_WITH_FROM:
            found.append(_identifier(words[place + 1 :]))
    return found


def _identifier(words: Sequence[str], *, is_target: bool = False) -> str:
    """The last part of the name of a table that the words begin with; "" where they begin with something else."""
    place = 1 if words[:1] in (["only"], ["lateral"]) else 0
    while words[place + 1 : place + 2] == ["."] and place + 2 < len(words):
        place += 2
    name = words[place] if place < len(words) else ""
    is_call = words[place + 1 : place + 2] == ["("] and not is_target
    return name.strip('"') if (name[:1].isalpha() or name[:1] in ("_", '"')) and not is_call else ""


def _fitting(words: list[str], most: int) -> str:
    """The words as people write them, cut between two of them where they are too long together."""
    whole = as_written(" ".join(words))
    kept = list(words)
    while len(whole) > most and len(kept) > 1:
        kept.pop()
        while len(kept) > 1 and kept[-1] in _UNENDING:
            del kept[-2 if kept[-1] == "." else -1 :]
        whole = as_written(" ".join([*kept, "…"]))
    return _cut(whole, most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
