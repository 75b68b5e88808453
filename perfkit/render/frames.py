"""Values to pandas: one row for each node, edit, statement or remedy. Only home of pandas.

Times are in milliseconds, sizes in bytes, blocks as PostgreSQL counts them; a ratio is after ÷ before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

    from perfkit.advise.values import Advice, Rejected
    from perfkit.index_advice import IndexAdvice
    from perfkit.investigation import Investigation
    from perfkit.plan.diff import PlanDiff
    from perfkit.plan.model import Node, Plan
    from perfkit.workload.queries import Workload

Record = Mapping[str, object]


def to_frame(value: object) -> pandas.DataFrame:
    """The value as a DataFrame. TypeError for a value that no table can hold."""
    import pandas

    for kind in type(value).__mro__:
        made = _FRAMES.get(kind.__name__)
        if made is not None and kind.__module__.startswith("perfkit."):
            records, columns, index = made
            frame = pandas.DataFrame(list(records(value)), columns=[index, *columns])
            return frame.convert_dtypes().set_index(index)
    raise TypeError(f"no table holds a {type(value).__name__}")


_NODE = (
    "depth", "label", "relation", "index", "planned_rows", "rows", "estimate_factor", "loops", "total_ms", "exclusive_ms",
    "exclusive_shared_blocks", "temp_blocks", "rows_removed",
)  # fmt: skip


def _nodes(plan: Plan) -> Iterator[Record]:
    """Depth first, as the plan is shown."""

    def below(node: Node, depth: int) -> Iterator[Record]:
        yield {
            "node": node.number,
            "depth": depth,
            "label": node.label,
            "relation": node.relation,
            "index": node.index,
            "planned_rows": node.estimate.rows if node.estimate else None,
            "rows": node.total_rows,
            "estimate_factor": node.estimate_factor,
            "loops": node.loops,
            "total_ms": node.total_ms,
            "exclusive_ms": node.exclusive_ms,
            "exclusive_shared_blocks": node.exclusive_shared_blocks,
            "temp_blocks": node.buffers.temp if node.buffers else None,
            "rows_removed": node.rows_removed,
        }
        for child in node.children:
            yield from below(child, depth + 1)

    yield from below(plan.root, 0)


_EDIT = (
    "change", "kinds", "before_node", "before", "after_node", "after", "exclusive_ms_delta",
    "exclusive_shared_blocks_delta", "rows_delta",
)  # fmt: skip


def _edits(diff: PlanDiff) -> Iterator[Record]:
    for number, (edit, pair) in enumerate(zip(diff.edits, diff.pairs, strict=True), 1):
        yield {
            "line": number,
            "change": type(edit).__name__.lower(),
            "kinds": ", ".join(edit.kinds),
            "before_node": edit.before.number if edit.before else None,
            "before": edit.before.label if edit.before else None,
            "after_node": edit.after.number if edit.after else None,
            "after": edit.after.label if edit.after else None,
            "exclusive_ms_delta": pair.exclusive_ms_delta,
            "exclusive_shared_blocks_delta": pair.exclusive_shared_blocks_delta,
            "rows_delta": pair.rows_delta,
        }


_REMEDY = (
    "is_advised", "kind", "sql", "verdict", "proof_level", "time_ratio", "blocks_ratio", "same_result", "size_bytes",
    "build_ms", "reason",
)  # fmt: skip


def _remedies(found: Investigation | IndexAdvice) -> Iterator[Record]:
    """Advice best first, then what was rejected."""
    remedies: tuple[Advice | Rejected, ...] = (*found.advice, *found.rejected)
    for place, one in enumerate(remedies, 1):
        proof = one.proof
        price = getattr(one, "price", None)
        yield {
            "rank": place,
            "is_advised": price is not None,
            "kind": one.kind,
            "sql": one.sql,
            "verdict": proof.verdict if proof else None,
            "proof_level": proof.level if proof else None,
            "time_ratio": proof.time_ratio if proof else None,
            "blocks_ratio": proof.blocks_ratio if proof else None,
            "same_result": proof.same_result if proof else None,
            "size_bytes": price.size_bytes if price else None,
            "build_ms": price.build_ms if price else None,
            "reason": _reason(one),
        }


def _reason(one: Advice | Rejected) -> str:
    return getattr(one, "reason", None) or (one.proof.reason if one.proof else "")


_STATEMENT = ("name", "kind", "calls", "total_ms", "share", "fingerprint", "sql")


def _statements(workload: Workload) -> Iterator[Record]:
    from perfkit.workload.queries import shares

    pairs = zip(workload.queries, shares(workload, workload.queries), strict=True)
    for place, (query, share) in enumerate(pairs, 1):
        yield {
            "rank": place,
            "name": query.name,
            "kind": query.kind,
            "calls": query.calls,
            "total_ms": query.total_ms,
            "share": share,
            "fingerprint": query.fingerprint,
            "sql": query.samples[0].text,
        }


_FRAMES: Mapping[str, tuple[Callable[[Any], Iterable[Record]], tuple[str, ...], str]] = {
    "Plan": (_nodes, _NODE, "node"),
    "Capture": (lambda capture: _nodes(capture.plan), _NODE, "node"),
    "Measurement": (lambda measurement: _nodes(measurement.plan), _NODE, "node"),
    "PlanDiff": (_edits, _EDIT, "line"),
    "Comparison": (lambda comparison: _edits(comparison.diff), _EDIT, "line"),
    "Investigation": (_remedies, _REMEDY, "rank"),
    "IndexAdvice": (_remedies, _REMEDY, "rank"),
    "Workload": (_statements, _STATEMENT, "rank"),
}
"""Rows, columns and the index of each kind of value. By name, so that making a table loads neither driver nor parser."""
