"""The 0/1 program of a selection, solved by HiGHS (https://highs.dev). Only home of highspy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perfkit.advise.selection.option import numbers
from perfkit.advise.selection.problem import Limits

RELATIVE_GAP = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A plan that one statement may take: with all of ``needs`` in the set, and none of ``excludes``."""

    cost: float
    needs: int
    excludes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """``choices`` hold a weight and the plans of each statement, of which exactly one is taken."""

    sizes: Mapping[int, float]
    upkeep: Mapping[int, float]
    writes: Mapping[int, float]
    """The part of the upkeep that is limited by itself."""
    tables: Mapping[int, str]
    limits: Limits
    choices: Sequence[tuple[float, Sequence[Choice]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    chosen: int
    bound: float


def solve(program: Program, *, seconds: float, start: int = 0) -> Answer | None:
    """The set the program likes best and a bound no set undercuts; None where no set is allowed or time is too short."""
    import highspy
    import numpy

    rows = _Rows(program)
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("time_limit", float(seconds))
    model.setOptionValue("mip_rel_gap", RELATIVE_GAP)
    model.setOptionValue("threads", 1)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(rows.costs), len(rows.lower)
    lp.col_cost_ = numpy.array(rows.costs)
    lp.col_lower_ = numpy.array(rows.least)
    lp.col_upper_ = numpy.ones(len(rows.costs))
    lp.row_lower_, lp.row_upper_ = numpy.array(rows.lower), numpy.array(rows.upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = numpy.array(rows.starts)
    lp.a_matrix_.index_ = numpy.array(rows.places)
    lp.a_matrix_.value_ = numpy.array(rows.values)
    lp.integrality_ = [
        highspy.HighsVarType.kInteger if place < rows.options else highspy.HighsVarType.kContinuous
        for place in range(len(rows.costs))
    ]
    model.passModel(lp)
    _start_from(model, highspy, rows, start)
    model.run()
    info = model.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    values = model.getSolution().col_value
    chosen = sum(1 << number for number, place in rows.place_of.items() if values[place] > 0.5)
    # without an option nothing is whole, and HiGHS solves a plain linear program
    bound = info.mip_dual_bound if rows.options else info.objective_function_value
    return Answer(chosen=chosen, bound=float(bound))


def _start_from(model: Any, highspy: Any, rows: _Rows, start: int) -> None:
    """Tell the solver of a set that is allowed; it finds the plans by itself."""
    import numpy

    places = numpy.array(sorted(rows.place_of.values()), dtype=numpy.int32)
    by_place = {place: number for number, place in rows.place_of.items()}
    values = numpy.array([float(start >> by_place[int(place)] & 1) for place in places])
    model.setSolution(len(places), places, values)


class _Rows:
    """The program as rows of a matrix: options first, then each statement's choices."""

    def __init__(self, program: Program) -> None:
        ordered = sorted(program.sizes)
        self.place_of = {number: place for place, number in enumerate(ordered)}
        self.options = len(ordered)
        self.costs = [program.upkeep.get(number, 0.0) for number in ordered]
        self.least = [float(program.limits.kept >> number & 1) for number in ordered]
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.starts: list[int] = [0]
        self.places: list[int] = []
        self.values: list[float] = []
        self._limits(program, ordered)
        for weight, choices in program.choices:
            self._statement(weight, choices)

    def _limits(self, program: Program, ordered: Sequence[int]) -> None:
        limits = program.limits
        if limits.most_bytes is not None:
            unit = max(limits.most_bytes, 1.0)
            entries = [(self.place_of[number], program.sizes[number] / unit) for number in ordered]
            self._row(entries, float("-inf"), 1.0)
        if limits.most_writes is not None:
            unit = max(limits.most_writes, 1e-9)
            entries = [(self.place_of[number], program.writes.get(number, 0.0) / unit) for number in ordered]
            self._row(entries, float("-inf"), 1.0)
        if limits.most_per_table is not None:
            for table in sorted(set(program.tables.values())):
                members = [number for number in ordered if program.tables[number] == table]
                entries = [(self.place_of[number], 1.0) for number in members]
                self._row(entries, float("-inf"), float(limits.most_per_table))

    def _statement(self, weight: float, choices: Sequence[Choice]) -> None:
        first = len(self.costs)
        needs: dict[int, list[int]] = {}
        excludes: dict[int, list[int]] = {}
        for place, choice in enumerate(choices, first):
            self.costs.append(weight * choice.cost)
            self.least.append(0.0)
            for number in numbers(choice.needs):
                needs.setdefault(number, []).append(place)
            for number in numbers(choice.excludes):
                excludes.setdefault(number, []).append(place)
        self._row([(place, 1.0) for place in range(first, len(self.costs))], 1.0, 1.0)
        for number, places in needs.items():
            self._row(
                [*((place, 1.0) for place in places), (self.place_of[number], -1.0)], float("-inf"), 0.0
            )
        for number, places in excludes.items():
            self._row([*((place, 1.0) for place in places), (self.place_of[number], 1.0)], float("-inf"), 1.0)

    def _row(self, entries: Sequence[tuple[int, float]], lower: float, upper: float) -> None:
        for place, value in entries:
            self.places.append(place)
            self.values.append(value)
        self.starts.append(len(self.places))
        self.lower.append(lower)
        self.upper.append(upper)
