"""The best possible set, or a bound on it: a 0/1 program over plans, refined where it is too hopeful.

As in CoPhy (Dash, Polyzotis, Ailamaki, VLDB 2011) each statement picks one of its plans, and a plan needs its indexes in the set.
Not all plans are known: those are kept in a tree. Its root shows a statement all its options; a node's children each take one of the
options away that the node's plan uses. A set that lacks one of those falls into that child's region, and as long as
the child was not asked about, its parent's cost stands for it, which is too low at worst. So the program's optimum is a lower bound; the
set it picks is then planned for true, which refines the tree there, until bound and truth meet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.planned import Planned
from perfkit.advise.selection.problem import Problem
from perfkit.advise.selection.program import Choice, Program, solve

GAP = 0.005
"""Half a percent of the workload's cost: less than the planner's costs are worth."""

SHORTEST_SOLVE_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """The best set found, its cost, and what no allowed set of these options can undercut in the planner's eyes."""

    chosen: int
    total: float
    bound: float
    rounds: int
    is_solved: bool
    """Bound and cost met within ``GAP``; False where the time ran out first."""

    @property
    def gap(self) -> float:
        """Share of the cost that a better set might save at the most."""
        return max(0.0, 1 - self.bound / self.total) if self.total else 0.0


def refined(
    problem: Problem,
    start: int,
    *,
    seconds: float,
    most_rounds: int = 1000,
    seen: Callable[[Bounded], None] = lambda _: None,
) -> Bounded:
    """From a good set to the best one. Each round solves the program and plans its set; ``seen`` is told of each.

    Stops after ``seconds``; the answer then is the best set so far with the bound so far.
    """
    deadline = time.monotonic() + seconds
    trees = [_Tree(place, problem) if weight else None for place, weight in enumerate(problem.weights)]
    best, best_total = start, problem.total(start)
    bound = problem.total_at_least_of_all()
    _descend(problem, trees, start, deadline)
    rounds = 0
    while rounds < most_rounds:
        rounds += 1
        left = deadline - time.monotonic()
        if left <= 0:
            break
        answer = solve(_program(problem, trees), seconds=max(left, SHORTEST_SOLVE_SECONDS), start=best)
        if answer is None:
            break
        bound = max(bound, answer.bound)
        chosen = answer.chosen
        _descend(problem, trees, chosen, deadline)
        total = problem.total(chosen)
        if total < best_total and problem.is_allowed(chosen):
            best, best_total = chosen, total
        found = Bounded(
            chosen=best,
            total=best_total,
            bound=min(bound, best_total),
            rounds=rounds,
            is_solved=bound >= best_total * (1 - GAP),
        )
        seen(found)
        if found.is_solved:
            return found
    return Bounded(
        chosen=best, total=best_total, bound=min(bound, best_total), rounds=rounds, is_solved=False
    )


def _descend(problem: Problem, trees: list[_Tree | None], chosen: int, deadline: float) -> None:
    """Plan the set as far as time allows: trees that are not refined are too hopeful, and the bound stays one."""

    def descend(tree: _Tree) -> None:
        if time.monotonic() <= deadline:
            tree.descend(chosen)

    open_ones = [tree for tree in trees if tree is not None and not tree.is_planned(chosen)]
    problem.costs.each(descend, open_ones)


@dataclass(frozen=True, slots=True)
class _Region:
    """Sets that hold all of ``kept`` and none of ``gone``. Regions of a tree's leaves do not overlap."""

    gone: int
    kept: int


_ROOT = _Region(gone=0, kept=0)


@dataclass(slots=True)
class _Tree:
    """What is known of one statement. A node is a region with the plan for all options but those gone."""

    place: int
    problem: Problem
    nodes: dict[_Region, Planned] = field(default_factory=dict)

    def descend(self, chosen: int) -> None:
        """Ask along the way from the root to the plan that the set allows."""
        region: _Region | None = _ROOT
        while region is not None:
            region = self._below(region, self._plan(region), chosen)

    def is_planned(self, chosen: int) -> bool:
        """Whether all of that way is known."""
        region: _Region | None = _ROOT
        while region is not None:
            plan = self.nodes.get(region)
            if plan is None:
                return False
            region = self._below(region, plan, chosen)
        return True

    def _below(self, region: _Region, plan: Planned, chosen: int) -> _Region | None:
        """The next on the way; None where the set has all that the plan uses."""
        return next(
            (child for child, number in self._children(region, plan) if not chosen >> number & 1), None
        )

    def _plan(self, region: _Region) -> Planned:
        plan = self.nodes.get(region)
        if plan is None:
            costs = self.problem.costs
            plan = self.nodes[region] = costs.of(self.place, costs.useful[self.place] & ~region.gone)
        return plan

    def _children(self, region: _Region, plan: Planned) -> Iterator[tuple[_Region, int]]:
        """The parts of a region whose sets lack something the plan uses: each by the first that is lacking, the largest
        options first, which are the likeliest to be lacking."""
        kept = region.kept
        open_ones = numbers(plan.used & ~region.kept)
        for number in sorted(open_ones, key=lambda one: (-self.problem.sizes[one], one)):
            yield _Region(gone=region.gone | 1 << number, kept=kept), number
            kept |= 1 << number

    def choices(self) -> Iterator[Choice]:
        """The plan of each node, for the sets of its region that hold what it uses, and for each region not asked about its
        parent's cost. A plan that must not be is no choice, so that sets that lead to it are ruled out."""
        self._plan(_ROOT)
        for region, plan in self.nodes.items():
            cost = self.problem.experience.cost(self.place, plan)
            if cost < float("inf"):
                yield Choice(cost=cost, needs=region.kept | plan.used, excludes=region.gone)
            for child, _ in self._children(region, plan):
                if child not in self.nodes:
                    yield Choice(cost=plan.cost, needs=child.kept, excludes=child.gone)


def _program(problem: Problem, trees: list[_Tree | None]) -> Program:
    return Program(
        sizes=problem.sizes,
        upkeep={number: problem.upkeep.of(option) for number, option in problem.options.items()},
        writes={number: problem.upkeep.writes(option) for number, option in problem.options.items()},
        tables={number: option.table for number, option in problem.options.items()},
        limits=problem.limits,
        choices=[
            (problem.weights[place], list(tree.choices()))
            for place, tree in enumerate(trees)
            if tree is not None
        ],
    )
