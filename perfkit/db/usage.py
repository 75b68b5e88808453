"""What the server has counted of its indexes' use, which no clone knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from perfkit.db.session import Session, stored_query


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexUsage:
    """Since the counters began, on this server alone."""

    scans: int
    blocks: int
    """Of the index, read or found in memory by searches and by writes."""
    entered_rows: int
    """Rows of its table that had to be entered into indexes: inserted, or updated and not HOT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """``days`` is what the counters cover at the least; None where that is not known, or nothing is counted."""

    days: float | None
    indexes: Mapping[tuple[str, str], IndexUsage] = field(default_factory=dict)
    """By schema and name."""


def read_usage(session: Session) -> Usage:
    """Two queries of the counters; no table is read."""
    with session.transaction():
        began = cast(list[dict[str, Any]], session.rows(stored_query("counters_began")))
        rows = cast(list[dict[str, Any]], session.rows(stored_query("index_usage")))
    return Usage(
        days=began[0]["days"] if began else None,
        indexes={
            (row["schema"], row["name"]): IndexUsage(
                scans=row["scans"], blocks=row["blocks"], entered_rows=row["entered_rows"]
            )
            for row in rows
        },
    )
