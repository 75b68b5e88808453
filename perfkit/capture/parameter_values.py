"""Choose values for the parameters of a statement from the statistics of the columns they are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perfkit.capture.capture import bind_text
from perfkit.capture.plan_diagram import Held
from perfkit.catalog import Catalog, Relation
from perfkit.db.catalog import read_catalog
from perfkit.db.column_values import ColumnValues, read_column_values
from perfkit.db.session import Session
from perfkit.errors import UsageError
from perfkit.redact import learn
from perfkit.sql import parse_statement, table_names
from perfkit.sql.compared import ComparedColumn, compared_columns, counting_parameters
from perfkit.sql.statement import Statement

DEFAULT_LIMIT = "20"
"""A page of a list."""
DEFAULT_OFFSET = "0"

_ALIKE = 3
"""Of a column where no value stands out, as of a key, so many are enough."""
_PREFIXES = (1, 2, 3, 5, 8)
"""Lengths of what LIKE is asked to begin with."""
_LISTS = (3, 10, 30)
"""Lengths of the lists that = ANY is given beside single values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A parameter that may vary, and where its values come from."""

    number: int
    column: ComparedColumn | None
    """None where the values were given."""
    known: ColumnValues | None
    given: tuple[str | None, ...] = ()

    @property
    def count(self) -> int:
        """How many different values there are to choose from."""
        known = self.known
        return len(self.given) if known is None else len(known.common) + len(known.bounds) + 1

    @property
    def everything(self) -> tuple[str, ...]:
        """Every value that may be sent to the server."""
        found = self.known
        stored = (*found.common, *found.bounds, found.beyond) if found is not None else ()
        return tuple(value for value in (*stored, *self.given, *self.spread(self.count)) if value)

    def spread(self, most: int) -> tuple[str | None, ...]:
        """Up to ``most`` different values over the range of how many rows they find, in the order of the column's type for a
        range."""
        if self.column is None or self.known is None:
            return self.given[:most]
        operator = self.column.operator
        if operator in ("<", "<=", ">", ">="):
            found = _range(self.known, most, is_below=operator in ("<", "<="))
        elif operator in ("like", "ilike"):
            found = _prefixes(self.known)
        else:
            is_list = operator == "= any"
            found = _equal(self.known, most - len(_LISTS) if is_list else most)
            if is_list:
                found = _lists(self.known, found)
        return tuple(dict.fromkeys(found))[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is known of each parameter."""

    varying: tuple[Choice, ...]
    held: tuple[Held, ...]


def choose_values(
    session: Session,
    statement: Statement,
    given: Sequence[object] = (),
    usual: Sequence[Sequence[object]] = (),
) -> Choices:
    """Find values for each parameter of which ``given`` has none: None in its place, or no place at all.

    ``usual`` are sets of values from which those are taken that the statistics cannot give. Costs a few queries of the catalog;
    nothing is planned. UsageError names the parameter for which there is no value, and what to do.
    """
    count = statement.parameter_count
    if not count:
        raise UsageError(
            "the statement has no parameters ($1 …): it has one plan, which perfkit explain shows"
        )
    if len(given) > count:
        raise UsageError(f"the statement has {count} parameters ($1 …), {len(given)} were given")
    unread = (
        f"the statement cannot be read in full ({statement.parse_error}), so perfkit cannot choose values:"
        if statement.parse_error
        else ""
    )
    catalog = _catalog(session, statement)
    compared = compared_columns(statement, catalog)
    counting = counting_parameters(statement)
    varying: list[Choice] = []
    held: list[Held] = []
    for number in range(1, count + 1):
        value = given[number - 1] if number <= len(given) else None
        if value is not None:
            held.append(Held(number=number, parameters=(bind_text(value),), reason="given"))
            continue
        known, fault = _known(session, catalog, number, compared.get(number, ()))
        if known is not None:
            varying.append(known)
            continue
        others = tuple(dict.fromkeys(bind_text(one[number - 1]) for one in usual if len(one) >= number))
        if len(others) > 1:
            varying.append(Choice(number=number, column=None, known=None, given=others))
        elif others:
            held.append(Held(number=number, parameters=(others[0],), reason="given"))
        elif number in counting:
            default = DEFAULT_LIMIT if counting[number] == "LIMIT" else DEFAULT_OFFSET
            reason = f"taken for {counting[number]}, as none was given"
            held.append(Held(number=number, parameters=(default,), reason=reason))
        else:
            example = ", ".join([*["null"] * (number - 1), "a value"])
            raise UsageError(
                f"{unread or fault} give a value for ${number} in params, with null for what perfkit is to choose: [{example}]"
            )
    if not varying and not usual:
        kept = ", ".join(f"${one.number} ({one.reason})" for one in held)
        raise UsageError(
            f"nothing is left to vary: {kept}; put null in params for what perfkit is to choose, and compare that with a column"
        )
    for choice in varying:
        learn(statement.text, choice.everything)
    return Choices(varying=tuple(varying), held=tuple(held))


def _known(
    session: Session, catalog: Catalog, number: int, columns: Iterable[ComparedColumn]
) -> tuple[Choice | None, str]:
    """The column whose values differ most in how often they come; else why there is none."""
    found: list[tuple[float, Choice]] = []
    fault = ""
    for column in columns:
        relation = catalog.relation(column.table, column.schema)
        described = relation.column(column.column) if relation is not None else None
        if relation is None or described is None:
            continue
        known = read_column_values(session, relation.schema, relation.name, described.name, described.type)
        choice = Choice(number=number, column=column, known=known)
        if known is not None and choice.spread(choice.count):
            found.append((known.common_shares[0] if known.common_shares else 0.0, choice))
        elif not fault:
            fault = _fault(number, column, known, relation, described.type)
    if found:
        return max(found, key=lambda one: one[0])[1], ""
    return (
        None,
        fault or f"${number} is compared with no column of a table, so perfkit cannot choose its values:",
    )


def _fault(
    number: int, column: ComparedColumn, known: ColumnValues | None, relation: Relation, type_name: str
) -> str:
    what = f"${number} is compared with {column.name}"
    if relation.main_bytes == 0 and relation.partition_key is None:
        return f"{what}, and the table is empty:"
    if known is not None and known.null_fraction == 1:
        return f"{what}, which is NULL in every row:"
    if known is not None or type_name.endswith("[]"):
        return f"{what}, of type {type_name}, whose values the planner's statistics do not hold:"
    return f"{what}, of which this role sees no statistics: run ANALYZE {column.table}, or"


def _catalog(session: Session, statement: Statement) -> Catalog:
    """The tables of the statement, and those of the views it reads."""
    names = set(table_names(statement))
    while True:
        with session.transaction():
            catalog = read_catalog(session, names)
        definitions = [one.view_definition for one in catalog.relations if one.view_definition]
        inside = {name for text in definitions for name in table_names(parse_statement(text))}
        if inside <= names:
            return catalog
        names |= inside


def _at(values: Sequence[str], most: int) -> list[str]:
    """Up to ``most`` of the values with the first and the last, more of them towards the first.

    >>> _at("abcdefghijk", 4)
    ['a', 'b', 'e', 'k']
    """
    if len(values) <= most or most < 2:
        return list(values[:most])
    last = len(values) - 1
    return [values[place] for place in sorted({round(last * (one / (most - 1)) ** 2) for one in range(most)})]


def _equal(known: ColumnValues, most: int) -> list[str]:
    """The commonest, those between, rare ones, and one beyond the end."""
    middle = len(known.bounds) // 2
    rare = (
        [*known.bounds[middle : middle + 1], *known.bounds[:1]] if known.common else _at(known.bounds, _ALIKE)
    )
    ends = [*rare, *([known.beyond] if known.beyond else [])]
    return [*_at(known.common, max(most - len(ends), 1)), *ends]


def _range(known: ColumnValues, most: int, *, is_below: bool) -> list[str]:
    """From end to end, closer together where few rows are found: there plans flip."""
    stored = known.bounds if len(known.bounds) >= most else (*known.bounds, *known.common)
    end = [known.beyond] if known.beyond else []
    towards = stored if is_below else stored[::-1]
    found = _at(towards, most - len(end))
    return [*(found if is_below else found[::-1]), *end]


def _prefixes(known: ColumnValues) -> list[str]:
    """What the commonest value, the last of the common ones and a middle one begin with, ever longer."""
    texts = [*known.common[:1], *known.common[-1:], *known.bounds[len(known.bounds) // 2 :][:1]]
    return [f"{_escaped(text[:length])}%" for text in texts for length in _PREFIXES if length <= len(text)]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _lists(known: ColumnValues, values: Sequence[str]) -> list[str]:
    """Each value alone, and the commonest together."""
    pool = known.common or known.bounds
    together = [list(pool[:length]) for length in _LISTS if length < len(pool)]
    return [text for one in ([[value] for value in values] + together) if (text := bind_text(one))]
