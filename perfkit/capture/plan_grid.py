"""Plan a statement over a grid of values, and run the cells that tell whether its plans flip in the right place."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from math import isqrt

from perfkit.capture.capture import executions
from perfkit.capture.explain import plan_only, transaction_for
from perfkit.capture.parameter_values import Choice, Choices, choose_values
from perfkit.capture.plan_diagram import Axis, Cell, Held, PlanDiagram, PlanShape, borders
from perfkit.capture.sensitivity import run_sets, scans_in_words
from perfkit.capture.session_setup import apply
from perfkit.db.session import Session
from perfkit.identifier import quote_identifier, quote_qualified
from perfkit.plan import Plan
from perfkit.progress import Progress, Silent
from perfkit.sql import parse_statement, refuse_unless_safe
from perfkit.sql.session_setup import NO_SETUP, SessionSetup
from perfkit.sql.statement import Statement

MOST_ALONE = 32
"""Values of a parameter that varies alone: what fits on a page."""
MOST_BESIDE = 16
"""Values of each of two."""
PLANNING_SECONDS = 45.0
"""The grid is made coarser where planning all of it would take longer."""
FEWEST_CELLS = 9
MOST_RUN = 12
"""Cells that are executed: a dozen, in the order of their cost, tell what the flips are worth."""

_PROBES = 6
"""Values with which it is tried how much a parameter does to the plan."""
_BEYOND_TWO = 2


def measure_plan_diagram(
    session: Session,
    statement: Statement,
    given: Sequence[object] = (),
    usual: Sequence[Sequence[object]] = (),
    *,
    allow_writes: bool = False,
    setup: SessionSetup = NO_SETUP,
    prepared_name: str | None = None,
    progress: Progress | None = None,
) -> PlanDiagram:
    """Plan each cell of the grid over the one or two parameters that do most to the plan, the others held; then execute both
    sides of flips twice, the cheapest first, and none after a minute.

    ``given`` and ``usual`` are as for ``choose_values``. Costs up to 256 EXPLAINs for the grid, some fifty to choose it and, beyond two parameters, a dozen for each; a
    statement that writes needs ``allow_writes`` and is rolled back. UsageError says for which parameter no values could be
    chosen; what the server says of a value is raised as it is.
    """
    refuse_unless_safe(statement, allow_writes=allow_writes)
    apply(session, setup)
    planner = _Planner(session, statement)
    planner.plan({})
    choices = choose_values(session, statement, given, usual)
    planner.hold(choices.held)
    shown = progress or Silent()
    varying, held = _two_that_matter(planner, choices)
    with shown.stage("choose values of the parameters"):
        axes = _axes(planner, varying)
    middles = {one.number: one.parameters[0] for one in held}
    places = {axis.number: axis.parameters for axis in axes}
    order = [axis.number for axis in reversed(axes)]
    combined = list(product(*(places[number] for number in order)))
    planned: list[tuple[tuple[str | None, ...], Plan]] = []
    with shown.stage("plan the grid", total=len(combined)) as advance:
        for values in combined:
            planned.append(planner.plan({**middles, **dict(zip(order, values, strict=True))}))
            advance()
    cells = tuple(Cell(parameters=values, shape=plan.shape, cost=_cost(plan)) for values, plan in planned)
    width = len(axes[0].parameters) if axes else 1
    rows = tuple(cells[at : at + width] for at in range(0, len(cells), width))
    runs = run_sets(
        session,
        statement,
        [cell.parameters for cell in _worth_running(rows)],
        prepared_name=prepared_name,
        executed=executions(setup, prepared_name),
        progress=progress,
    )
    words = _words({plan.shape: plan for _, plan in planned})
    return PlanDiagram(
        axes=axes,
        held=held,
        cells=cells,
        shapes=_shapes(cells, words),
        explains=planner.explains,
        runs=runs,
    )


class _Planner:
    """Asks for plans and counts them."""

    def __init__(self, session: Session, statement: Statement) -> None:
        self._session = session
        self._statement = statement
        self._held: dict[int, str | None] = {}
        self.explains = 0

    def hold(self, held: Sequence[Held]) -> None:
        self._held = {one.number: one.parameters[0] for one in held}

    def plan(self, values: Mapping[int, str | None]) -> tuple[tuple[str | None, ...], Plan]:
        """The values of all parameters, NULL where nothing is known of one, and the plan for them."""
        known = {**self._held, **values}
        every = tuple(known.get(number) for number in range(1, self._statement.parameter_count + 1))
        return every, self._explain(self._statement, every)

    def shares(self, choice: Choice, values: Sequence[str | None]) -> list[float | None]:
        """The share of the table that the planner expects each comparison to keep."""
        column = choice.column
        if column is None:
            return [None] * len(values)
        table = quote_qualified(column.schema, column.table)
        name = quote_identifier(column.column)
        compared = "any ($1)" if column.operator == "= any" else "$1"
        operator = column.operator.removesuffix(" any")
        whole = _rows(self._explain(parse_statement(f"select from {table}"), ()))
        kept = parse_statement(f"select from {table} where {name} {operator} {compared}")
        found = [_rows(self._explain(kept, (value,))) for value in values]
        return [rows / whole if whole else None for rows in found]

    def _explain(self, statement: Statement, values: Sequence[str | None]) -> Plan:
        self.explains += 1
        with transaction_for(self._session, statement):
            return plan_only(self._session, statement, values)


def _two_that_matter(planner: _Planner, choices: Choices) -> tuple[list[Choice], tuple[Held, ...]]:
    """Of more than two parameters those that change the plan most, tried beside middle and beside common values of the others;
    the rest is held at a middle value."""
    varying = list(choices.varying)
    if len(varying) <= _BEYOND_TWO:
        return varying, choices.held
    middles = {one.number: _middle(one) for one in varying}
    firsts = {one.number: one.spread(_PROBES)[0] for one in varying}
    weights: dict[int, tuple[int, float]] = {}
    for one in varying:
        plans = [
            planner.plan({**others, one.number: value})[1]
            for others in (middles, firsts)
            for value in one.spread(_PROBES)
        ]
        costs = [_cost(plan) for plan in plans]
        weights[one.number] = (len({plan.shape for plan in plans}), max(costs) / max(min(costs), 0.01))
    ranked = sorted(varying, key=lambda one: weights[one.number], reverse=True)
    rest = sorted(ranked[_BEYOND_TWO:], key=lambda one: one.number)
    held = [
        Held(
            number=one.number,
            parameters=(middles[one.number],),
            reason="a value in the middle, as two others do more to the plan",
        )
        for one in rest
    ]
    kept = sorted(ranked[:_BEYOND_TWO], key=lambda one: one.number)
    return kept, tuple(sorted((*choices.held, *held), key=lambda one: one.number))


def _middle(choice: Choice) -> str | None:
    values = choice.spread(_PROBES)
    return values[(len(values) - 1) // 2]


def _axes(planner: _Planner, varying: Sequence[Choice]) -> tuple[Axis, ...]:
    """The longer one across."""
    if not varying:
        return ()
    most = MOST_ALONE if len(varying) == 1 else MOST_BESIDE
    cells = _affordable(planner, varying)
    most = min(most, cells if len(varying) == 1 else isqrt(cells))
    axes = [_axis(planner, one, most) for one in varying]
    return tuple(sorted(axes, key=lambda axis: -len(axis.parameters)))


def _affordable(planner: _Planner, varying: Sequence[Choice]) -> int:
    """How many cells can be planned in the time, judged by one plan."""
    started = time.monotonic()
    planner.plan({one.number: _middle(one) for one in varying})
    taken = max(time.monotonic() - started, 1e-6)
    return max(FEWEST_CELLS, int(PLANNING_SECONDS / taken))


def _axis(planner: _Planner, choice: Choice, most: int) -> Axis:
    values = choice.spread(most)
    column = choice.column
    shares = planner.shares(choice, values)
    if column is None:
        return Axis(number=choice.number, parameters=tuple(values), shares=tuple(shares))
    # what a range keeps grows or falls with its bound; values of an equality are the easier to read the commonest first
    is_rising = column.operator in ("<", "<=")
    pairs = sorted(zip(values, shares, strict=True), key=lambda pair: pair[1] or 0.0, reverse=not is_rising)
    return Axis(
        number=choice.number,
        relation=f"{column.schema}.{column.table}",
        column=column.column,
        operator=column.operator,
        parameters=tuple(value for value, _ in pairs),
        shares=tuple(share for _, share in pairs),
    )


def _worth_running(rows: tuple[tuple[Cell, ...], ...]) -> list[Cell]:
    """Both sides of the flips, then the costliest cell of each shape, the cheapest of all and one between; the cheapest first."""
    cells = [cell for row in rows for cell in row]
    flips = [cell for pair in borders(rows) for cell in pair]
    costliest: dict[str, Cell] = {}
    ordered = sorted(cells, key=lambda cell: cell.cost)
    for cell in reversed(ordered):
        costliest.setdefault(cell.shape, cell)
    wanted = [*flips, *costliest.values(), ordered[0], ordered[len(ordered) // 2]]
    chosen = list({cell.parameters: cell for cell in wanted}.values())[:MOST_RUN]
    return sorted(chosen, key=lambda cell: cell.cost)


def _words(plans: Mapping[str, Plan]) -> Mapping[str, str]:
    """Each plan by its scans, and by what stands over them where others have the same scans."""
    scans = {shape: scans_in_words(plan) for shape, plan in plans.items()}
    counts = Counter(scans.values())
    return {
        shape: f"{scans[shape]}, below {', '.join(_operations(plan))}"
        if counts[scans[shape]] > 1
        else scans[shape]
        for shape, plan in plans.items()
    }


def _operations(plan: Plan) -> list[str]:
    found = [
        f"{node.join_type} {node.node_type}" if node.join_type not in (None, "Inner") else node.node_type
        for node in plan.walk()
        if not node.relation and not node.index
    ]
    return list(dict.fromkeys(found)) or ["nothing"]


def _shapes(cells: Sequence[Cell], words: Mapping[str, str]) -> tuple[PlanShape, ...]:
    counts = Counter(cell.shape for cell in cells)
    found = []
    for shape, count in counts.most_common():
        costs = [cell.cost for cell in cells if cell.shape == shape]
        found.append(
            PlanShape(
                shape=shape, plan=words[shape], cells=count, least_cost=min(costs), most_cost=max(costs)
            )
        )
    return tuple(found)


def _cost(plan: Plan) -> float:
    return plan.root.estimate.total_cost if plan.root.estimate else 0.0


def _rows(plan: Plan) -> float:
    return plan.root.estimate.rows if plan.root.estimate else 0.0
