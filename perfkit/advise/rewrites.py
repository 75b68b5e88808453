"""Rewrites worth trying: those that answer a finding."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.advise.evidence import Evidence
from perfkit.advise.values import Candidate

MOST_REWRITES = 6
"""Each is run some twenty times."""


def rewrite_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """What the transforms make of the statement, less what answers nothing that was found."""
    from perfkit.sql.rewrites.catalogue import rewrites_of

    found = {finding.id for finding in evidence.findings}
    seen = {evidence.statement.text}
    for rewrite in rewrites_of(evidence.statement, evidence.catalog):
        if not found & set(rewrite.cures) or rewrite.sql in seen or len(seen) > MOST_REWRITES:
            continue
        seen.add(rewrite.sql)
        change = "callers must ask in another way" if rewrite.is_contract_change else None
        yield Candidate(
            kind="rewrite",
            sql=rewrite.sql,
            rationale=rewrite.rationale,
            cures=rewrite.cures,
            conditions=rewrite.conditions,
            caveats=(*((change,) if change else ()), *rewrite.caveats),
            values_sql=rewrite.values_sql,
        )
