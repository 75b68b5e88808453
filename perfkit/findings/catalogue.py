"""Every rule perfkit has, in one tuple."""

from __future__ import annotations

from perfkit.findings.finding import Rule
from perfkit.findings.rules import (
    estimates,
    grouping,
    indexes,
    joins,
    limits,
    lists,
    maintenance,
    memory,
    overheads,
    partitions,
    predicates,
    scans,
    shape,
    special_indexes,
    upkeep,
    writes,
)

RULES: tuple[Rule, ...] = (
    *scans.RULES,
    *indexes.RULES,
    *special_indexes.RULES,
    *limits.RULES,
    *joins.RULES,
    *predicates.RULES,
    *shape.RULES,
    *lists.RULES,
    *grouping.RULES,
    *estimates.RULES,
    *memory.RULES,
    *maintenance.RULES,
    *upkeep.RULES,
    *writes.RULES,
    *partitions.RULES,
    *overheads.RULES,
)
