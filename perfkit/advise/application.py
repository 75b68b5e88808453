"""What only the authors of the application can change: no database tries it, so it is told without a proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfkit.advise.evidence import Evidence
from perfkit.advise.values import UNPROVEN, Advice, AdviceKind, Candidate, Price
from perfkit.findings.finding import Finding

_OF_SCHEMA = frozenset({"trigger-dominated-write"})
"""What is changed in the database, but has to be written by people."""


def application_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """A sentence of advice, as an SQL comment, for findings that no change of the database or the session cures."""
    for finding in evidence.findings:
        text = _advice(evidence, finding) if finding.severity != "info" else None
        if text is not None:
            sql, rationale = text
            kind: AdviceKind = "schema" if finding.id in _OF_SCHEMA else "application"
            yield Candidate(kind=kind, sql=sql, rationale=rationale, cures=(finding.id,))


def told(findings: Sequence[Finding]) -> tuple[Advice, ...]:
    """The same as advice, for what a log or a script shows of a session."""
    texts = [(finding, _of(finding)) for finding in findings if finding.severity != "info"]
    found = {text: finding for finding, text in reversed(texts) if text is not None}
    return tuple(
        Advice(
            id=f"application-{number}",
            kind="application",
            sql=sql,
            rationale=rationale,
            price=Price(),
            proof=replace(UNPROVEN, reason="not tried: it is a change of the application"),
            cures=(finding.id,),
        )
        for number, ((sql, rationale), finding) in enumerate(found.items(), 1)
    )


def _advice(evidence: Evidence, finding: Finding) -> tuple[str, str] | None:
    if finding.id in ("too-many-partitions", "planning-dominates"):
        return _partitions(evidence, finding)
    return _of(finding)


def _of(finding: Finding) -> tuple[str, str] | None:
    match finding.id:
        case "n-plus-one-queries" if str(finding.evidence.get("sql", "")).lower().startswith("insert"):
            return (
                str(finding.evidence["sql"]),
                "one statement of many rows takes one round trip and one commit; COPY for thousands",
            )
        case "cartesian-join":
            return (
                "-- join the tables by the columns that belong together, or say CROSS JOIN where every pair is wanted",
                "a join condition seems to be missing",
            )
        case "order-by-random":
            return (
                "-- pick a random key first: WHERE id >= (SELECT floor(random() * max(id)) FROM ...) ORDER BY id LIMIT 1,"
                " or TABLESAMPLE SYSTEM_ROWS (n)",
                "a random key, or a random page, is found without reading all rows",
            )
        case "workers-not-launched":
            return (
                "-- raise max_parallel_workers (and max_worker_processes) on the server, or run fewer parallel statements at a time",
                "all workers the server allows were busy when this statement asked for them",
            )
        case "serialization-cost":
            return (
                "-- select only the columns that are shown, and fetch large values when they are asked for",
                "turning values into text takes longer than finding them",
            )
        case "trigger-dominated-write":
            return (
                f"-- replace the row-level trigger {finding.evidence.get('trigger', '')} by one FOR EACH STATEMENT with a transition table:"
                " REFERENCING NEW TABLE AS new_rows",
                "one call for the statement does what now is done for each row",
            )
        case "wal-heavy-write":
            return (
                "-- write in batches, spread over time, and keep fewer indexes on what is written in bulk",
                "most of the work is writing the log of changes to indexes and full pages",
            )
        case "lock-wait":
            return (
                "-- keep transactions short, change rows in one order, and set lock_timeout where waiting is worse than failing:"
                " SET lock_timeout = '2s'",
                "the statement does not work, it waits for another session to end its transaction",
            )
        case "idle-in-transaction":
            return (
                "ALTER ROLE CURRENT_USER SET idle_in_transaction_session_timeout = '60s'",
                "a session that forgets to commit is then ended by the server; end the one at hand with"
                " pg_terminate_backend(pid), and commit before waiting for anything else",
            )
        case "cold-read":
            return (
                "-- read less (an index, fewer columns), keep the hot part in memory (shared_buffers, pg_prewarm), or accept the first run",
                "most of the time went into reading blocks from disk",
            )
    return None


def _partitions(evidence: Evidence, finding: Finding) -> tuple[str, str] | None:
    partitioned = [one for one in evidence.catalog.relations if one.partition_key]
    if not partitioned:
        return (
            "-- prepare the statement once and execute it often, so that it is planned once",
            "planning takes longer than executing",
        )
    keys = ", ".join(f"{one.qualified_name} BY {one.partition_key}" for one in partitioned)
    return (
        f"-- add a condition on the partition key ({keys}), so that the other partitions are neither planned nor opened; or"
        " make fewer, larger partitions",
        "planning and opening the partitions takes longer than reading them",
    )
