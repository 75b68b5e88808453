"""What a finding is, what a rule sees, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from perfkit.catalog import Catalog, Relation
from perfkit.findings.work import NOTHING, Work, work_of
from perfkit.plan.model import Node, Plan
from perfkit.show import Shown
from perfkit.sql.statement import Statement

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")

Evidence = Mapping[str, str | int | float | bool | None]
"""Named figures and names that carry a finding. Keys end in their unit: ``_ms``, ``_blocks``, ``_rows``, ``_bytes``, ``_factor``, ``_share``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Shown):
    """One diagnosis with its evidence."""

    id: str
    """From the vocabulary: ``missing-index-filter``."""
    severity: Severity
    title: str
    """One sentence with the names and figures of this case."""
    node: int | None = None
    """Number of the plan node it speaks of; None when it speaks of the statement or a relation."""
    node_label: str | None = None
    evidence: Evidence = field(default_factory=dict)
    at_stake_ms: float | None = None
    """Exclusive time of what the finding would save at the most; ranks findings of one severity."""
    advice: tuple[str, ...] = ()
    """Ids of the advice that would cure it, filled in once advice is proven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The three sources a rule may look at. Statement and catalog are None when only a plan was given."""

    plan: Plan
    """With partitions that were scanned alike folded into one node each."""
    statement: Statement | None = None
    catalog: Catalog | None = None
    given: Plan | None = None
    """The plan with every partition; None where nothing was folded."""
    work: Work = field(init=False, repr=False, compare=False, default=NOTHING)
    """How the work is spread where times are missing."""
    _nodes: Mapping[int, Node] = field(init=False, repr=False, compare=False, default_factory=dict)
    _parents: Mapping[int, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        every = tuple(self.unfolded.walk())
        nodes = {node.number: node for node in (*every, *self.plan.walk())}
        object.__setattr__(self, "_nodes", nodes)
        object.__setattr__(
            self, "_parents", {child.number: node.number for node in every for child in node.children}
        )
        if self.plan.root.total_ms is None:
            object.__setattr__(self, "work", work_of(self.plan))

    @property
    def unfolded(self) -> Plan:
        return self.given or self.plan

    def node(self, number: int) -> Node:
        return self._nodes[number]

    def parent(self, node: Node) -> Node | None:
        number = self._parents.get(node.number)
        return None if number is None else self._nodes[number]

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes above, nearest first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def relation(self, node: Node) -> Relation | None:
        """What the catalog knows about the relation the node scans."""
        if self.catalog is None or node.relation is None:
            return None
        return self.catalog.relation(node.relation, node.schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A diagnosis: a pure function over the evidence with what is written about it."""

    id: str
    title: str
    """What the id means, in general words."""
    check: Callable[[Case], Iterable[Finding]]
