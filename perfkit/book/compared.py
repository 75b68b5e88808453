"""A bad form beside a good one, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.comparison.comparison import Comparison
from perfkit.show import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Shown):
    """Shown by what hardly moves between machines: rows, blocks, and the two plans node by node."""

    comparison: Comparison

    @property
    def same_result(self) -> bool | None:
        """Whether both returned the same rows; None where that was not asked or cannot be compared."""
        return self.comparison.same_result
