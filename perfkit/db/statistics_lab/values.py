"""What the planner may be told of the values of one key of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueStatistics:
    """As pg_stats has them; values as text. ``words`` are those of a tsvector, by length, then by bytes."""

    null_fraction: float
    average_width: int
    distinct: float
    """As pg_stats.n_distinct: less than zero for a share of the rows."""
    common: tuple[str, ...] = ()
    common_shares: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    word_shares: tuple[float, ...] = ()

    @property
    def word_numbers(self) -> tuple[float, ...]:
        """Shares as pg_stats.most_common_elem_freqs has them, followed by the least and the greatest."""
        return (*self.word_shares, min(self.word_shares), max(self.word_shares)) if self.word_shares else ()


def array_literal(values: Sequence[str]) -> str | None:
    r"""
    >>> print(array_literal(["a b", 'say "hi"', "back\\slash"]), array_literal([]))
    {"a b","say \"hi\"","back\\slash"} None
    """
    if not values:
        return None
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
