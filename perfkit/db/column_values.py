"""The values of a column that the planner's statistics hold. They are data of the user's: whoever shows them must have
told ``perfkit.redact``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from perfkit.db.session import Session, stored_query
from perfkit.errors import CaptureError

_SIZES = re.compile(r"\(\d+(?:,\d+)?\)")
_STEPS = {
    "smallint": "1",
    "integer": "1",
    "bigint": "1",
    "numeric": "1",
    "real": "1",
    "double precision": "1",
    "date": "1",
    "timestamp without time zone": "interval '1 day'",
    "timestamp with time zone": "interval '1 day'",
}
"""Type → what is added to reach beyond the last value. Of other types no value can be made up that is sure to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnValues:
    """Values as text, as the server reads them back."""

    common: tuple[str, ...]
    """Most common values, the commonest first; empty where no value stands out."""
    common_shares: tuple[float, ...]
    """Share of the table's rows that each of them has."""
    bounds: tuple[str, ...]
    """Ascending; between two of them lie about as many rows as between any two others. Empty where the common values are all."""
    null_fraction: float
    beyond: str | None = None
    """Above every value in the statistics; None where the type's values cannot be reckoned with."""


def read_column_values(
    session: Session, schema: str, table: str, column: str, type_name: str
) -> ColumnValues | None:
    """What ANALYZE kept of a column: one query of the catalog. None without statistics, or where the role may not see them."""
    if type_name.endswith("[]"):
        return None
    wanted = {"schema": schema, "table": table, "column": column}
    with session.transaction():
        rows = session.rows(stored_query("column_values"), wanted)
    if not rows:
        return None
    row = rows[0]
    common = _texts(row["common"])
    bounds = _texts(row["bounds"])
    return ColumnValues(
        common=common,
        common_shares=tuple(cast(Sequence[float], row["common_shares"] or ())),
        bounds=bounds,
        null_fraction=float(cast(float, row["null_fraction"])),
        beyond=_beyond(session, (*common, *bounds), _SIZES.sub("", type_name)),
    )


def _texts(values: object) -> tuple[str, ...]:
    return tuple(cast(Sequence[str], values or ()))


def _beyond(session: Session, values: Sequence[str], type_name: str) -> str | None:
    """As far above the last value as that is above the first, and a step more."""
    step = _STEPS.get(type_name)
    if step is None or not values:
        return None
    sql = (
        f"select (max(v) + (max(v) - min(v)) + {step})::{type_name}::text as beyond"
        f" from (select t::{type_name} as v from unnest(%s::text[]) as t) as one"
    )
    try:
        with session.transaction():
            beyond = session.rows(sql, [list(values)])[0]["beyond"]
    except CaptureError:
        # past the end of the type, or a date that is infinity
        return None
    return None if beyond is None or str(beyond) in values else str(beyond)
