"""What candidates are drawn from: the statement, the catalog, the plan, and what the findings say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.capture.values import PreparedPlans
from perfkit.catalog import Catalog, Relation
from perfkit.findings.finding import Finding
from perfkit.identifier import quote_identifier
from perfkit.plan.model import Node, Plan
from perfkit.sql.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One statement with all that is known about it."""

    statement: Statement
    catalog: Catalog
    plan: Plan
    findings: tuple[Finding, ...]
    parameters: tuple[str | None, ...] = ()
    """Values of ``$1`` … it was captured with."""
    prepared: PreparedPlans | None = None
    """Its custom and its generic plan, where it was prepared."""

    def of(self, *ids: str) -> Iterator[Finding]:
        """The findings of these ids, worst first."""
        return (finding for finding in self.findings if finding.id in ids)

    def relation(self, finding: Finding) -> Relation | None:
        """The table a finding speaks of; of a partition, the whole table."""
        named = finding.evidence.get("relation")
        if not isinstance(named, str):
            return None
        schema, _, name = named.rpartition(".")
        relation = self.catalog.relation(name, schema or None)
        if relation is not None and relation.partition_of is not None:
            schema, _, name = relation.partition_of.rpartition(".")
            return self.catalog.relation(name, schema) or relation
        return relation

    def node(self, finding: Finding) -> Node | None:
        return next((node for node in self.plan.walk() if node.number == finding.node), None)


def quoted_name(relation: Relation) -> str:
    """
    >>> quoted_name(Relation(schema="Sales", name="order", kind="table", rows=None, pages=0,
    ...     all_visible_pages=0, table_bytes=None))
    '"Sales"."order"'
    """
    return f"{quote_identifier(relation.schema)}.{quote_identifier(relation.name)}"
