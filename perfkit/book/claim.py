"""A claim of a page: a sentence that was just found to be true, with the figures it rests on.

One that PostgreSQL only bears out from some major on is left open on an older one, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfkit.errors import ClaimFailed
from perfkit.show import Shown
from perfkit.units import format_count

Figure = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Shown):
    """Only made by ``require``, so one that is there holds, unless it is left open."""

    sentence: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    since: int | None = None
    """On the server at hand nothing is claimed, as the sentence is about this major and later ones; None where it holds."""

    @property
    def evidence(self) -> str:
        """The figures in a line: ``before 2,095, after 6``; empty without any."""
        return ", ".join(
            f"{name.replace('_', ' ')} {_written(figure)}" for name, figure in self.figures.items()
        )


def require(sentence: str, holds: bool, figures: Mapping[str, Figure]) -> Claim:
    """The claim, where it holds; ClaimFailed with its figures where it does not.

    >>> require("fewer blocks", True, {"before": 2095, "after": 6}).evidence
    'before 2,095, after 6'
    """
    claim = Claim(sentence=sentence, figures=dict(figures))
    if not holds:
        evidence = f" ({claim.evidence})" if figures else ""
        raise ClaimFailed(f"the claim “{sentence}” does not hold here{evidence}")
    return claim


def _written(figure: Figure) -> str:
    return (
        format_count(figure)
        if isinstance(figure, int | float) and not isinstance(figure, bool)
        else str(figure)
    )
