"""What was taken out of a set that did no harm. Where a statement is harmed without it, it is taken back: an index that nobody gains by
may keep the planner from a plan that is worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.option import numbers


@dataclass(slots=True)
class Narrowing:
    """``guarded`` are by option the places of the statements that would be harmed without it."""

    guarded: dict[int, set[int]] = field(default_factory=dict)
    _gone: int = 0
    _used: dict[int, int] = field(default_factory=dict)

    @property
    def needed(self) -> int:
        """Options that do not go again, as bits."""
        return sum(1 << number for number in self.guarded)

    def takes(self, gone: int, effects: Sequence[Effect]) -> None:
        """Out of the set that had these effects."""
        self._gone = gone
        self._used = {effect.place: effect.used for effect in effects}

    def taken_back(self, harmed: Sequence[Effect]) -> int:
        """Of what was last taken out what the harmed statements used before, as bits."""
        if not harmed:
            return 0
        back = 0
        for effect in harmed:
            mine = self._used.get(effect.place, 0) & self._gone
            for number in numbers(mine):
                self.guarded.setdefault(number, set()).add(effect.place)
            back |= mine
        self._gone = 0
        return back
