"""Total and exclusive time, blocks and rows of every node, from the whole tree.

The rules, each with its reason:

loops
    EXPLAIN prints the average of one loop, so time and rows are multiplied by ``loops``. Blocks are printed as totals
    over all loops and processes and are taken as they are.
participants
    Below Gather, ``loops`` adds up over processes that work side by side, so time × loops is their time added up;
    divided by the number of processes it is wall time again. That number is what really ran: the loops of Gather's
    child for each loop of Gather. Workers launched would be wrong: the leader may take no part and a worker may start
    too late. A node that each process runs for itself has the same divisor, because its loops add up too.
    Gather's own InitPlans run in the leader and are not divided.
never executed
    A node with 0 loops took no time and touched no block: zero, not unknown.
SubPlan
    Runs inside the node that lists it, so it is subtracted there, as any child is.
InitPlan
    Is listed under the top node of its query level but runs when an expression first needs its value, so its time is
    contained in the node that asked. The candidates are the nodes of that level which mention it (``$0`` up to 16,
    ``(InitPlan 1).col1`` since 17), in the order in which PostgreSQL runs them; a candidate below a Gather is preceded
    by that Gather, because the leader computes what its workers need before it starts them, and one below an Append
    that skipped members by that Append, because it needs the value to choose them. The InitPlan is charged
    once, to the first candidate whose own time and blocks can contain it. Without VERBOSE the mention may be in an
    output list that is not shown: then the node that lists it, and after that the busiest nodes of the level.
CTE
    Is listed like an InitPlan but yields row by row to its CTE Scans: the one that reads a row first pays for it. So
    its time and its blocks are taken from its CTE Scans in the order they run, from each up to what it has. What no
    scan had (a writing CTE that ran on after the main query ended) is no part of the root and shows in the residual.
rounding
    Averages are printed to 0.001 ms, so a total is only known to within half of that times its loops. A node with
    6,000 loops of "0.000 ms" may read from one with 200 loops of "0.001 ms": totals are moved within their rounding
    until what runs inside a node takes no longer than the node itself, and no further.
exclusive
    A node's total less what runs inside it by the rules above. Where the difference is still below zero it becomes
    zero, and the plan's residual says what that hid: the root's total less the sum of all exclusive values.

A trigger's time is part of its ModifyTable's (BEFORE) or of no node (AFTER); JIT compilation is part of the node that
was first to need the code. EXPLAIN does not say which share, so neither is taken apart here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import fsum
from operator import attrgetter, sub
from typing import Any, Final

from perfkit.plan.draft import Maker, maker, new_measures
from perfkit.plan.evaluation import Evaluation, evaluate
from perfkit.plan.model import Buffers, Node, Plan, Wal
from perfkit.plan.tree import Tree, laid_out

_COUNTERS: Final = (
    "shared_hit",
    "shared_read",
    "shared_dirtied",
    "shared_written",
    "local_hit",
    "local_read",
    "local_dirtied",
    "local_written",
    "temp_read",
    "temp_written",
)
_TIMES: Final = (
    "shared_read_ms",
    "shared_write_ms",
    "local_read_ms",
    "local_write_ms",
    "temp_read_ms",
    "temp_write_ms",
)

Figures = tuple[float, ...]

_WAL: Final = ("records", "full_page_images", "bytes", "full_page_image_bytes", "buffers_full")

_UNTOUCHED: Final = Buffers()
_UNWRITTEN: Final = Wal()

_new_counters: Final[Maker[Buffers]] = maker(Buffers, _COUNTERS)
_new_buffers: Final[Maker[Buffers]] = maker(Buffers, _COUNTERS + _TIMES)

_set_measures: Final = vars(Node)["measures"].__set__
"""Past the freeze, by the slot itself."""


def measured(plan: Plan) -> Plan:
    """The plan with the measures of all its nodes and its residuals filled in; unchanged when it was not analysed.

    Plan and nodes are completed in place: they are the caller's own, just read, and nobody else has seen them.
    """
    root = plan.root
    if root.actual is None and root.buffers is None:
        return plan
    tree = laid_out(root)
    evaluation = evaluate(tree)
    is_timed = root.actual is not None and root.actual.total_ms is not None
    buffers = _exclusive_buffers(tree, evaluation)
    wal = _exclusive_wal(tree, evaluation)
    exclusive: list[float] = []
    rows = zip(tree.nodes, tree.participants, tree.total_ms, evaluation.own_ms, buffers, wal, strict=True)
    for node, participants, total_ms, own_ms, own_buffers, own_wal in rows:
        actual = node.actual
        if actual is None:
            measures = new_measures((participants, None, None, own_buffers, None, own_wal))
        elif is_timed and actual.total_ms is not None:
            exclusive_ms = own_ms if own_ms > 0.0 else 0.0
            exclusive.append(exclusive_ms)
            measures = new_measures(
                (
                    participants,
                    total_ms,
                    exclusive_ms,
                    own_buffers,
                    round(actual.rows * actual.loops),
                    own_wal,
                )
            )
        else:
            measures = new_measures(
                (participants, None, None, own_buffers, round(actual.rows * actual.loops), own_wal)
            )
        _set_measures(node, measures)
    if is_timed:
        object.__setattr__(plan, "residual_ms", tree.total_ms[0] - fsum(exclusive))
    if root.buffers is not None:
        hidden = tree.blocks[0] - sum(
            [part.shared_hit + part.shared_read for part in buffers if part is not None]
        )
        object.__setattr__(plan, "residual_shared_blocks", hidden)
    return plan


def _exclusive_buffers(tree: Tree, evaluation: Evaluation) -> Sequence[Buffers | None]:
    """What each node itself touched; None for each when the root shows no buffers."""
    if tree.nodes[0].buffers is None:
        return [None] * len(tree.nodes)
    own = [node.buffers or _UNTOUCHED for node in tree.nodes]
    is_clocked = any(getattr(own[0], name) is not None for name in _TIMES)
    names = _COUNTERS + _TIMES if is_clocked else _COUNTERS
    for place, figures in _own(list(map(attrgetter(*names), own)), evaluation).items():
        own[place] = _as_buffers(figures, names, own[place])
    return own


def _exclusive_wal(tree: Tree, evaluation: Evaluation) -> Sequence[Wal | None]:
    """What each node itself wrote; None for each when the root shows no WAL."""
    if tree.nodes[0].wal is None:
        return [None] * len(tree.nodes)
    own = [node.wal or _UNWRITTEN for node in tree.nodes]
    totals: list[Figures] = list(map(attrgetter(*_WAL), own))
    if not any(map(any, totals)):
        return own
    for place, figures in _own(totals, evaluation).items():
        whole = own[place]
        kept = {
            name: max(int(figure), 0)
            for name, figure in zip(_WAL, figures, strict=True)
            if getattr(whole, name) is not None
        }
        own[place] = Wal(**kept)
    return own


def _own(totals: list[Figures], evaluation: Evaluation) -> dict[int, Figures]:
    """By place what remains of a node's figures without what ran inside it, what is unknown taken as zero; a node not
    named keeps all."""
    try:
        return _left(totals, evaluation)
    except TypeError:  # None is no number
        return _left([tuple([figure or 0 for figure in figures]) for figures in totals], evaluation)


def _left(totals: list[Figures], evaluation: Evaluation) -> dict[int, Figures]:
    inside: dict[int, list[Figures]] = defaultdict(list)
    for figures, runner in zip(totals, evaluation.runners, strict=True):
        if runner >= 0:
            inside[runner].append(figures)
    left = {place: _less(totals[place], parts) for place, parts in inside.items()}
    for cte, scans in evaluation.scans.items():
        unread = totals[cte]
        for scan in scans:
            mine = left.get(scan, totals[scan])
            taken = tuple([min(rest, max(part, 0)) for rest, part in zip(unread, mine, strict=True)])
            left[scan] = tuple(map(sub, mine, taken))
            unread = tuple(map(sub, unread, taken))
    return left


def _less(total: Figures, parts: list[Figures]) -> Figures:
    inside = parts[0] if len(parts) == 1 else map(sum, zip(*parts, strict=True))
    return tuple(map(sub, total, inside))


def _as_buffers(figures: Figures, names: tuple[str, ...], whole: Buffers) -> Buffers:
    if not any(figures) and len(names) == len(_COUNTERS):
        return _UNTOUCHED
    # the counters come first in Buffers, then the times
    parts: list[Any] = [figure if figure > 0 else 0 for figure in figures]
    if len(names) > len(_COUNTERS):
        for place, name in enumerate(_TIMES, len(_COUNTERS)):
            parts[place] = None if getattr(whole, name) is None else round(parts[place], 3)
    make = _new_counters if len(parts) == len(_COUNTERS) else _new_buffers
    return make(parts)
