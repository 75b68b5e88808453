"""Numbers as cells: one unit and one number of decimals down a column, so that digits stand under digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from perfkit.plan.model import Node
from perfkit.render.blocks import Span, Text, Tone, text
from perfkit.render.outline import Fold, Item, Omitted, nodes_of
from perfkit.units import BLOCK_BYTES, format_bytes, format_count, format_ms, format_percent, format_ratio

WARN_FACTOR = 10
"""From ten times on, joins and memory are usually planned wrongly."""
BAD_FACTOR = 100

_FORMATS = {
    "_ms": format_ms,
    "_bytes": format_bytes,
    "_factor": format_ratio,
    "_ratio": format_ratio,
    "_share": format_percent,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a line of a plan can be measured by. None where it is unknown or means nothing."""

    self_ms: float | None = None
    total_ms: float | None = None
    rows: float | None = None
    planned_rows: float | None = None
    factor: float | None = None
    loops: float | None = None
    removed: float | None = None
    hit_blocks: float | None = None
    read_blocks: float | None = None
    temp_blocks: float | None = None
    cost: float | None = None
    width: float | None = None


def figures(item: Item) -> Figures:
    """The figures of a node; of folded siblings the sums, of omitted nodes the time and blocks they took."""
    nodes = list(nodes_of(item))
    buffers = [node.measures.exclusive_buffers for node in nodes if node.measures.exclusive_buffers]
    taken = {
        "self_ms": total(node.exclusive_ms for node in nodes),
        "hit_blocks": total(one.shared_hit for one in buffers),
        "read_blocks": total(one.shared_read for one in buffers),
        "temp_blocks": total(one.temp for one in buffers),
    }
    if isinstance(item, Omitted):
        return Figures(**taken)
    members = item.members if isinstance(item, Fold) else (item,)
    if all(node.never_executed for node in members):
        return Figures()
    rows, planned = total(node.total_rows for node in members), total(planned_rows(node) for node in members)
    estimates = [node.estimate for node in members if node.estimate]
    return Figures(
        **taken,
        total_ms=total(node.total_ms for node in members),
        rows=rows,
        planned_rows=planned,
        factor=item.estimate_factor if isinstance(item, Node) else _quotient(rows, planned),
        loops=item.loops if isinstance(item, Node) else None,
        removed=total(node.rows_removed for node in nodes),
        cost=total(estimate.total_cost for estimate in estimates),
        width=estimates[0].width if estimates else None,
    )


def counted(count: float | None, noun: str, plural: str = "s") -> str:
    """A count with its noun in the right number.

    >>> counted(1, "row"), counted(1200, "row"), counted(2, "index", "es")
    ('1 row', '1,200 rows', '2 indexes')
    """
    return f"{format_count(count)} {noun}{'' if count == 1 else plural}"


def planned_rows(node: Node) -> float | None:
    """Rows the planner expected of all loops together, to be read beside the actual total."""
    if node.estimate is None:
        return None
    return node.estimate.rows * (node.actual.loops if node.actual else 1)


def total(values: Iterable[float | None]) -> float | None:
    """Sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def digits_for(values: Iterable[float | None]) -> int:
    """Decimals that give the largest value of a column about four digits.

    >>> digits_for([428.0, 0.2]), digits_for([12345.0]), digits_for([0.03, None])
    (1, 0, 3)
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    return 3 if largest < 10 else 2 if largest < 100 else 1 if largest < 10_000 else 0


def number(value: float | None, digits: int = 0) -> str:
    """A number for a column whose head names the unit; empty when unknown.

    >>> number(1234.5, 1), number(0), number(None)
    ('1,234.5', '0', '')
    """
    return "" if value is None else f"{value:,.{digits}f}"


def rows_number(value: float | None) -> str:
    return "" if value is None else format_count(value)


def estimate_text(factor: float | None) -> Text:
    """How far the estimate was off and to which side, in words.

    >>> [estimate_text(value)[0].text for value in (1.2, 250.0, 0.05)]
    ['≈', '250× more', '20× fewer']
    """
    if factor is None or factor <= 0:
        return ()
    times = max(factor, 1 / factor)
    if times < 2:
        return text(Span("≈", "muted"))
    tone: Tone = "bad" if times >= BAD_FACTOR else "warn" if times >= WARN_FACTOR else "plain"
    amount = f"{times:.1f}".removesuffix(".0") if times < 10 else f"{times:,.0f}"
    return text(Span(f"{amount}× {'more' if factor > 1 else 'fewer'}", tone))


def blocks_text(count: float | None) -> str:
    """Blocks with their size.

    >>> blocks_text(8164), blocks_text(0), blocks_text(None)
    ('8,164 (63.8 MB)', '0', '–')
    """
    return f"{count:,.0f} ({format_bytes(count * BLOCK_BYTES)})" if count else format_count(count)


def evidence_pairs(evidence: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Names and values of named figures, each in the unit that its key ends in.

    >>> list(evidence_pairs({"removed_rows": 199988, "time_share": 0.97, "index_missing": True}))
    [('removed rows', '199,988'), ('time share', '97 %'), ('index missing', 'yes')]
    """
    for key, value in evidence.items():
        ending = next((one for one in _FORMATS if key.endswith(one)), "")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # The value shows these units itself; a factor or a share needs its word.
        name = key.removesuffix(ending) if ending in ("_ms", "_bytes") else key
        yield name.replace("_", " ") or key, _value(value, ending if is_number else "", key)


def _value(value: object, ending: str, key: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float) or not isfinite(value):
        return str(value)
    if key.endswith("pid"):
        return str(value)
    if ending:
        return _FORMATS[ending](value)
    return blocks_text(value) if key.endswith("_blocks") else format_count(value)


def _quotient(actual: float | None, planned: float | None) -> float | None:
    if actual is None or planned is None:
        return None
    return max(actual, 1.0) / max(planned, 1.0)


def cost_text(value: float, unit: str) -> str:
    """A workload's cost: milliseconds where the statements were timed, else the planner's own units.

    >>> cost_text(1234.5, "ms"), cost_text(1234.5, "cost")
    ('1.23 s', '1,234')
    """
    return format_ms(value) if unit == "ms" else format_count(value)
