"""Settings for one statement or role: the smallest work_mem that ends a spill, and switches that the plan calls for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from perfkit.advise.evidence import Evidence
from perfkit.advise.values import Candidate
from perfkit.findings.finding import Finding

MOST_WORK_MEM = 1024**3
"""A gigabyte for each sort or hash of each process: more is not for a setting to give."""

LEAST_SHARE = 0.25
"""Of the time: memory for less than a quarter of the statement is taken from others for nothing that anybody notices."""

LEAST_WORK_MEM = 1024**2
RUNGS = 7
"""Each doubles the one before; from the size on disk, so many reach any need that a spill can have."""

_EACH = "max_parallel_workers_per_gather"
DEFAULT_WORKERS = 8
"""PostgreSQL's own default of max_parallel_workers."""

SPILLS = ("sort-spill", "hash-spill", "hashagg-spill", "temp-io", "lossy-bitmap")
_FOR_ROLE = "for one role: ALTER ROLE … SET {name} = {value}; for one transaction: BEGIN; SET LOCAL {name} = {value}; …"


def setting_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """What a session may set before it runs the statement."""
    spills = [finding for finding in evidence.of(*SPILLS) if _weighs(finding)]
    if spills:
        yield from _work_mem(evidence, spills)
    if any(evidence.of("jit-overhead")):
        yield _setting("jit", "off", "compiling the statement takes longer than it saves", "jit-overhead")
    if any(evidence.of("memoize-ineffective")):
        yield _setting(
            "enable_memoize", "off", "the cache of inner rows is hardly ever hit", "memoize-ineffective"
        )
    yield from _workers(evidence)
    prepared = evidence.prepared
    if prepared is not None and any(evidence.of("generic-plan-skew")):
        yield replace(
            _setting(
                "plan_cache_mode",
                "force_custom_plan",
                "plans each value of the parameters for itself",
                "generic-plan-skew",
            ),
            measured=(prepared.generic, prepared.custom),
        )
    if any(evidence.of("partitionwise-disabled")):
        yield _setting(
            "enable_partitionwise_join",
            "on",
            "joins partition by partition, so that each hash is small",
            "partitionwise-disabled",
        )
        yield _setting(
            "enable_partitionwise_aggregate",
            "on",
            "aggregates partition by partition",
            "partitionwise-disabled",
        )


def _weighs(spill: Finding) -> bool:
    """Whether enough is done where the spill is that its end could show; where that is not known, it is tried."""
    share = spill.evidence.get("share")
    return not isinstance(share, int | float) or share >= LEAST_SHARE


def _workers(evidence: Evidence) -> Iterator[Candidate]:
    """Room for the workers of the plan, where the session's own limit is below what one statement may ask for. Where other
    statements had taken the workers, no setting of the session gives them."""
    limit, each = (evidence.catalog.setting(name) for name in ("max_parallel_workers", _EACH))
    if limit is None or each is None or not any(evidence.of("workers-not-launched")):
        return
    if int(limit.value) < int(each.value):
        yield _setting(
            "max_parallel_workers",
            str(max(DEFAULT_WORKERS, int(each.value))),
            f"the limit of {limit.value} leaves no room for the workers that the plan was made for",
            "workers-not-launched",
        )


def _work_mem(evidence: Evidence, spills: list[Finding]) -> Iterator[Candidate]:
    """A ladder of values, of which the first without a spill is enough."""
    now = evidence.catalog.setting("work_mem")
    current = int(now.value) * 1024 if now is not None and now.value.isdigit() else 4 * LEAST_WORK_MEM
    needed = max((_size(finding) for finding in spills), default=0)
    value = LEAST_WORK_MEM
    while value < max(needed // 2, current + 1):
        value *= 2
    is_lossy = all(finding.id == "lossy-bitmap" for finding in spills)
    ids = tuple(dict.fromkeys(finding.id for finding in spills))
    for _ in range(RUNGS):
        if value > MOST_WORK_MEM:
            return
        yield _setting(
            "work_mem",
            f"'{value // 1024**2}MB'",
            "keeps in memory what now goes through temporary files"
            if not is_lossy
            else "keeps every row of the bitmap, not only its page",
            *ids,
            one_of="work_mem",
            ends_spill=not is_lossy,
        )
        value *= 2


def _size(finding: Finding) -> int:
    """Bytes the spill took on disk, which is less than it takes in memory."""
    size = finding.evidence.get("disk_bytes")
    blocks = finding.evidence.get("temp_blocks")
    if isinstance(size, int | float):
        return int(size)
    # Written once and read once.
    return int(blocks) * 8192 // 2 if isinstance(blocks, int | float) else 0


def _setting(
    name: str,
    value: str,
    does: str,
    *cures: str,
    one_of: str | None = None,
    ends_spill: bool = False,
) -> Candidate:
    return Candidate(
        kind="setting",
        sql=f"SET {name} = {value}",
        rationale=f"{does}; " + _FOR_ROLE.format(name=name, value=value),
        cures=cures,
        undo_sql=f"RESET {name}",
        one_of=one_of,
        ends_spill=ends_spill,
    )
