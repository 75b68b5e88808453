"""A set of options on its way from step to step. What a step does not touch is not looked at again: the statements that use
neither what came nor what went, and the moves that only such statements gain by."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import NamedTuple

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.planned import Planned
from perfkit.advise.selection.problem import Problem


class Move(NamedTuple):
    """An option that comes, and the narrower or wider one that goes for it; None where none goes."""

    added: int
    removed: int | None = None


class _Bid(NamedTuple):
    """A move with the most it may save; the best for its size first."""

    loss_a_byte: float
    number: int
    """The added option, which breaks ties."""
    other: int
    """The option that goes for it, which breaks the rest; -1 where none goes."""
    most: float
    move: Move
    round: int
    """Bids of an option from before its last round no longer count."""


class Walk:
    """``chosen`` with its size and what the workload costs under it."""

    def __init__(self, problem: Problem, chosen: int) -> None:
        self._problem = problem
        self.chosen = chosen
        self.size = problem.size(chosen)
        self.total = problem.total(chosen)
        self._writes = problem.write_cost(chosen)
        self._tables = Counter(problem.options[number].table for number in numbers(chosen))
        self._plans = problem.plans(chosen)
        self._users = Counter(number for plan in self._plans.values() for number in numbers(plan.used))
        self._rivals: dict[tuple[str, str], list[int]] = {}
        for number, option in problem.options.items():
            self._rivals.setdefault((option.table, option.shape.keys[0].sql), []).append(number)
        self._bids: list[_Bid] = []
        self._small: list[tuple[float, _Bid]] = []
        """Bids that were not worth an index when they were last met, the largest first."""
        self._rounds = dict.fromkeys(problem.options, 0)
        self._bid(problem.options)

    def best(self, least: float) -> Move | None:
        """The allowed move that saves the most for its size, and more than ``least``. Bounds spare most calls."""
        while self._small and -self._small[0][0] > least:
            heapq.heappush(self._bids, heapq.heappop(self._small)[1])
        best: tuple[float, Move] | None = None
        waiting: list[_Bid] = []
        while self._bids and (best is None or -self._bids[0].loss_a_byte > best[0]):
            bid = heapq.heappop(self._bids)
            if bid.round != self._rounds[bid.number]:
                continue
            if bid.most <= least:
                heapq.heappush(self._small, (-bid.most, bid))
                continue
            if self._is_allowed(bid.move):
                gain = self._gain(bid.move)
                growth = self._growth(bid.move)
                if gain > least and (best is None or gain / growth > best[0]):
                    best = (gain / growth, bid.move)
                bid = bid._replace(loss_a_byte=-gain / growth, most=gain)
            waiting.append(bid)
        for bid in waiting:
            heapq.heappush(self._bids, bid)
        return best[1] if best is not None else None

    def go(self, move: Move) -> None:
        self._become(self._after(move))

    def without(self, number: int) -> Walk:
        """Another walk, from where this one stands less one option."""
        other = copy(self)
        other._tables, other._users = self._tables.copy(), self._users.copy()
        other._plans, other._rounds = self._plans.copy(), self._rounds.copy()
        other._bids, other._small = self._bids.copy(), self._small.copy()
        other._become(self.chosen & ~(1 << number))
        return other

    def drop_unused(self) -> None:
        """Give up what no plan uses."""
        spare = sum(
            1 << number
            for number in numbers(self.chosen & ~self._problem.limits.kept)
            if not self._users[number]
        )
        if spare:
            self._become(self.chosen & ~spare)

    def _become(self, chosen: int) -> None:
        problem = self._problem
        came, went = numbers(chosen & ~self.chosen), numbers(self.chosen & ~chosen)
        touched = self._touched((*came, *went))
        stale = {*came, *went}
        for place, after in self._asked(touched, chosen):
            before = self._plans[place]
            self._plans[place] = after
            self._users.subtract(numbers(before.used))
            self._users.update(numbers(after.used))
            self.total += problem.weights[place] * (self._cost(place, after) - self._cost(place, before))
            stale.update(numbers(problem.costs.useful[place]))
        for sign, moved in ((1, came), (-1, went)):
            for number in moved:
                option = problem.options[number]
                self.size += sign * problem.sizes[number]
                self.total += sign * problem.upkeep.of(option)
                self._writes += sign * problem.upkeep.writes(option)
                self._tables[option.table] += sign
                stale.update(self._rivals[option.table, option.shape.keys[0].sql])
        self.chosen = chosen
        self._bid(stale & problem.options.keys())

    def _asked(self, places: Sequence[int], chosen: int) -> Iterator[tuple[int, Planned]]:
        """The plans of these statements under a set."""
        plans = self._problem.costs.ask([(place, chosen) for place in places])
        return zip(places, plans, strict=True)

    def _cost(self, place: int, plan: Planned) -> float:
        return self._problem.experience.cost(place, plan)

    def _touched(self, moved: Iterable[int]) -> list[int]:
        """Statements that may use one of the options."""
        found = {place for number in moved for place in self._problem.costs.users(number)}
        return sorted(found & self._plans.keys())

    def _bid(self, added: Iterable[int]) -> None:
        for number in added:
            self._rounds[number] += 1
            if self.chosen >> number & 1:
                continue
            for move in self._moves(number):
                most = self._most_gain(move)
                if most > 0:
                    other = -1 if move.removed is None else move.removed
                    bid = _Bid(-most / self._growth(move), number, other, most, move, self._rounds[number])
                    heapq.heappush(self._bids, bid)

    def _moves(self, number: int) -> Iterator[Move]:
        yield Move(number)
        option = self._problem.options[number]
        for other in self._rivals[option.table, option.shape.keys[0].sql]:
            if self.chosen >> other & 1 and not self._problem.limits.kept >> other & 1:
                yield Move(number, other)

    def _growth(self, move: Move) -> float:
        sizes = self._problem.sizes
        return max(sizes[move.added] - (0.0 if move.removed is None else sizes[move.removed]), 1.0)

    def _is_allowed(self, move: Move) -> bool:
        limits, options, sizes = self._problem.limits, self._problem.options, self._problem.sizes
        added, removed = options[move.added], None if move.removed is None else options[move.removed]
        upkeep = self._problem.upkeep
        if limits.most_bytes is not None:
            size = self.size + sizes[added.number] - (sizes[removed.number] if removed else 0.0)
            if size > limits.most_bytes:
                return False
        if limits.most_writes is not None:
            writes = self._writes + upkeep.writes(added) - (upkeep.writes(removed) if removed else 0.0)
            if writes > limits.most_writes:
                return False
        return limits.most_per_table is None or (
            self._tables[added.table] + (removed is None) <= limits.most_per_table
        )

    def _spared_upkeep(self, move: Move) -> float:
        upkeep, options = self._problem.upkeep, self._problem.options
        spared = 0.0 if move.removed is None else upkeep.of(options[move.removed])
        return spared - upkeep.of(options[move.added])

    def _after(self, move: Move) -> int:
        gone = 0 if move.removed is None else 1 << move.removed
        return (self.chosen | 1 << move.added) & ~gone

    def _gain(self, move: Move) -> float:
        problem, changed = self._problem, self._after(move)
        moved = (move.added,) if move.removed is None else (move.added, move.removed)
        return self._spared_upkeep(move) + sum(
            problem.weights[place] * (self._cost(place, self._plans[place]) - self._cost(place, plan))
            for place, plan in self._asked(self._touched(moved), changed)
        )

    def _most_gain(self, move: Move) -> float:
        """An upper bound of it without a call: what goes may only cost."""
        problem, changed = self._problem, self._after(move)
        return self._spared_upkeep(move) + sum(
            problem.weights[place]
            * (self._cost(place, self._plans[place]) - problem.costs.at_least(place, changed))
            for place in self._touched((move.added,))
        )
