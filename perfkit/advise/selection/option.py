"""An index that may be chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from perfkit.advise.indexes.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An index to be, told apart from the others by its number."""

    number: int
    shape: Shape
    extension: str | None = None
    """What must be installed for its operator class."""
    rank: int = 0
    """The lower, the sooner it is worth a try: what one statement's own advice proposes comes first."""
    demand: float = 0.0
    """What the statements cost that it was proposed for, in all their calls."""
    kept: float | None = None
    """The share of its table's rows that a partial index holds; None where that was not counted."""

    @property
    def table(self) -> str:
        return self.shape.relation.qualified_name

    @property
    def bit(self) -> int:
        """Sets of options are whole numbers with a bit for each."""
        return 1 << self.number

    @property
    def made(self) -> Shape:
        """Under a name of its own: several options would get the same one."""
        return replace(self.shape, given_name=f"perfkit_option_{self.number}")

    @property
    def has_expression(self) -> bool:
        return any(key.expression is not None for key in self.shape.keys)


def numbers(chosen: int) -> list[int]:
    """The numbers of the options in a set.

    >>> numbers(0b1010)
    [1, 3]
    """
    found = []
    while chosen:
        lowest = chosen & -chosen
        found.append(lowest.bit_length() - 1)
        chosen ^= lowest
    return found
