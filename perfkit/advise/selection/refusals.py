"""Why runs spoke against options, and what these would have saved: an owner may want the one for the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from perfkit.advise.selection.effect import LATE, Effect
from perfkit.advise.selection.option import Option, numbers
from perfkit.advise.selection.question import Question
from perfkit.units import format_ms

IDLE = "the planner would use it, but when the statements were run none gained what an index is worth"

MOST_TOLD = 2
"""Statements that are named for what they would gain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    option: Option
    reason: str
    is_tempting: bool = False
    """In all calls the statements that gained by it, in some set or other, gained more than the harmed one lost."""


@dataclass(slots=True, kw_only=True)
class _Harm:
    reason: str
    severity: float = 0.0
    """How much slower the statement became, as a share; infinite where it was ended or gave other rows; zero where nothing was harmed."""
    lost_ms: float = 0.0
    """Of the harmed statement, in all its calls."""


@dataclass(slots=True)
class Refusals:
    """Collects both sides while sets are run."""

    questions: Sequence[Question]
    _harms: dict[int, tuple[Option, _Harm]] = field(default_factory=dict, init=False)
    _gains: dict[int, dict[int, Effect]] = field(default_factory=dict, init=False)
    """Of each option the statements that gained with it in their plan, as they did where they gained most."""

    def saw(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if effect.proof is None or effect.proof.verdict != "improves" or effect.after_ms is None:
                continue
            for number in numbers(effect.used):
                best = self._gains.setdefault(number, {})
                known = best.get(effect.place)
                if known is None or self._saved(effect) > self._saved(known):
                    best[effect.place] = effect

    def refuse(self, option: Option, reason: str) -> None:
        self._add(option, _Harm(reason=reason))

    def blame(self, effect: Effect, options: Sequence[Option]) -> None:
        """The options that a harmed statement has in its plan, or keeps up."""
        harm = self._harm(effect)
        for option in options:
            self._add(option, harm)

    def _add(self, option: Option, harm: _Harm) -> None:
        """The worst that was seen is what is told."""
        known = self._harms.get(option.number)
        if known is None or harm.severity > known[1].severity:
            self._harms[option.number] = (option, harm)

    def told(self, kept: int) -> tuple[Refused, ...]:
        """All but those that are in the set in the end, after all."""
        return tuple(
            self._told(option, harm)
            for number, (option, harm) in self._harms.items()
            if not kept >> number & 1
        )

    def _harm(self, effect: Effect) -> _Harm:
        name = self.questions[effect.place].name
        if effect.gives_other_rows:
            return _Harm(
                reason=f"with it {name} gives other rows than without: an index that one of its plans uses is damaged, or rests on a"
                " function or collation that has changed; look for it with amcheck and REINDEX it",
                severity=math.inf,
            )
        if effect.reason == LATE:
            return _Harm(
                reason=f"with it {name} would have a plan like one that was slower; no time was left to run it"
            )
        if effect.before_ms is None or effect.after_ms is None:
            return _Harm(
                reason=f"with it {name} was ended after {format_ms(effect.ended_ms)}, many times what it takes without",
                severity=math.inf,
            )
        return _Harm(
            reason=f"with it {name} takes {format_ms(effect.after_ms)} instead of {format_ms(effect.before_ms)}",
            severity=effect.after_ms / effect.before_ms - 1 if effect.before_ms else math.inf,
            lost_ms=-self._saved(effect),
        )

    def _told(self, option: Option, harm: _Harm) -> Refused:
        gains = sorted(self._gains.get(option.number, {}).values(), key=lambda one: -self._saved(one))
        saved = sum(self._saved(one) for one in gains)
        if not 0 < harm.severity < math.inf or saved <= harm.lost_ms:
            return Refused(option=option, reason=harm.reason)
        told = " and ".join(self._gain(one) for one in gains[:MOST_TOLD])
        enough = math.ceil(harm.severity * 100 + 1) / 100
        return Refused(
            option=option,
            reason=f"{harm.reason}, but {told}: a tolerance of {enough:g} would allow it",
            is_tempting=True,
        )

    def _gain(self, effect: Effect) -> str:
        least = "over " if effect.is_least_before else ""
        return (
            f"{self.questions[effect.place].name} took {format_ms(effect.after_ms)} instead of"
            f" {least}{format_ms(effect.before_ms)}"
        )

    def _saved(self, effect: Effect) -> float:
        """In all its calls; below zero where it is slower."""
        weight = self.questions[effect.place].weight
        return weight * ((effect.before_ms or 0.0) - (effect.after_ms or 0.0))
