"""What a table is due: VACUUM, giving back dead space."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.advise.evidence import Evidence, quoted_name
from perfkit.advise.values import Candidate
from perfkit.catalog import Relation
from perfkit.identifier import quote_identifier

LOCKS_ALL = (
    "VACUUM FULL locks the table against reads and writes and needs room for a second copy; on a busy server use"
    " pg_repack or pg_squeeze, which do the same without the long lock"
)


def maintenance_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """VACUUM where pages are not known to be all-visible, a rewrite of the table where most of it is empty."""
    for finding in evidence.of("visibility-map-stale"):
        relation = evidence.relation(finding)
        if relation is not None:
            yield _vacuum(
                relation,
                finding.id,
                "marks its pages all-visible, so that an index-only scan need not visit them",
            )
    for finding in evidence.of("table-bloat"):
        relation = evidence.relation(finding)
        index = finding.evidence.get("index")
        if (
            relation is not None
            and finding.evidence.get("index_blocks") is not None
            and isinstance(index, str)
        ):
            schema, _, bare = index.rpartition(".")
            name = f"{quote_identifier(schema)}.{quote_identifier(bare)}"
            yield Candidate(
                kind="maintenance",
                sql=f"REINDEX INDEX {name}",
                rationale="packs the entries of the index into as few blocks as they need",
                cures=(finding.id,),
                relation=relation.qualified_name,
                safe_sql=f"REINDEX INDEX CONCURRENTLY {name}",
            )
        elif relation is not None:
            name = quoted_name(relation)
            yield Candidate(
                kind="maintenance",
                sql=f"VACUUM FULL {name}",
                rationale=f"gives back the empty space of {relation.qualified_name}, which every scan reads",
                cures=(finding.id,),
                relation=relation.qualified_name,
                safe_sql=f"pg_repack --table={relation.qualified_name}",
                caveats=(LOCKS_ALL,),
            )


def _vacuum(relation: Relation, cures: str, does: str) -> Candidate:
    return Candidate(
        kind="maintenance",
        sql=f"VACUUM {quoted_name(relation)}",
        rationale=f"{does}; let autovacuum do it sooner by autovacuum_vacuum_insert_scale_factor or"
        " autovacuum_vacuum_scale_factor of the table",
        cures=(cures,),
        relation=relation.qualified_name,
    )
