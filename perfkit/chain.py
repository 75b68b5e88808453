"""What values can do with the help of rooms above them: one late import for each method, as ``perfkit.show`` has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

    from perfkit.comparison import Comparison
    from perfkit.comparison.compare import Side
    from perfkit.findings.finding import Finding


class Framed:
    """A value that a table can hold."""

    __slots__ = ()

    def to_frame(self) -> pandas.DataFrame:
        """The value as a DataFrame, units in the names of its columns; a missing value is one that nobody knows."""
        from perfkit.render.frames import to_frame

        return to_frame(self)


class Comparable(Framed):
    """A value that holds a plan, to be compared."""

    __slots__ = ()

    def diff(self, later: Side) -> Comparison:
        """Compare with a later plan, capture, measurement or investigation; see ``perfkit.diff``."""
        from perfkit.comparison import diff

        return diff(self, later)  # type: ignore[arg-type]


class Explained(Comparable):
    """A value that holds a plan, to be compared and examined."""

    __slots__ = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the plan, the worst first; looked for at each call. Asks no server."""
        from perfkit.comparison.observed import observed

        return observed(self).findings()  # type: ignore[arg-type]
