"""Indexes to drop: those that repeat another one, that another one begins with, or that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfkit.advise.indexes.ddl import drop_existing, recreate, safe_drop_existing, script
from perfkit.advise.values import Candidate, Step
from perfkit.catalog import Catalog, Index, Relation
from perfkit.findings.finding import Finding
from perfkit.units import format_bytes

_UNREAD = (
    "scans on standby servers are not counted here",
    "the counters start at the last statistics reset: a monthly or yearly report may not have run since",
)
_UNIQUE = "make sure that it is not the table's replica identity (ALTER TABLE … REPLICA IDENTITY USING INDEX)"


def spare_index_candidates(catalog: Catalog, findings: Sequence[Finding]) -> Iterator[Candidate]:
    """One DROP INDEX for each index that a ``duplicate-index``, ``redundant-prefix-index`` or ``unused-index`` finding names,
    and a ``hot-update-lost`` one where the index was never read, in the findings' order.

    Never for an index that enforces a constraint, nor for a partition's, which belongs to its parent's; a unique one only
    where another unique index repeats it. Those that others of their table make needless come together first.
    """
    found = list(_single_candidates(catalog, findings))
    for relation in dict.fromkeys(one.relation for one in found):
        needless = [one for one in found if one.relation == relation and not one.caveats]
        if len(needless) > 1:
            yield _together(needless)
    yield from found


def _together(parts: Sequence[Candidate]) -> Candidate:
    return Candidate(
        kind="index",
        sql="; ".join(part.sql for part in parts),
        steps=tuple(Step(kind="index", sql=part.sql) for part in parts),
        rationale="; ".join(part.rationale for part in parts),
        cures=tuple(dict.fromkeys(id for part in parts for id in part.cures)),
        relation=parts[0].relation,
        safe_sql="\n".join(part.safe_sql for part in parts if part.safe_sql),
        undo_sql=";\n".join(part.undo_sql for part in parts if part.undo_sql),
    )


def _single_candidates(catalog: Catalog, findings: Sequence[Finding]) -> Iterator[Candidate]:
    seen = set()
    for finding in findings:
        found = _named(catalog, finding)
        if found is None or found[1].name in seen:
            continue
        relation, index = found
        reason = _reason(finding, relation, index)
        if reason is None:
            continue
        seen.add(index.name)
        caveats = (
            _UNREAD
            if finding.id in ("unused-index", "hot-update-lost")
            else (_UNIQUE,)
            if index.is_unique
            else ()
        )
        yield Candidate(
            kind="index",
            sql=drop_existing(index),
            rationale=reason,
            cures=(finding.id,),
            relation=relation.qualified_name,
            safe_sql=script([safe_drop_existing(index, relation)]),
            undo_sql=recreate(index, relation),
            caveats=caveats,
        )


def _named(catalog: Catalog, finding: Finding) -> tuple[Relation, Index] | None:
    for relation, index in catalog.indexes():
        is_it = (relation.qualified_name, index.name) == (
            finding.evidence.get("relation"),
            finding.evidence.get("index"),
        )
        if is_it and not index.enforces_constraint and relation.partition_of is None:
            return relation, index
    return None


def _reason(finding: Finding, relation: Relation, index: Index) -> str | None:
    """Why it may go; None where it may not."""
    kept = next(
        (other for other in relation.indexes if other.name == finding.evidence.get("kept_index")), None
    )
    freed = "" if index.size_bytes is None else f"; frees {format_bytes(index.size_bytes)}"
    if finding.id == "hot-update-lost" and not index.is_unique and not index.scans:
        return f"without {index.name} these updates write no index at all; it was not read since the statistics reset{freed}"
    if finding.id == "unused-index" and not index.is_unique:
        return f"{index.name} is written at every change and was never read{freed}"
    if finding.id == "duplicate-index" and kept is not None and (kept.is_unique or not index.is_unique):
        return f"{kept.name} does all that {index.name} does{freed}"
    if finding.id == "redundant-prefix-index" and kept is not None and not index.is_unique:
        return f"{kept.name} begins with the columns of {index.name} and serves the same searches{freed}"
    return None
