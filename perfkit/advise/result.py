"""Do two arms give the same result: compared by a digest that the server takes, so that rows do not travel.

Multisets of rows are compared; where the statement orders its rows, their order too. Rows that differ only in the last
digits of floating-point numbers, or in the trailing zeros of numeric ones, are the same: another plan adds up in another order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from perfkit.advise.arm import Arm
from perfkit.sql.outermost import order_of, target_of

SIGNIFICANT_DIGITS = 9
"""Floating-point numbers that agree so far are equal: sums of a million doubles in two orders differ beyond the tenth."""

MOST_ROWS_FETCHED = 20_000
"""So many rows are compared one by one where the digests differ; more would cost the client time and memory."""

_DIGEST = (
    "select count(*)::text || ':' || coalesce(sum(hashtextextended(t, 0)::numeric), 0)::text,"
    " coalesce(sum(hashtextextended(t || '#' || n, 0)::numeric), 0)::text from"
    " (select q::text as t, row_number() over () as n from (",
    "\n) as q) as numbered",
)


def same_result(before: Arm, after: Arm) -> bool | None:
    """Whether both arms give the same rows, or leave the same rows in the table they write.

    None where that cannot be compared. Runs each statement once more.
    """
    if before.statement.kind != "select":
        is_one_statement = before.statement.text == after.statement.text
        return None if is_one_statement else same_table(before, after)
    (rows, sequence), (other_rows, other_sequence) = digest(before), digest(after)
    if rows != other_rows:
        return _same_but_for_digits(before, after)
    if sequence == other_sequence or not order_of(before.statement):
        return True
    # The same rows in another order: rightly so among rows that the same ORDER BY leaves tied.
    return order_of(before.statement) == order_of(after.statement)


class Digest(NamedTuple):
    rows: str
    """Row count and the sum of the rows' hashes, ``12:-345``: equal for equal multisets."""
    sequence: str
    """The sum of hashes of rows with their places: equal for equal rows in one order."""


def digest(arm: Arm) -> Digest:
    """Of the rows of a SELECT, which is run once more."""
    row = arm.rows(*_DIGEST)[0]
    return Digest(str(row[0]), str(row[1]))


def _same_but_for_digits(before: Arm, after: Arm) -> bool:
    limit = ("select * from (", f"\n) as q limit {MOST_ROWS_FETCHED + 1}")
    rows, others = before.rows(*limit), after.rows(*limit)
    if len(rows) != len(others) or len(rows) > MOST_ROWS_FETCHED:
        return False
    return _rounded(rows) == _rounded(others)


def _rounded(rows: Iterable[tuple[object, ...]]) -> Counter[str]:
    return Counter(repr([_without_noise(value) for value in row]) for row in rows)


def _without_noise(value: object) -> object:
    """
    >>> _without_noise(0.1 + 0.2), _without_noise(Decimal("1.500")) == _without_noise(Decimal("1.5"))
    ('0.3', True)
    """
    if isinstance(value, float):
        return f"{value:.{SIGNIFICANT_DIGITS}g}"
    if isinstance(value, Decimal) and value.is_finite():
        return str(value.normalize())
    return value


def same_table(before: Arm, after: Arm) -> bool | None:
    """Whether both arms leave the same rows in the table they write; None where they do not write one and the same. Runs each
    statement once more and reads all of the table each time."""
    table = target_of(before.statement)
    if table is None or table != target_of(after.statement):
        return None
    query = (
        "select count(*)::text || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as digest"
        f" from {table} as t"
    )
    return before.after_running(query) == after.after_running(query)
