"""An index worth a look, and what it would be good for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.advise.indexes.shape import Shape
from perfkit.sql.predicates import Predicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Nothing is compared with existing indexes yet."""

    shapes: tuple[Shape, ...]
    """Several for an OR whose arms each need one."""
    serves: tuple[str, ...]
    """The conditions and clauses it answers, as the statement has them."""
    cures: tuple[str, ...]
    weight: float
    """How much of the table's share in the run time it is expected to save, as against the other proposals."""
    extension: str | None = None
    """What must be installed for its operator class; None for a class of PostgreSQL's own."""
    rewrite: str | None = None
    """The whole statement in the form that the index serves; None where it serves the statement as it is."""
    conditions: tuple[str, ...] = ()
    """What makes the rewritten statement equal."""
    caveats: tuple[str, ...] = ()


def proposal(shape: Shape, served: Sequence[Predicate], cures: Sequence[str], weight: float) -> Proposal:
    return Proposal(
        shapes=(shape,),
        serves=tuple(dict.fromkeys(item.sql for item in served)),
        cures=tuple(dict.fromkeys(cures)),
        weight=weight,
    )
