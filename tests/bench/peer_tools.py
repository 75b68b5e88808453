"""Public analysers of one EXPLAIN plan, and what they say of it in our words."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_NO_INDEX = (
    "missing-index-filter", "missing-index-join", "missing-composite-index", "missing-index-order-limit",
    "missing-index-group-by", "missing-partial-index", "missing-expression-index", "missing-trigram-index",
    "missing-pattern-ops-index", "missing-gin-jsonb", "missing-fulltext-index", "missing-gist-range-index",
    "missing-brin-index", "missing-fk-index", "missing-covering-index",
)  # fmt: skip

_READS_TOO_MUCH = (
    *_NO_INDEX, "groupwise-max-full-scan", "composite-index-wrong-order", "order-by-limit-wrong-index",
    "inefficient-index-scan", "late-filter", "function-on-column", "cast-on-column", "implicit-type-mismatch",
    "timezone-cast-filter", "leading-wildcard-like", "case-insensitive-match", "collation-prevents-prefix-index",
    "or-across-columns", "or-across-tables", "any-array-not-indexable", "partition-pruning-defeated",
    "seq-scan-large",
)  # fmt: skip
"""A scan that throws most of what it reads away, or is long, may be said to name any of these."""

_ESTIMATE_IS_OFF = (
    "row-misestimate", "stale-statistics", "correlated-columns-misestimate", "ndistinct-misestimate",
    "expression-no-statistics", "srf-rows-misestimate", "generic-plan-skew", "nested-loop-on-misestimate",
    "order-by-limit-wrong-index",
)  # fmt: skip

_LOOPS = (
    "nested-loop-on-misestimate", "many-subplan-loops", "missing-index-join", "missing-fk-index",
    "cartesian-join", "memoize-ineffective", "correlated-subquery-per-row", "or-across-tables", "late-filter",
)  # fmt: skip

_SUBQUERY = (
    "correlated-subquery-per-row", "many-subplan-loops", "not-in-nullable-subquery", "count-used-as-exists",
    "missing-index-join", "missing-fk-index",
)  # fmt: skip

_SPILLS = ("sort-spill", "hash-spill", "hashagg-spill", "temp-io", "missing-index-group-by")

# In the tools' favour: a rule names every cause that an expert could have in mind who reads its title and its
# suggestion, though the tool itself does not tell one of them from the other.
CAUSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "querysense": {
        "BAD_ROW_ESTIMATE": _ESTIMATE_IS_OFF,
        "STALE_STATISTICS": _ESTIMATE_IS_OFF,
        "CORRELATED_SUBQUERY": _SUBQUERY,
        "EXCESSIVE_SEQ_SCANS": (*_READS_TOO_MUCH, "partitionwise-disabled", "too-many-partitions"),
        "SEQ_SCAN_LARGE_TABLE": _READS_TOO_MUCH,
        "FOREIGN_KEY_WITHOUT_INDEX": ("missing-fk-index", "missing-index-join", "missing-index-filter"),
        "NESTED_LOOP_LARGE_TABLE": _LOOPS,
        "SPILLING_TO_DISK": _SPILLS,
        # Says that a function may be PARALLEL UNSAFE, and compares workers launched with workers planned.
        "PARALLEL_QUERY_NOT_USED": ("parallel-disabled-by-function", "workers-not-launched"),
        # Its trigger is rows removed by a filter; its title is of bloat, its last comment of a partial index.
        "TABLE_BLOAT": ("table-bloat", "visibility-map-stale", *_NO_INDEX),
    },
    "dataxplan": {
        "estimate_off": _ESTIMATE_IS_OFF,
        "seq_scan_hot": _READS_TOO_MUCH,
        # Its title is "Filter discards most rows read", whatever scan it is.
        "filter_discard": (*_READS_TOO_MUCH, "cte-materialization-fence", "top-n-per-group-window"),
        "disk_spill": _SPILLS,
        "nested_loop_blowup": _LOOPS,
        "index_only_heap_fetches": ("visibility-map-stale",),
        "lossy_bitmap": ("lossy-bitmap",),
        "jit_overhead": ("jit-overhead",),
    },
}  # fmt: skip

ARGUMENTS: Mapping[str, tuple[str, ...]] = {"querysense": ("analyze", "--json"), "dataxplan": ("--json",)}

_KINDS = (
    ("index", r"(create|drop)\s+(unique\s+)?index"),
    ("statistics", r"analyze|create\s+statistics|alter\s+table\s.*set\s+statistics"),
    ("maintenance", r"vacuum|reindex|cluster|alter\s+table\s.*autovacuum"),
    ("setting", r"set\s|alter\s+(system|role|database)"),
    ("schema", r"alter|create|drop"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    rule: str
    causes: tuple[str, ...]
    """Ids of our vocabulary that it may be said to name."""
    is_loud: bool
    """Above information."""
    text: str
    """All that it says, comments and prose too."""
    statements: tuple[tuple[str, str], ...]
    """Kind of advice and SQL of the statements to be run, not those that only look something up."""


def ask(tool: str, folder: Path, plan: Path) -> list[Found]:
    """ValueError with the tool's last words where it answers no JSON."""
    ended = subprocess.run(
        [folder / "bin" / tool, *ARGUMENTS[tool], plan], capture_output=True, text=True, check=False
    )
    try:
        findings = json.loads(ended.stdout)["findings"]
    except (json.JSONDecodeError, KeyError) as problem:
        words = (ended.stderr or ended.stdout).strip().splitlines() or [f"exit code {ended.returncode}"]
        raise ValueError(f"{tool}: {words[-1]}") from problem
    return [_found(tool, entry) for entry in findings]


def version(tool: str, folder: Path) -> str:
    return subprocess.run(
        [folder / "bin" / tool, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()


def _found(tool: str, entry: Mapping[str, object]) -> Found:
    rule = str(entry.get("rule_id") or entry.get("id"))
    suggestion = str(entry.get("suggestion") or "")
    return Found(
        rule=rule,
        causes=CAUSES[tool].get(rule, ()),
        is_loud=entry["severity"] != "info",
        text="\n".join(str(entry.get(key) or "") for key in ("title", "description", "detail", "suggestion")),
        statements=tuple(_statements(suggestion)),
    )


def _statements(suggestion: str) -> list[tuple[str, str]]:
    bare = re.sub(r"--[^\n]*", "", suggestion)
    found = []
    for statement in (" ".join(part.split()) for part in bare.split(";")):
        for kind, beginning in _KINDS:
            if re.match(beginning, statement, re.IGNORECASE):
                found.append((kind, statement))
                break
    return found
