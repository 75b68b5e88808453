"""What can happen to a node between two plans."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar, Final, Literal

from perfkit.plan.model import Node

ChangeKind = Literal[
    "join-sides-swapped",
    "join-order-changed",
    "join-method-changed",
    "access-method-changed",
    "index-replaced",
    "parallelised",
    "made-serial",
    "spills",
    "fits-in-memory",
    "condition-changed",
]
"""What a change is called. The other way round, ``parallelised`` is ``made-serial`` and ``spills`` is
``fits-in-memory``; all others keep their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One property that is not the same on both sides; None where a side has none."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The same work done in the same way."""

    kinds: ClassVar[tuple[ChangeKind, ...]] = ()
    differences: ClassVar[tuple[Difference, ...]] = ()
    before: Node
    after: Node
    figures: tuple[Difference, ...] = ()
    """Rows, planned rows and loops that differ; times always do and are not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The same work in the same place done in another way: another access method, join method, index or condition."""

    before: Node
    after: Node
    differences: tuple[Difference, ...]
    figures: tuple[Difference, ...] = ()
    kinds: tuple[ChangeKind, ...] = ()
    """What the differences amount to; empty when there is no name for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The same work below another node, as when the join order changes; done in another way if there are differences."""

    before: Node
    after: Node
    differences: tuple[Difference, ...] = ()
    figures: tuple[Difference, ...] = ()
    kinds: tuple[ChangeKind, ...] = ()
    below_before: Node | None = None
    """The nearest node above it that both plans have, in the earlier plan; None where there is none."""
    below_after: Node | None = None
    """The same in the later plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """A node that only the later plan has."""

    kinds: ClassVar[tuple[ChangeKind, ...]] = ()
    differences: ClassVar[tuple[Difference, ...]] = ()
    figures: ClassVar[tuple[Difference, ...]] = ()
    after: Node

    @property
    def before(self) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A node that only the earlier plan has."""

    kinds: ClassVar[tuple[ChangeKind, ...]] = ()
    differences: ClassVar[tuple[Difference, ...]] = ()
    figures: ClassVar[tuple[Difference, ...]] = ()
    before: Node

    @property
    def after(self) -> None:
        return None


Edit = Kept | Changed | Moved | Inserted | Removed

_METHOD_FIELDS: Final = (
    "node_type",
    "strategy",
    "partial_mode",
    "operation",
    "join_type",
    "command",
    "is_parallel",
    "is_disabled",
    "relation",
    "cte",
    "function",
    "index",
    "scan_direction",
    "sort_method",
    "sort_space_type",
    "hash_batches",
    "hashagg_batches",
    "cache_mode",
    "workers_planned",
    "workers_launched",
    "never_executed",
)
EXPRESSION_FIELDS: Final = (
    "filter",
    "join_filter",
    "index_condition",
    "recheck_condition",
    "hash_condition",
    "merge_condition",
    "one_time_filter",
    "tid_condition",
    "run_condition",
    "order_by",
    "sort_key",
    "presorted_key",
    "group_key",
    "cache_key",
)
_method: Final = attrgetter(*_METHOD_FIELDS)
_expressions: Final = attrgetter(*EXPRESSION_FIELDS)


def differences(before: Node, after: Node, *, with_expressions: bool = True) -> tuple[Difference, ...]:
    """In what the two nodes go about their work differently.

    Expressions are only comparable when both plans are VERBOSE or neither is: it qualifies the names in them.
    """
    found = _compared(_METHOD_FIELDS, _method(before), _method(after))
    if with_expressions:
        found += _compared(EXPRESSION_FIELDS, _expressions(before), _expressions(after))
    return found


def figures(before: Node, after: Node) -> tuple[Difference, ...]:
    """Which row counts and loops differ."""
    return _compared(("planned_rows", "total_rows", "loops"), _counts(before), _counts(after))


def _counts(node: Node) -> tuple[object, ...]:
    return (node.estimate.rows if node.estimate else None, node.total_rows, node.loops)


def _compared(
    names: tuple[str, ...], before: tuple[object, ...], after: tuple[object, ...]
) -> tuple[Difference, ...]:
    if before == after:
        return ()
    return tuple(
        Difference(field=name, before=None if old == () else old, after=None if new == () else new)
        for name, old, new in zip(names, before, after, strict=True)
        if old != new
    )
