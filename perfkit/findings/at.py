"""Put a diagnosis and its figures into a finding at a node."""

from __future__ import annotations

from perfkit.findings.finding import Case, Finding, Severity
from perfkit.findings.tree import tally
from perfkit.findings.weight import Weight
from perfkit.plan.model import Node
from perfkit.units import format_count, format_ms

EvidenceValue = str | int | float | bool | None


def finding_at(
    node: Node,
    id: str,
    title: str,
    weight: Weight,
    *,
    severity: Severity | None = None,
    **evidence: EvidenceValue,
) -> Finding:
    """A finding with the node's own figures, to which ``evidence`` is added; what is unknown is left out.

    Without a severity, the weight gives it: critical when it dominates the run time, else warning.
    """
    counted = tally(node)
    figures: dict[str, EvidenceValue] = {
        "relation": f"{node.schema}.{node.relation}" if node.schema and node.relation else node.relation,
        "index": node.index,
        "loops": node.loops,
        "rows_kept": counted.kept if node.rows_removed_by_filter is not None else None,
        "rows_removed": node.rows_removed or None,
        "shared_blocks": node.exclusive_shared_blocks,
        "exclusive_ms": node.exclusive_ms,
        "at_stake_ms": weight.ms,
        "share": weight.share,
        "share_of": weight.measure if weight.share is not None else None,
        **evidence,
    }
    return Finding(
        id=id,
        severity=severity or weight.severity,
        title=title,
        node=node.number,
        node_label=node.label,
        evidence={name: _rounded(value) for name, value in figures.items() if value is not None},
        at_stake_ms=_milliseconds(weight.ms),
    )


def known(**evidence: EvidenceValue) -> dict[str, EvidenceValue]:
    """Evidence without what is unknown.

    >>> known(pid=7, query=None)
    {'pid': 7}
    """
    return {name: _rounded(value) for name, value in evidence.items() if value is not None}


def rows_in_words(rows: float | None) -> str:
    """
    >>> rows_in_words(1), rows_in_words(1500)
    ('1 row', '1,500 rows')
    """
    return f"{format_count(rows)} {'row' if rows == 1 else 'rows'}"


def it_seems(case: Case) -> str:
    """What stands before a statement about indexes: nothing with a catalog; without one only the plan's own choice is known."""
    return "" if case.catalog is not None else "it seems "


def in_all(weight: Weight) -> str:
    """The end of a sentence that says how often something is done.

    >>> in_all(Weight(ms=12.0, share=0.5)), in_all(Weight(ms=None, share=0.5))
    (', 12 ms in all', '')
    """
    return "" if weight.ms is None else f", {format_ms(weight.ms)} in all"


def _rounded(value: EvidenceValue) -> EvidenceValue:
    """Three decimals: the clock of EXPLAIN gives no more."""
    return round(value, 3) if isinstance(value, float) else value


def _milliseconds(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
