"""Are a statement's rows the same with the indexes as without: an index that changes them is wrong itself, or another one is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from perfkit.advise.arm import Arm
from perfkit.advise.result import MOST_ROWS_FETCHED, digest, same_result, same_table
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.sql import has_fixed_result, parse_statement

MAY_VARY = "rows that tie, or functions of the moment, may rightly come out otherwise from run to run"
NO_TIME = "no time was left to compare its rows"
NEVER_ENDS = "without the indexes it does not end"
TOO_LARGE = "the table it writes is too large to be read for it"
TOO_MANY = f"more than {MOST_ROWS_FETCHED:,} rows with fractions, whose last digits may differ, are not compared one by one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sameness:
    """``is_same`` is None where the rows cannot be compared, or were not; ``reason`` then says why."""

    is_same: bool | None
    reason: str = ""


def sameness(before: Arm, after: Arm) -> Sameness:
    """Run both sides of one statement once more and compare what they give, or the table that they leave.

    Rows that differ are looked at again: what gives other rows each time it is run says nothing of the indexes.
    """
    try:
        if before.statement.kind == "select":
            is_same = same_result(before, after)
        else:
            is_same = same_table(before, after)
        if is_same is None:
            return Sameness(is_same=None, reason="it is not known which table it writes")
        if is_same:
            return Sameness(is_same=True)
        if _is_beyond_comparing(before):
            return Sameness(is_same=None, reason=TOO_MANY)
        if _is_fixed(before) and _is_steady(before):
            return Sameness(is_same=False)
    except CaptureTimeout:
        return Sameness(is_same=None, reason="comparing its rows takes too long")
    except CaptureError as error:
        return Sameness(is_same=None, reason=f"its rows could not be compared: {error}")
    return Sameness(is_same=None, reason=MAY_VARY)


def _is_fixed(arm: Arm) -> bool:
    return has_fixed_result(
        arm.statement if arm.statement.tree is not None else parse_statement(arm.statement.text)
    )


def _is_steady(arm: Arm) -> bool:
    if arm.statement.kind == "select":
        return digest(arm).rows == digest(arm).rows
    return bool(same_table(arm, arm))


def _is_beyond_comparing(arm: Arm) -> bool:
    """Whether rows that differ may differ in the order of their additions alone, and are too many for that to be seen."""
    if arm.statement.kind != "select" or int(digest(arm).rows.partition(":")[0]) <= MOST_ROWS_FETCHED:
        return False
    some = arm.rows("select * from (", "\n) as q limit 1000")
    return any(isinstance(value, float | Decimal) for row in some for value in row)
