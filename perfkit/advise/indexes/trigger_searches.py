"""Index candidates for what triggers search without an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfkit.advise.indexes.candidate import candidate_of
from perfkit.advise.indexes.proposal import proposal
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.values import Candidate
from perfkit.catalog import Catalog
from perfkit.findings.finding import Finding

_CURES = "trigger-dominated-write"


def trigger_search_candidates(catalog: Catalog, findings: Sequence[Finding]) -> Iterator[Candidate]:
    """One b-tree for each search that a ``trigger-dominated-write`` finding names."""
    taken: set[str] = set()
    for finding in findings:
        columns, name = (finding.evidence.get(key) for key in ("searched_columns", "searched_relation"))
        relation = next((one for one in catalog.relations if one.qualified_name == name), None)
        if finding.id != _CURES or relation is None or not isinstance(columns, str):
            continue
        shape = Shape(relation=relation, equal=tuple(Key(column=column) for column in columns.split(", ")))
        rationale = (
            f"each call of trigger {finding.evidence['trigger']} searches {relation.name} by {columns}"
        )
        candidate = candidate_of(proposal(shape, (), (_CURES,), 1.0), catalog, taken, rationale)
        yield replace(candidate, is_out_of_sight=True)
