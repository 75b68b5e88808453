"""One statement as a page measured it: a capture, with the words that claims are made in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from perfkit.book.claim import Claim
from perfkit.capture.values import Capture
from perfkit.errors import ClaimFailed
from perfkit.findings.examine_capture import examine_capture
from perfkit.findings.finding import Finding
from perfkit.plan.model import Node, Plan
from perfkit.show import Shown
from perfkit.sql import parse_statement


@dataclass(frozen=True, kw_only=True)  # no slots: findings are kept once they were looked for
class Measured(Shown):
    capture: Capture

    @property
    def plan(self) -> Plan:
        return self.capture.plan

    @property
    def blocks(self) -> int:
        """Shared blocks, found in memory or read."""
        return self.capture.measurement.counters.shared_blocks or 0

    @property
    def temp_blocks(self) -> int:
        return self.capture.measurement.counters.temp_blocks or 0

    @property
    def rows(self) -> int:
        """Rows returned."""
        return round(self.capture.measurement.counters.rows or 0)

    @property
    def rows_removed(self) -> int:
        """Rows read and thrown away by filters and rechecks, in the whole plan."""
        return round(self.capture.measurement.counters.rows_removed or 0)

    @property
    def wal_bytes(self) -> int:
        """0 before PostgreSQL 13, whose EXPLAIN does not tell; as for ``wal_records``, claims say ``since=13``."""
        return self.capture.measurement.counters.wal_bytes or 0

    @property
    def wal_records(self) -> int:
        wal = self.plan.root.wal
        return wal.records if wal else 0

    @property
    def ms(self) -> float:
        """Median of the timed runs. To be shown, never to be claimed: it belongs to the machine."""
        return self.capture.measurement.typical_ms or 0.0

    @property
    def labels(self) -> tuple[str, ...]:
        """The plan's nodes as EXPLAIN heads their lines, depth first: ``Index Scan using issues_pkey on issues``."""
        return tuple(_label(node) for node in self.plan.walk())

    def has(self, label: str) -> bool:
        """Whether a node's line contains this text: ``Seq Scan on issues``, ``Sort``, ``notes_author_id_idx``."""
        return any(label in one for one in self.labels)

    def node(self, label: str) -> Node:
        """The first node whose line contains this text; ClaimFailed where the plan has none, as the page speaks of it."""
        for node in self.plan.walk():
            if label in _label(node):
                return node
        raise ClaimFailed(f"the plan has no node {label}; it has {', '.join(self.labels)}")

    def rows_of(self, label: str) -> int:
        """Rows that the first such node returned, over all its loops."""
        return round(self.node(label).total_rows or 0)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What perfkit says is wrong, worst first."""
        return examine_capture(self.capture, parse_statement(self.capture.query.text))

    def finding(self, id: str, *, since: int = 0) -> Finding | Claim:
        """What perfkit says under this id; ClaimFailed where it does not say it.

        On a major before ``since``, whose EXPLAIN does not tell enough for it, a claim that is left open."""
        if self.capture.environment.server_version_num // 10000 < since:
            return Claim(sentence=f"perfkit finds {id}", since=since)
        return finding_among(self.findings, id)


def finding_among(findings: Iterable[Finding], id: str) -> Finding:
    """The one with this id; ClaimFailed without."""
    found = {finding.id: finding for finding in findings}
    if id not in found:
        raise ClaimFailed(f"perfkit does not find {id} here; it finds {', '.join(found) or 'nothing'}")
    return found[id]


def _label(node: Node) -> str:
    """Without the schema, which is the same for all and only in the way of a sentence."""
    return replace(node, schema=None).label
