"""Index candidates for the referencing side of foreign keys that a statement was seen to search row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfkit.advise.indexes.candidate import candidate_of
from perfkit.advise.indexes.proposal import proposal
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.values import Candidate
from perfkit.catalog import Catalog, ForeignKey
from perfkit.findings.finding import Finding

_CURES = "missing-fk-index"


def foreign_key_candidates(catalog: Catalog, findings: Sequence[Finding]) -> Iterator[Candidate]:
    """One b-tree for each foreign key that a ``missing-fk-index`` finding names, in the findings' order."""
    taken: set[str] = set()
    for finding in findings:
        key = next((key for key in catalog.foreign_keys if _is_of(key, finding)), None)
        relation = catalog.relation(key.table, key.schema) if key else None
        if finding.id != _CURES or key is None or relation is None:
            continue
        shape = Shape(relation=relation, equal=tuple(Key(column=column) for column in key.columns))
        rationale = f"{key.name} looks up {key.table} for every row that goes from {key.referenced_table}"
        yield candidate_of(proposal(shape, (), (_CURES,), 1.0), catalog, taken, rationale)


def _is_of(key: ForeignKey, finding: Finding) -> bool:
    return (
        finding.evidence.get("constraint") == key.name
        and finding.evidence.get("relation") == f"{key.schema}.{key.table}"
    )
