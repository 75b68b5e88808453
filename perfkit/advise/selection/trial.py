"""One statement run without options and with some, by turns: little at first, to see plain harm, then as often as a proof needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from perfkit.advise.arm import Arm
from perfkit.advise.judge import judge
from perfkit.advise.selection.effect import LATE, Effect
from perfkit.advise.selection.sameness import NEVER_ENDS
from perfkit.advise.values import Proof
from perfkit.capture.capture import execution_ms
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.errors import CaptureError, CaptureTimeout
from perfkit.plan import Plan
from perfkit.stats import interleaved
from perfkit.units import format_ms

PAIRS = 5
SLOW_MS = 2_000.0
"""A statement this slow is run fewer times: its noise is small beside what is asked."""

SLOW_PAIRS = 2

LONG_MS = 500.0
"""From here on what caches do for the first run is small beside its time: it counts like any other."""

PATIENCE = 3.0
LEAST_PATIENCE_MS = 1_000.0
"""With the options a statement may take so many times what it took without, and at least so long; then it is ended, and harmed."""

LONGER = 4.0
"""So many times as long a statement may take the next time that did not end before."""

PLAIN_PAIRS = 2
PLAIN_MS = 20.0
PLAIN_FACTOR = 2.0
LONG_PLAIN_FACTOR = 1.5
"""After two pairs a statement of so long is not run again where one side takes over so many times as long as the other each time:
twice, and half as long again where it takes over ``LONG_MS``."""


@dataclass(slots=True, kw_only=True)
class Plain:
    """The statement without any option. Its runs serve all trials of it."""

    arm: Arm
    plan: Plan
    first_ms: float | None = None
    """What the first run took; None before it, and where that did not end."""
    endless_ms: float | None = None
    """It was ended after so long; None where it ends."""

    def begin(self, longest_ms: float) -> None:
        """Its first run, which fills the caches. Where it does not end, that is tried once, as it takes long."""
        if self.first_ms is None and self.endless_ms is None:
            self._run(longest_ms)

    def lengthen(self, longest_ms: float) -> None:
        """Another try for one that did not end, with more time."""
        self._run(min(longest_ms, LONGER * (self.endless_ms or longest_ms)))

    def _run(self, limit_ms: float) -> None:
        try:
            self.first_ms = _first_run(self.arm, limit_ms)
            self.endless_ms = None
        except CaptureTimeout:
            self.endless_ms = limit_ms


@dataclass(slots=True, kw_only=True)
class Trial:
    """``used`` are the options in the plan ``new``, ``alone`` those of them whose table is not touched; ``kept`` those on the tables that
    the statement writes."""

    place: int
    used: int
    alone: int
    kept: int = 0
    plain: Plain
    arm: Arm
    new: Plan
    longest_ms: float
    """What any run may take."""
    most_pairs: int = PAIRS
    ended_ms: float | None = None
    """With the options it was ended after so long, many times what it takes without."""
    failure: str = ""
    """Why it could not be run, or not again; empty where it could."""
    is_begun: bool = False
    _turns: list[str] = field(default_factory=list, init=False)

    def begin(self) -> None:
        """A first run on each side, where there was none, and so many more that each has a time that counts."""
        if not self.is_begun:
            self.is_begun = True
            with self._noting_failure():
                self.plain.begin(self.longest_ms)
                self._begin()

    def _begin(self) -> None:
        if self.plain.first_ms is None:
            self._begin_endless(self.plain.endless_ms or self.longest_ms)
            return
        patience = min(self.longest_ms, max(PATIENCE * self.plain.first_ms, LEAST_PATIENCE_MS))
        try:
            _first_run(self.arm, patience)
        except CaptureTimeout:
            self.ended_ms = patience
            return
        slow = max(self.arm.samples, default=0.0) > SLOW_MS
        pairs = min(self.most_pairs, SLOW_PAIRS) if slow else self.most_pairs
        self._turns = list(interleaved(pairs))
        if not self.arm.samples or not self.plain.arm.samples:
            self._pair()

    def _begin_endless(self, limit_ms: float) -> None:
        """With the options it has the time that it had without, and no more."""
        try:
            if _first_run(self.arm, limit_ms) < LONG_MS:
                self.arm.sample(limit_ms)
        except CaptureTimeout:
            self.arm.samples.clear()

    @property
    def is_done(self) -> bool:
        if self.failure or self.ended_ms is not None:
            return True
        if not self.arm.samples:
            return self.plain.endless_ms is not None and self.plain.endless_ms >= self.longest_ms
        return not self._turns or _is_plain(self._before, self.arm.samples)

    def pair(self) -> None:
        """One more run on each side; where neither ended, a longer one."""
        with self._noting_failure():
            if self.arm.samples:
                self._pair()
                return
            if self.plain.endless_ms is not None:
                self.plain.lengthen(self.longest_ms)
            self._begin()

    @property
    def is_cut_short(self) -> bool:
        """It ends with the options, and without them not in the time it had, which may be more."""
        endless_ms = self.plain.endless_ms
        return (
            not self.failure
            and bool(self.arm.samples)
            and endless_ms is not None
            and endless_ms < self.longest_ms
        )

    def lengthen(self) -> None:
        """More time for the statement without the options; where it ends, it is run by turns like any other."""
        with self._noting_failure():
            self.plain.lengthen(self.longest_ms)
            if self.plain.first_ms is not None:
                self._turns = list(interleaved(min(self.most_pairs, SLOW_PAIRS)))
                self._pair()

    def _pair(self) -> None:
        turns, self._turns = self._turns[:2], self._turns[2:]
        for turn in turns:
            (self.plain.arm if turn == "before" else self.arm).sample()

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except CaptureError as error:
            self.failure = str(error)

    @property
    def _before(self) -> Sequence[float]:
        """As many of the plain runs as there are of the others: those they were taken in turns with."""
        return self.plain.arm.samples[-max(len(self.arm.samples), 1) :]

    @property
    def effect(self) -> Effect:
        """What the runs so far say."""
        effect = Effect(place=self.place, used=self.used, alone=self.alone, kept=self.kept, proof=None)
        if self.failure and not (self.arm.samples and self._before):
            return replace(effect, reason=f"it could not be run: {self.failure}")
        if self.ended_ms is not None:
            return replace(
                effect,
                ended_ms=self.ended_ms,
                reason=f"with them it was ended after {format_ms(self.ended_ms)}",
            )
        if self.plain.endless_ms is not None:
            return replace(
                effect, proof=self._proof_of_endless(self.plain.endless_ms), not_compared=NEVER_ENDS
            )
        if not self.arm.samples:
            return replace(effect, reason=LATE)
        before = self.plain.arm.measurement(self.plain.plan, self._before)
        return replace(effect, proof=judge(before, self.arm.measurement(self.new), None))

    def _proof_of_endless(self, limit_ms: float) -> Proof:
        before = _ended(self.plain.plan, limit_ms)
        after = self.arm.measurement(self.new) if self.arm.samples else _ended(self.new, limit_ms)
        return judge(before, after, None)


def _first_run(arm: Arm, longest_ms: float) -> float:
    """Its milliseconds; of a statement that takes long it counts."""
    ms = execution_ms(arm.run(longest_ms))
    if ms >= LONG_MS:
        arm.samples.append(ms)
    return ms


def _is_plain(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether further pairs of a statement that takes its time would change nothing: every run of one side is far from every run
    of the other."""
    if min(len(before), len(after)) < PLAIN_PAIRS:
        return False
    longest = max(*before, *after)
    factor = LONG_PLAIN_FACTOR if longest >= LONG_MS else PLAIN_FACTOR
    is_apart = max(after) * factor < min(before) or max(before) * factor < min(after)
    return longest >= PLAIN_MS and is_apart


def _ended(plan: Plan, after_ms: float) -> Measurement:
    return Measurement(
        plan=plan, counters=Counters.of(plan), samples=Samples(values=()), ended_after_ms=after_ms
    )
