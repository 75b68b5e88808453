"""Every rule perfkit has, in one tuple."""

from __future__ import annotations

from perfkit.findings.finding import Rule
from perfkit.findings.rules import (
    estimates,
    indexes,
    joins,
    limits,
    maintenance,
    memory,
    overheads,
    partitions,
    predicates,
    scans,
    shape,
    writes,
)

RULES: tuple[Rule, ...] = (
    *scans.RULES,
    *indexes.RULES,
    *limits.RULES,
    *joins.RULES,
    *predicates.RULES,
    *shape.RULES,
    *estimates.RULES,
    *memory.RULES,
    *maintenance.RULES,
    *writes.RULES,
    *partitions.RULES,
    *overheads.RULES,
)
