"""One statement in place of many that differ in a single key: ``where id = 7`` as ``where id = any($1)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from perfkit.errors import UsageError
from perfkit.sql.prepared import literal
from perfkit.sql.read import read
from perfkit.sql.tokens import Token, scan

_LOOK_UP_LIMITS = ("1", "21")
"""What mappers write on a look-up of one row: Rails' first and find_by, and Django's get, which asks for 21 to tell too many."""

_MARKER = "perfkit_key_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One of the many executions."""

    text: str
    parameters: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The one statement. ``$1`` is the array of keys; what else was the same in all calls stands as a constant."""

    text: str
    """As an application would send it, with the key among its columns."""
    same_columns: str | None
    """With the columns of the many, so that the rows can be compared; None where rows are not the same by design."""
    key: str
    """The column that differs."""
    keys: tuple[str, ...]
    """Its values in all calls, each once."""


def batch_of(calls: Sequence[Call]) -> Batch | None:
    """The statement that reads the rows of all calls at once; None where they differ in more than one compared key, or the
    statement's form does not let a key become a list (grouping, limits, set operations, OR)."""
    if len(calls) < 2:
        return None
    try:
        streams = [scan(call.text) for call in calls]
    except UsageError:
        return None
    first = streams[0]
    if any(len(stream) != len(first) for stream in streams):
        return None
    values = [_values(stream, call.parameters) for stream, call in zip(streams, calls, strict=True)]
    places = [place for place in range(len(first)) if len({one[place] for one in values}) > 1]
    if len({_place_text(first[place]) for place in places}) != 1 or len(places) != 1:
        return None
    place = places[0]
    keys = [one[place] for one in values]
    if any(key is None for key in keys):
        return None
    shape = _shape(calls[0], first, place)
    if shape is None:
        return None
    return Batch(
        text=shape.advised,
        same_columns=shape.plain,
        key=shape.key,
        keys=tuple(dict.fromkeys(key for key in keys if key is not None)),
    )


def _place_text(token: Token) -> str:
    return token.text if token.kind == "parameter" else "literal"


def _values(stream: Sequence[Token], parameters: Sequence[str | None]) -> list[str | None]:
    """Each token as what it stands for: literals and parameters as their value, everything else as its name."""
    found: list[str | None] = []
    for token in stream:
        if token.kind == "parameter":
            number = int(token.text[1:])
            found.append(parameters[number - 1] if 0 < number <= len(parameters) else token.text)
        elif token.kind == "string" and token.text.startswith("'"):
            found.append(token.text[1:-1].replace("''", "'"))
        else:
            found.append(token.name)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    advised: str
    plain: str | None
    key: str


def _shape(call: Call, tokens: Sequence[Token], place: int) -> _Shape | None:
    text = _with_constants(call, tokens, place, f"'{_MARKER}'")
    tree = _parsed(text)
    if tree is None or tree.args.get("offset") or tree.args.get("group") or tree.args.get("distinct"):
        return None
    if tree.args.get("having") or tree.args.get("with_") or tree.args.get("with") or tree.args.get("locks"):
        return None
    limit = tree.args.get("limit")
    if limit is not None and not _is_look_up(limit):
        return None
    if any(tree.find_all(exp.Window)):
        return None
    condition = _condition(tree)
    if condition is None or not isinstance(condition.this, exp.Column):
        return None
    key = condition.this.sql(dialect="postgres")
    array = "any($1)"
    if isinstance(condition.expression, exp.Cast):
        kind = [token.name for token in tokens[place + 1 : place + 4]]
        if kind[0] != "::" or (len(kind) > 2 and kind[2] in ("(", "precision", "varying", "with", "[")):
            return None
        array = f"any($1::{kind[1]}[])"
    edited = _with_constants(call, tokens, place, array, drops_limit=limit is not None)
    aggregates = [one for one in tree.expressions if one.find(exp.AggFunc)]
    if aggregates:
        if len(aggregates) != len(tree.expressions) or limit is not None or tree.args.get("order"):
            return None
        return _Shape(advised=f"{_with_key(edited, key)}\ngroup by {key}", plain=None, key=key)
    has_key = any(_gives(one, condition.this) for one in tree.expressions)
    return _Shape(advised=edited if has_key else _with_key(edited, key), plain=edited, key=key)


def _with_constants(
    call: Call, tokens: Sequence[Token], place: int, replacement: str, *, drops_limit: bool = False
) -> str:
    """The text with the key replaced, other parameters written out, and without the LIMIT of a look-up."""
    pieces: list[str] = []
    end = 0
    skipped = -1
    for number, token in enumerate(tokens):
        if number < skipped:
            continue
        new: str | None = None
        if number == place and replacement.endswith("[])"):
            pieces += [call.text[end : token.start], replacement]
            end, skipped = tokens[number + 2].end, number + 3
            continue
        if number == place:
            new = replacement
        elif token.kind == "parameter":
            at = int(token.text[1:]) - 1
            new = literal(call.parameters[at]) if at < len(call.parameters) else token.text
        elif drops_limit and token.is_word("limit") and _depth(tokens, number) == 0:
            pieces.append(call.text[end : token.start].rstrip())
            end = tokens[number + 1].end
            skipped = number + 2
            continue
        if new is not None:
            pieces += [call.text[end : token.start], new]
            end = token.end
    return "".join([*pieces, call.text[end:]]).strip().rstrip(";").rstrip()


def _depth(tokens: Sequence[Token], place: int) -> int:
    return sum((token.text == "(") - (token.text == ")") for token in tokens[:place])


def _parsed(text: str) -> exp.Select | None:
    try:
        tree = read(text)
    except (SqlglotError, UsageError, RecursionError, AttributeError, TypeError, ValueError):
        return None
    return tree if isinstance(tree, exp.Select) else None


def _condition(tree: exp.Select) -> exp.EQ | None:
    """The comparison with the key, where it stands for itself in WHERE, joined with others by AND alone."""
    for marker in tree.find_all(exp.Literal):
        if marker.name != _MARKER:
            continue
        value = marker.parent if isinstance(marker.parent, exp.Cast) else marker
        condition = value.parent
        if not isinstance(condition, exp.EQ) or condition.expression is not value:
            return None
        above = condition.parent
        while isinstance(above, (exp.And, exp.Paren)):
            above = above.parent
        return condition if isinstance(above, exp.Where) and above.parent is tree else None
    return None


def _is_look_up(limit: exp.Expr) -> bool:
    return (
        isinstance(limit, exp.Limit)
        and limit.expression is not None
        and limit.expression.name in _LOOK_UP_LIMITS
    )


def _gives(expression: exp.Expr, key: exp.Column) -> bool:
    """Whether an item of the select list holds the key."""
    if expression.is_star:
        table = expression.args.get("this")
        return (
            not isinstance(expression, exp.Column)
            or not key.table
            or not table
            or expression.table == key.table
        )
    return isinstance(expression, exp.Column) and expression.name == key.name


def _with_key(text: str, key: str) -> str:
    start = scan(text)[0].end
    return f"{text[:start]} {key},{text[start:]}"
