"""Planned against actual rows of each node, on a logarithmic axis: where the planner was wrong, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log10

from perfkit.plan.misestimate import misestimates
from perfkit.plan.model import Node, Plan
from perfkit.render.drawing import GREY, Drawing, fitting
from perfkit.render.figures import BAD_FACTOR, WARN_FACTOR, planned_rows
from perfkit.units import format_count, format_ratio

WIDTH = 1000
ROW = 18
LABELS = 400
MOST_ROWS = 40
"""A screen; beyond it the nodes that were estimated worst are shown."""

_RIGHT, _TOP, _FONT = 24, 22, 11
_CLOSE, _OFF, _FAR = "#2f9a6a", "#d1802e", "#c2504d"


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedNode:
    """One line of the picture. Rows are of all loops together."""

    node: Node
    planned: float
    actual: float
    factor: float
    is_source: bool
    """True where the error is born, not inherited."""


def estimated_nodes(plan: Plan, most: int = MOST_ROWS) -> tuple[EstimatedNode, ...]:
    """The executed nodes whose rows are known both ways, in the plan's order; the worst of them when there are more."""
    births = {one.node.number for one in misestimates(plan)}
    found = []
    for node in plan.walk():
        planned, actual, factor = planned_rows(node), node.total_rows, node.estimate_factor
        if planned is None or actual is None or factor is None or node.node_type in ("BitmapAnd", "BitmapOr"):
            continue
        is_source = node.number in births
        found.append(
            EstimatedNode(node=node, planned=planned, actual=actual, factor=factor, is_source=is_source)
        )
    if len(found) > most:
        found = sorted(found, key=lambda one: (not one.is_source, -abs(log10(one.factor))))[:most]
        found.sort(key=lambda one: one.node.number)
    return tuple(found)


def estimates_svg(plan: Plan) -> str:
    """The picture as SVG; empty when the plan was not executed."""
    shown = estimated_nodes(plan)
    if not shown:
        return ""
    decades = max(ceil(log10(max(1.0, *(max(one.planned, one.actual) for one in shown)))), 1)
    bottom = _TOP + ROW * len(shown)
    picture = Drawing(WIDTH, bottom + 50, estimates_alt(plan))

    def at(rows: float) -> float:
        return LABELS + (WIDTH - LABELS - _RIGHT) * log10(max(rows, 1.0)) / decades

    step = max(1, ceil(decades / 8))
    for decade in range(0, decades + 1, step):
        x = at(10**decade)
        picture.line(x, _TOP - 4, x, bottom, GREY, 0.6, 0.4)
        picture.label(x, _TOP - 9, _tick(decade), _FONT, anchor="middle", opacity=0.8)
    for place, one in enumerate(shown):
        y = _TOP + ROW * (place + 0.5)
        colour, note = _colour(one.factor), _note(one)
        words = fitting(f"{one.node.number}  {one.node.label}", LABELS - 34, _FONT)
        picture.label(0, y + 4, words, _FONT)
        if one.is_source:
            picture.label(LABELS - 12, y + 4, "▶", _FONT, anchor="end", opacity=0.9)
        picture.line(at(one.planned), y, at(one.actual), y, colour, 2, 0.6)
        picture.dot(at(one.planned), y, 4, colour, hollow=True, note=note)
        picture.dot(at(one.actual), y, 4, colour, hollow=False, note=note)
    y = bottom + 22
    picture.dot(LABELS + 5, y - 4, 4, GREY, hollow=True)
    picture.label(LABELS + 15, y, "planned", _FONT, opacity=0.8)
    picture.dot(LABELS + 85, y - 4, 4, GREY, hollow=False)
    picture.label(LABELS + 95, y, "actual rows, all loops, logarithmic", _FONT, opacity=0.8)
    if any(one.is_source for one in shown):
        picture.label(LABELS + 320, y, "▶ the error is born here", _FONT, opacity=0.8)
    hidden = sum(node.estimate_factor is not None for node in plan.walk()) - len(shown)
    if hidden > 0:
        words = f"{hidden:,} nodes that were estimated better are not drawn"
        picture.label(LABELS, y + 18, words, _FONT, opacity=0.8)
    return picture.svg()


def estimates_alt(plan: Plan) -> str:
    """What the picture shows: the nodes where the largest errors are born."""
    worst = misestimates(plan)[:3]
    if not worst:
        return "Planned and actual rows by node. No estimate is wrong by ten times or more."
    named = "; ".join(
        f"{one.node.label}: {format_ratio(one.times)} {one.direction} than planned" for one in worst
    )
    return f"Planned and actual rows by node. Errors are born at {named}."


def _note(one: EstimatedNode) -> str:
    return (
        f"node {one.node.number} {one.node.label}: {format_count(one.planned)} planned, "
        f"{format_count(one.actual)} came ({format_ratio(one.factor)})"
    )


def _colour(factor: float) -> str:
    times = max(factor, 1 / factor)
    return _FAR if times >= BAD_FACTOR else _OFF if times >= WARN_FACTOR else _CLOSE


def _tick(decade: int) -> str:
    """
    >>> _tick(0), _tick(4), _tick(8)
    ('1', '10 k', '100 M')
    """
    thousands, rest = divmod(decade, 3)
    unit = ("", " k", " M", " G", " T", " P")
    return f"{10**rest}{unit[thousands]}" if thousands < len(unit) else f"1e{decade}"
