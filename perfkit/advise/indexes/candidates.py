"""Index candidates for one statement: proposed from its predicates, compared with the indexes there are, ranked."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from perfkit.advise.indexes.candidate import candidate_of
from perfkit.advise.indexes.conditions import SELECTIVE_SHARE, implied_conditions
from perfkit.advise.indexes.existing import covering_index, finds_one_row
from perfkit.advise.indexes.planned import planned_statement
from perfkit.advise.indexes.proposal import Proposal
from perfkit.advise.indexes.proposals import proposals
from perfkit.advise.indexes.shape import Shape
from perfkit.advise.values import Candidate, Rejected
from perfkit.advise.worth import Worth, worth_of
from perfkit.catalog import Catalog, Relation
from perfkit.findings.finding import Finding
from perfkit.plan.model import Plan
from perfkit.sql.statement import Statement
from perfkit.sql.updated import set_columns
from perfkit.units import BLOCK_BYTES, format_count, format_ms, format_percent

MOST_CANDIDATES = 8
"""Each candidate is built and measured: more would keep the user waiting for ever less."""

SMALL_TABLE_PAGES = 10
"""A table of so few blocks is read whole as fast as through an index."""

LEAST_SHARE = 0.01
"""An index cannot save more than the time of the scans it replaces: under a hundredth nobody would notice."""

LEAST_TOTAL_MS = 0.2
"""A statement that takes so little is fast: what an index could take off is less than a round trip."""

CONFIRMED = 2.0
"""How much a finding that names the same cure weighs for a candidate."""

_INDEXABLE = ("table", "partitioned table", "materialized view")
_SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")


def may_be_indexed(relation: Relation) -> bool:
    """True for the user's own tables and materialized views."""
    return relation.kind in _INDEXABLE and relation.schema not in _SYSTEM_SCHEMAS


_SORTING_CURES = ("missing-index-order-limit", "missing-index-group-by", "sort-spill")
_JOINING_CURES = ("missing-index-join", "missing-fk-index")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    proposal: Proposal
    worth: float


def index_candidates(
    statement: Statement,
    catalog: Catalog,
    plan: Plan | None = None,
    findings: Sequence[Finding] = (),
) -> tuple[tuple[Candidate, ...], tuple[Rejected, ...]]:
    """Indexes worth trying for the statement, the most promising first, and those not worth it with the reason.

    Nothing is built and no server asked. Foreign keys that a DELETE has to check are the business of
    ``perfkit.advise.indexes.foreign_keys``. With a plan, tables are weighed by the time their scans took, and what views hide, or
    sqlglot could not read, is taken from its conditions.
    """
    from perfkit.sql.usage import resolve

    found: list[_Ranked] = []
    rejected: dict[str, Rejected] = {}
    planned = planned_statement(statement, plan, catalog) if plan is not None else None
    asked = [(use, statement) for use in resolve(statement, catalog)]
    if planned is not None:
        asked += [(use, planned) for use in resolve(planned, catalog)]
    for use, source in asked:
        relation = catalog.relation(use.name, use.schema) if use.is_known else None
        if relation is None or not may_be_indexed(relation):
            continue
        worth = worth_of(relation, catalog, plan, use.alias)
        implied = implied_conditions(use)
        for proposal in proposals(use, relation, source, catalog, plan, findings):
            if source is planned and _rests_on_text(proposal, statement):
                continue
            reason, left = _compare(proposal, relation, catalog, worth, implied)
            if left is not None:
                found.append(_rank(left, worth, findings))
                continue
            for shape in proposal.shapes:
                if not _is_primary_key(shape):
                    rejected.setdefault(_identity(shape), _rejected(shape, reason))
            if is_small(relation, catalog):
                break
    kept = _best(found)
    taken: set[str] = set()
    targets = {use.relation for use, _ in asked if use.is_target}
    candidates = tuple(
        _with_own_writes(candidate_of(item.proposal, catalog, taken), item.proposal, statement, targets)
        for item in kept
    )
    chosen = {_identity(shape) for item in kept for shape in item.proposal.shapes}
    return candidates, tuple(item for identity, item in rejected.items() if identity not in chosen)


def _with_own_writes(
    candidate: Candidate, proposal: Proposal, statement: Statement, targets: Collection[str]
) -> Candidate:
    """Told where the statement itself changes what the index holds."""
    if candidate.relation not in targets or statement.kind != "update":
        return candidate
    words = " ".join(shape.body for shape in proposal.shapes)
    changed = [name for name in sorted(set_columns(statement)) if re.search(rf"\b{re.escape(name)}\b", words)]
    if not changed:
        return candidate
    caveat = (
        f"the statement changes {', '.join(changed)}, which the index holds: none of its updates can be HOT"
    )
    return replace(candidate, caveats=(*candidate.caveats, caveat))


def _rests_on_text(proposal: Proposal, statement: Statement) -> bool:
    """True for what a plan cannot tell: the statement's own words, and which constants are values of its parameters."""
    has_predicate = any(shape.predicate for shape in proposal.shapes)
    return proposal.rewrite is not None or (has_predicate and statement.parameter_count > 0)


def _identity(shape: Shape) -> str:
    """The index less its name."""
    return f"{shape.relation.qualified_name} {shape.body}"


def _is_primary_key(shape: Shape) -> bool:
    """True for the very columns of the primary key: that there is an index on it goes without saying."""
    columns = tuple(key.column for key in shape.keys)
    return not shape.predicate and any(
        index.is_primary and index.columns == columns for index in shape.relation.indexes
    )


def _compare(
    proposal: Proposal, relation: Relation, catalog: Catalog, worth: Worth, implied: frozenset[str]
) -> tuple[str, Proposal | None]:
    """What is left of the proposal beside what exists; None with the reason when nothing is."""
    if is_small(relation, catalog):
        blocks = format_count(_pages(relation, catalog))
        return (
            f"{relation.qualified_name} has {blocks} blocks: an index saves nothing over reading them all",
            None,
        )
    missing = []
    covering = []
    for shape in proposal.shapes:
        index = covering_index(shape, implied)
        if index is None:
            missing.append(shape)
        elif finds_one_row(index, shape) and len(index.keys) < len(shape.keys):
            covering.append(f"unique index {index.name} already finds at most one row")
        else:
            covering.append(f"index {index.name} already covers it")
    if not missing:
        return " and ".join(dict.fromkeys(covering)), None
    if worth.kept_share is not None and worth.kept_share > SELECTIVE_SHARE and _rests_on_filters(proposal):
        kept = format_percent(worth.kept_share)
        return f"the conditions keep {kept} of {relation.qualified_name}: reading all of it is right", None
    total_ms = worth.ms / worth.share if worth.share else None
    if total_ms is not None and total_ms < LEAST_TOTAL_MS:
        return f"the statement takes {format_ms(total_ms)}: there is nothing to save", None
    is_sorting = any(cure in proposal.cures for cure in _SORTING_CURES)
    if worth.share is not None and worth.share < LEAST_SHARE and not is_sorting:
        return (
            f"scans of {relation.qualified_name} take {format_percent(worth.share)} of the time: there is little to save",
            None,
        )
    return "", replace(proposal, shapes=tuple(missing))


def _rests_on_filters(proposal: Proposal) -> bool:
    """True where all it can save is rows that conditions keep out: a group read through an index is still all of them."""
    if "missing-index-group-by" in proposal.cures:
        return any(shape.equal for shape in proposal.shapes)
    return not any(cure in proposal.cures for cure in (*_SORTING_CURES, *_JOINING_CURES))


def is_small(relation: Relation, catalog: Catalog) -> bool:
    """True for a table that is read whole as fast as through an index."""
    pages = _pages(relation, catalog)
    return pages is not None and pages < SMALL_TABLE_PAGES


def _pages(relation: Relation, catalog: Catalog) -> int | None:
    """Blocks of the table or of all its partitions; None when never counted."""
    if relation.kind == "partitioned table":
        parts = [part for part in catalog.relations if part.partition_of == relation.qualified_name]
        is_whole = bool(parts) and len(parts) == relation.partitions
        return sum(part.pages for part in parts) if is_whole else None
    if relation.rows is None:
        # relpages is zero until the first VACUUM or ANALYZE.
        return None if relation.table_bytes is None else relation.table_bytes // BLOCK_BYTES
    return relation.pages


def _rank(proposal: Proposal, worth: Worth, findings: Sequence[Finding]) -> _Ranked:
    score = proposal.weight * max(worth.ms, 0.001)
    relation = proposal.shapes[0].relation
    for finding in findings:
        named = finding.evidence.get("relation")
        if finding.id in proposal.cures and named in (None, relation.name, relation.qualified_name):
            score *= CONFIRMED
            break
    return _Ranked(proposal=proposal, worth=score)


def _best(found: Sequence[_Ranked]) -> list[_Ranked]:
    """The most promising ones, less those that another one includes: that one then answers for them too."""
    kept: list[_Ranked] = []
    by_length = sorted(found, key=lambda item: -sum(len(shape.keys) for shape in item.proposal.shapes))
    for item in by_length:
        place = next((number for number, other in enumerate(kept) if _is_part(item, other)), None)
        if place is None:
            kept.append(item)
        else:
            kept[place] = _merge(kept[place], item)
    kept.sort(key=lambda item: (-item.worth, item.proposal.shapes[0].sql))
    return kept[:MOST_CANDIDATES]


def _is_part(item: _Ranked, other: _Ranked) -> bool:
    return all(
        any(shape.is_prefix_of(wider) for wider in other.proposal.shapes) for shape in item.proposal.shapes
    )


def _merge(wider: _Ranked, item: _Ranked) -> _Ranked:
    proposal = replace(
        wider.proposal,
        cures=tuple(dict.fromkeys((*wider.proposal.cures, *item.proposal.cures))),
        serves=tuple(dict.fromkeys((*wider.proposal.serves, *item.proposal.serves))),
    )
    return _Ranked(proposal=proposal, worth=max(wider.worth, item.worth))


def _rejected(shape: Shape, reason: str) -> Rejected:
    return Rejected(sql=shape.sql, kind="index", reason=reason)
