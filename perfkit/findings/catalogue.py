"""Every rule perfkit has, in one tuple."""

from __future__ import annotations

from perfkit.findings.finding import Rule
from perfkit.findings.rules import (
    estimates,
    generic,
    grouping,
    indexes,
    joins,
    limits,
    lists,
    maintenance,
    memory,
    overheads,
    parallel,
    partitions,
    predicates,
    prefixes,
    ranking,
    scans,
    searches,
    shape,
    special_indexes,
    upkeep,
    waits,
    writes,
)

RULES: tuple[Rule, ...] = (
    *scans.RULES,
    *indexes.RULES,
    *special_indexes.RULES,
    *limits.RULES,
    *joins.RULES,
    *predicates.RULES,
    *searches.RULES,
    *prefixes.RULES,
    *shape.RULES,
    *ranking.RULES,
    *lists.RULES,
    *grouping.RULES,
    *estimates.RULES,
    *generic.RULES,
    *memory.RULES,
    *maintenance.RULES,
    *upkeep.RULES,
    *writes.RULES,
    *waits.RULES,
    *partitions.RULES,
    *overheads.RULES,
    *parallel.RULES,
)
