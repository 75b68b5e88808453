"""Every candidate for one statement, in the order in which they are tried: the cheapest to try first."""

from __future__ import annotations

from perfkit.advise.application import application_candidates
from perfkit.advise.column_types import column_type_candidates
from perfkit.advise.evidence import Evidence
from perfkit.advise.indexes.candidates import index_candidates
from perfkit.advise.indexes.drops import spare_index_candidates
from perfkit.advise.indexes.foreign_keys import foreign_key_candidates
from perfkit.advise.indexes.trigger_searches import trigger_search_candidates
from perfkit.advise.maintenance import maintenance_candidates
from perfkit.advise.rewrites import rewrite_candidates
from perfkit.advise.schema import schema_candidates
from perfkit.advise.settings import setting_candidates
from perfkit.advise.statistics import statistics_candidates
from perfkit.advise.values import Candidate, Rejected


def propose(evidence: Evidence) -> tuple[tuple[Candidate, ...], tuple[Rejected, ...]]:
    """Candidates of every kind, and those not worth trying with the reason. Asks no server."""
    indexes, rejected = index_candidates(
        evidence.statement, evidence.catalog, evidence.plan, evidence.findings
    )
    every = (
        *rewrite_candidates(evidence),
        *foreign_key_candidates(evidence.catalog, evidence.findings),
        *trigger_search_candidates(evidence.catalog, evidence.findings),
        *indexes,
        *spare_index_candidates(evidence.catalog, evidence.findings),
        *setting_candidates(evidence),
        *statistics_candidates(evidence),
        *maintenance_candidates(evidence),
        *schema_candidates(evidence),
        *column_type_candidates(evidence),
        *application_candidates(evidence),
    )
    first: dict[str, Candidate] = {}
    for candidate in every:
        first.setdefault(candidate.sql, candidate)
    return tuple(first.values()), rejected
