"""Time in which a statement did nothing but wait for another session."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.findings.at import finding_at, rows_in_words
from perfkit.findings.finding import Case, Finding, Rule
from perfkit.findings.tree import children
from perfkit.findings.weight import DOMINATES_SHARE, Weight
from perfkit.plan.model import Node
from perfkit.units import format_ms

WAITED_MS = 100.0
"""A tenth of a second: what a slow disk or a checkpoint may hold up a write is mostly shorter."""

ROW_MS = 10.0
"""A row is locked or written within microseconds, on a cold disk within a millisecond or two."""


def lock_wait(case: Case) -> Iterator[Finding]:
    """Locking or writing a few rows took so long that the statement must have waited, most likely for a row lock.

    EXPLAIN does not see waits, it only times them. log_lock_waits, or pg_blocking_pids() while it lasts, names the session
    that held the lock; shorter transactions there cure it. Fine when the other session had to do its work first.
    """
    total = case.plan.total_ms
    for node in case.plan.walk():
        if node.node_type not in {"LockRows", "ModifyTable"} or not node.loops or not children(node):
            continue
        waited = _unexplained_ms(case, node)
        rows = sum(child.total_rows or 0.0 for child in children(node))
        if waited is None or not total or waited < max(WAITED_MS, ROW_MS * rows, DOMINATES_SHARE * total):
            continue
        if any(below.node_type.startswith("Foreign") for below in node.walk()):
            continue
        yield finding_at(
            node,
            "lock-wait",
            f"{node.label} spent {format_ms(waited)} on {rows_in_words(rows)}: it most likely waited for a lock that"
            " another session held",
            Weight(ms=waited, share=min(waited / total, 1.0)),
            severity="warning",
            waited_ms=waited,
            rows_written=rows,
        )


def _unexplained_ms(case: Case, node: Node) -> float | None:
    """The node's own time without triggers and block I/O; None without timing."""
    if node.exclusive_ms is None:
        return None
    buffers = node.measures.exclusive_buffers
    io = (buffers.shared_read_ms or 0.0) + (buffers.shared_write_ms or 0.0) if buffers else 0.0
    return node.exclusive_ms - io - sum(trigger.total_ms or 0.0 for trigger in case.plan.triggers)


RULES = (Rule(id="lock-wait", title="A statement waited for another session", check=lock_wait),)
