"""Changes of the schema: what a function says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.advise.evidence import Evidence
from perfkit.advise.values import Candidate

_TRUST = "only where the function's body keeps to it: PostgreSQL does not check, and a wrong label gives wrong results"


def schema_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """ROWS and PARALLEL of functions that findings name."""
    for finding in evidence.of("srf-rows-misestimate"):
        signature, rows = (
            _signature(evidence, finding.evidence.get("function")),
            finding.evidence.get("actual_rows"),
        )
        if signature is None or not isinstance(rows, int | float):
            continue
        yield Candidate(
            kind="schema",
            sql=f"ALTER FUNCTION {signature} ROWS {max(round(rows), 1)}",
            rationale=f"tells the planner how many rows {signature} gives",
            cures=(finding.id, "row-misestimate", "nested-loop-on-misestimate"),
            undo_sql=f"ALTER FUNCTION {signature} ROWS {finding.evidence.get('planned_rows', 1000)}",
        )
    for finding in evidence.of("parallel-disabled-by-function"):
        signature = _signature(evidence, finding.evidence.get("function"))
        if signature is not None:
            yield Candidate(
                kind="schema",
                sql=f"ALTER FUNCTION {signature} PARALLEL SAFE",
                rationale=f"lets the scan that calls {signature} run in parallel",
                cures=(finding.id,),
                undo_sql=f"ALTER FUNCTION {signature} PARALLEL UNSAFE",
                caveats=(_TRUST,),
            )


def _signature(evidence: Evidence, name: object) -> str | None:
    """``schema.name(types)`` of the one function of that name; None where it is unknown or overloaded."""
    bare = str(name or "").rpartition(".")[2]
    found = [one for one in evidence.catalog.functions if one.name == bare]
    return found[0].signature if len(found) == 1 else None
