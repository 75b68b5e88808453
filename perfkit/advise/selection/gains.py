"""What each index of a set saves beside the others, against what its writes cost, by the planner's word."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.problem import Problem
from perfkit.units import format_percent, format_ratio

MOST_TOLD_TIMES = 1000
"""No application comes to write so much more often for each read; beyond it the figure says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What one index of the set saves beside the others, and what all its writes cost, in the planner's units."""

    saved: float
    writes: float


def gains_of(problem: Problem, chosen: int) -> dict[int, Gain]:
    costs, weights = problem.costs, problem.weights
    found = {}
    for number in numbers(chosen):
        rest = chosen & ~(1 << number)
        places = [place for place in costs.users(number) if weights[place]]
        saved = sum(
            weights[place] * (plan.cost - costs.of(place, chosen).cost)
            for place, plan in zip(places, costs.ask([(place, rest) for place in places]), strict=True)
        )
        found[number] = Gain(saved=saved, writes=problem.write_cost(1 << number))
    return found


def writes_told(gain: Gain) -> str:
    """What the workload's writes are thought to pay for an index, and how many more it would bear; "" where that is next to nothing.

    >>> writes_told(Gain(saved=1000.0, writes=25.0))
    "by estimate the workload's own writes pay 2.5 % of what its reads save by it: worth it up to about 40× as many writes"
    >>> writes_told(Gain(saved=1e6, writes=2.0)), writes_told(Gain(saved=-3.0, writes=0.0))
    ('', '')
    """
    if gain.writes <= 0 or gain.writes * MOST_TOLD_TIMES <= gain.saved:
        return ""
    if gain.saved <= 0:
        return "by estimate the workload's own writes pay for it, while its reads cost no less by the planner's word"
    paid = format_percent(gain.writes / max(gain.saved, 1e-9))
    return (
        f"by estimate the workload's own writes pay {paid} of what its reads save by it: worth it up to about"
        f" {format_ratio(gain.saved / gain.writes)} as many writes"
    )
