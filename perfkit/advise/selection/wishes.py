"""What the owner of a database allows its indexes to be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import inf

from perfkit.advise.selection.drops import UNUSED_DAYS
from perfkit.advise.selection.effect import TOLERANCE
from perfkit.advise.selection.problem import Limits

MOST_CONNECTIONS = 4
"""Of those that are taken without being asked for: planning keeps a core of the server busy for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the owner of the database allows. None: no limit."""

    most_bytes: int | None = None
    most_per_table: int | None = None
    most_writes: float | None = None
    """How much the indexes may add to the workload's own cost for its writes, as a share of that cost."""
    tolerance: float = TOLERANCE
    """How much slower a single statement that reads may become; what writes pay is weighed against what reads gain."""
    excluded: tuple[str, ...] = ()
    """Tables that get no index, as ``table`` or ``schema.table``."""
    keep: tuple[str, ...] = ()
    """Names of indexes that are not to be dropped, as ``index`` or ``schema.index``."""
    unused_days: float = UNUSED_DAYS
    """So long the server must have counted no read of an index to call it unused."""
    connections: int | None = None
    """HypoPG is asked through so many, or as many as the server gives; None for ``usual_connections``."""

    def limits(self, nothing: float = inf) -> Limits:
        """Where the workload costs ``nothing`` without any index, in the planner's units."""
        return Limits(
            most_bytes=self.most_bytes,
            most_per_table=self.most_per_table,
            most_writes=None if self.most_writes is None else self.most_writes * nothing,
        )


def usual_connections() -> int:
    """One for each core of this machine, at most ``MOST_CONNECTIONS``."""
    return min(MOST_CONNECTIONS, os.cpu_count() or 1)
