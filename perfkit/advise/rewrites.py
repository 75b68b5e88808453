"""Rewrites worth trying: those that answer a finding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from perfkit.advise.evidence import Evidence
from perfkit.advise.substitute import with_values
from perfkit.advise.values import Candidate
from perfkit.findings.finding import SEVERITIES
from perfkit.sql import parse_statement
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan

MOST_REWRITES = 6
"""Each is run some twenty times."""


def rewrite_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """What the transforms make of the statement, less what answers nothing that was found."""
    from perfkit.sql.rewrites.catalogue import rewrites_of
    from perfkit.sql.rewrites.page import offset_to_keyset

    found = {finding.id for finding in evidence.findings}
    seen = {evidence.statement.text}
    literal = _with_its_page(evidence)
    pages = [] if literal is None else [one for one in offset_to_keyset(literal, evidence.catalog)]
    every = [*pages, *rewrites_of(evidence.statement, evidence.catalog)]
    for rewrite in sorted(every, key=lambda one: _urgency(evidence, one)):
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
            is_literal=rewrite in pages,
        )


def _urgency(evidence: Evidence, rewrite: Rewrite) -> int:
    """What answers the worst finding is tried first."""
    answered = [one.severity for one in evidence.of(*rewrite.cures)]
    return min((SEVERITIES.index(one) for one in answered), default=len(SEVERITIES))


def _with_its_page(evidence: Evidence) -> Statement | None:
    """The statement with the values of this call in the place of its parameters, where OFFSET is one of them: which row
    comes before a page can only be looked up for a page that is known."""
    tokens = scan(evidence.statement.text)
    if not any(one.is_word("offset") and two.kind == "parameter" for one, two in pairwise(tokens)):
        return None
    values = {f"${number}": value for number, value in enumerate(evidence.parameters, 1)}
    return parse_statement(with_values(evidence.statement.text, values))
