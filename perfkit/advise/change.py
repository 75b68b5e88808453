"""What a candidate does to what: the database, the session, or the statement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perfkit.advise.values import AdviceKind, Candidate, Step

_DROPS = re.compile(r"\s*drop\s", re.IGNORECASE)

_IN_PLACE: frozenset[AdviceKind] = frozenset({"index"})
"""Kinds whose effect one transaction can take away again for the other arm, by dropping what it made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The parts of a candidate by what they change."""

    database: tuple[Step, ...] = ()
    """Statements that change the database, in their order."""
    settings: tuple[str, ...] = ()
    """SET statements for the session that runs the query."""
    statement: str | None = None
    """What takes the statement's place; None where it stays."""
    is_for_people: bool = False
    """Something that people have to write, told as an SQL comment: nothing here can try it."""
    parts: tuple[Step, ...] = ()
    """All of it."""
    is_out_of_sight: bool = False
    """Only the clock tells whether it is used: no plan is asked."""

    @property
    def needs_its_own_clone(self) -> bool:
        """Whether both states must stand side by side in two databases: the change cannot be taken back within a
        transaction at no cost, or cannot run in one (VACUUM), or its plan does not show whether it is used."""
        return self.is_out_of_sight or any(
            step.kind not in _IN_PLACE or _DROPS.match(step.sql) for step in self.database
        )

    @property
    def only_drops(self) -> bool:
        """Whether all it does is to drop something from the database."""
        return bool(self.database) and all(_DROPS.match(step.sql) for step in self.parts)

    @property
    def only_reads(self) -> bool:
        """Whether trying it changes no database: a rewritten query, a setting of the session."""
        return not self.database and not self.is_for_people


def change_of(candidate: Candidate) -> Change:
    """
    >>> rewrite = Candidate(kind="rewrite", sql="select 1", rationale="")
    >>> change_of(rewrite).statement, change_of(rewrite).only_reads
    ('select 1', True)
    """
    parts = candidate.parts
    rewrites = [step.sql for step in parts if step.kind == "rewrite"]
    return Change(
        database=tuple(step for step in parts if step.kind not in ("rewrite", "setting", "application")),
        settings=tuple(step.sql for step in parts if step.kind == "setting"),
        statement=rewrites[-1] if rewrites else None,
        is_for_people=any(step.kind == "application" or step.sql.lstrip().startswith("--") for step in parts),
        parts=parts,
        is_out_of_sight=candidate.is_out_of_sight,
    )
