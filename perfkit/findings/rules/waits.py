"""Time in which a statement did nothing but wait for another session."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.capture.waits import OtherSession, Waits
from perfkit.findings.at import finding_at, known, rows_in_words
from perfkit.findings.finding import Case, Finding, Rule, Severity
from perfkit.findings.tree import children
from perfkit.findings.weight import DOMINATES_SHARE, Weight
from perfkit.plan.model import Node
from perfkit.units import format_ms

WAITED_MS = 100.0
"""A tenth of a second: what a slow disk or a checkpoint may hold up a write is mostly shorter."""

WAITED_SHARE = 0.1
"""Of the samples: below a tenth of the time a lock is not what makes the statement slow."""

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


def waited(waits: Waits) -> Iterator[Finding]:
    """The statement was seen waiting for locks, or ended by a timeout while it waited; and sessions idle in transaction."""
    if waits.lock_ms >= WAITED_MS and waits.share("Lock") >= WAITED_SHARE:
        yield _seen_waiting(waits)
    blocking = [one for one in waits.blockers if one.is_idle_in_transaction]
    for one in blocking:
        yield _idle(one, "warning", f"{one.in_words} holds the lock that the statement waited for")
    known = {one.pid for one in blocking}
    for one in waits.idle:
        if one.holds_horizon and one.pid not in known:
            title = f"{one.in_words} keeps VACUUM from removing rows that died since it began"
            yield _idle(one, "info", title)


def _seen_waiting(waits: Waits) -> Finding:
    who = " and ".join(one.in_words for one in waits.blockers[:2]) or "another session"
    what = f" ({waits.lock.in_words})" if waits.lock else ""
    end = " and was then ended by a timeout" if waits.ended_by else ""
    first = waits.blockers[0] if waits.blockers else None
    return Finding(
        id="lock-wait",
        severity="critical" if waits.ended_by or waits.share("Lock") >= DOMINATES_SHARE else "warning",
        title=f"the statement waited {format_ms(waits.lock_ms)} of {format_ms(waits.wall_ms)} for a lock{what} held by"
        f" {who}{end}",
        evidence=known(
            waited_ms=round(waits.lock_ms, 1),
            wall_ms=waits.wall_ms,
            share=round(waits.share("Lock"), 3),
            lock=waits.lock.in_words if waits.lock else None,
            blocking_pid=first.pid if first else None,
            blocking_state=first.state if first else None,
            blocking_query=first.query if first else None,
            blocking_application=first.application_name if first else None,
            ended_by_timeout=waits.ended_by is not None,
        ),
        at_stake_ms=round(waits.lock_ms, 3),
    )


def _idle(one: OtherSession, severity: Severity, title: str) -> Finding:
    return Finding(
        id="idle-in-transaction",
        severity=severity,
        title=title,
        evidence=known(
            pid=one.pid,
            state=one.state,
            idle_ms=one.idle_ms,
            transaction_ms=one.transaction_ms,
            query=one.query,
            application=one.application_name,
            role=one.role,
        ),
    )


RULES = (Rule(id="lock-wait", title="A statement waited for another session", check=lock_wait),)
