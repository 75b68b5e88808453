"""What a plan is: frozen values with PostgreSQL's own words.

Per-loop figures stay as PostgreSQL prints them (``actual``, ``rows_removed_by_filter``); what perfkit derives from the
whole tree (total and exclusive time, blocks, participants) is in ``Node.measures`` and the properties that read it.
None means unknown, never zero. A property of a node that perfkit has no field for is kept in ``extra`` under
PostgreSQL's name, so that a newer server or an extension loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from perfkit.chain import Explained
from perfkit.show import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the planner expected of one execution of a node. Cost is in planner units, width in bytes."""

    startup_cost: float
    total_cost: float
    rows: float
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """What one loop gave on average, as PostgreSQL prints it. Times are None with TIMING OFF.

    ``loops`` counts every execution in every process; 0 means the node was never executed.
    """

    startup_ms: float | None
    total_ms: float | None
    rows: float
    loops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffers:
    """Blocks a node and everything below it touched, in all loops and processes together. Times are None
    unless track_io_timing is on (local and temp times exist since 15 and 17)."""

    shared_hit: int = 0
    shared_read: int = 0
    shared_dirtied: int = 0
    shared_written: int = 0
    local_hit: int = 0
    local_read: int = 0
    local_dirtied: int = 0
    local_written: int = 0
    temp_read: int = 0
    temp_written: int = 0
    shared_read_ms: float | None = None
    shared_write_ms: float | None = None
    local_read_ms: float | None = None
    local_write_ms: float | None = None
    temp_read_ms: float | None = None
    temp_write_ms: float | None = None

    @property
    def shared(self) -> int:
        """Shared blocks touched: hit + read."""
        return self.shared_hit + self.shared_read

    @property
    def temp(self) -> int:
        return self.temp_read + self.temp_written


@dataclass(frozen=True, slots=True, kw_only=True)
class Wal:
    records: int = 0
    full_page_images: int = 0
    bytes: int = 0
    full_page_image_bytes: int | None = None
    """Part of ``bytes``; since 19."""
    buffers_full: int | None = None
    """Since 18."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What one parallel worker did in a node (VERBOSE); rows are per loop, times None with TIMING OFF."""

    number: int
    startup_ms: float | None = None
    total_ms: float | None = None
    rows: float | None = None
    loops: int | None = None
    buffers: Buffers | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    keys: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What follows for one node from the whole tree; see ``perfkit.plan.measures`` for the rules."""

    participants: float
    """Processes that shared the node's work side by side: 1 outside Gather, the loops of Gather's child below it."""
    total_ms: float | None
    """Wall time of the node with all below it, over all its loops; moved within the rounding of what EXPLAIN printed
    so that what runs inside a node takes no longer than the node."""
    exclusive_ms: float | None
    """Wall time spent in the node itself, never below zero; what clamping hid is in ``Plan.residual_ms``."""
    exclusive_buffers: Buffers | None
    """Blocks the node itself touched, in all loops and processes."""
    total_rows: float | None
    """Rows the node produced over all its loops and processes."""
    exclusive_wal: Wal | None = None
    """WAL the node itself wrote; None without WAL."""


UNMEASURED = Measures(
    participants=1,
    total_ms=None,
    exclusive_ms=None,
    exclusive_buffers=None,
    total_rows=None,
    exclusive_wal=None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of a plan with the nodes below it."""

    number: int
    """Place in the plan, depth first from 1: the name a finding or a diff calls the node by."""
    node_type: str
    """As in EXPLAIN's JSON, without "Parallel" and without strategy: ``Seq Scan``, ``Aggregate``, ``Hash Join``."""
    children: tuple[Node, ...] = ()

    parent_relationship: str | None = None
    """Outer, Inner, Subquery, Member, InitPlan or SubPlan; None for the root."""
    subplan_name: str | None = None
    """``InitPlan 1 (returns $0)``, ``SubPlan 2``, ``CTE recent``."""
    is_parallel: bool = False
    """Parallel Aware: the processes share this node's work."""
    is_async: bool = False
    is_disabled: bool = False
    """Since 18: chosen although an enable_* setting discourages it."""

    schema: str | None = None
    relation: str | None = None
    alias: str | None = None
    index: str | None = None
    cte: str | None = None
    function: str | None = None
    scan_direction: str | None = None

    strategy: str | None = None
    """Of Aggregate and SetOp: Plain, Sorted, Hashed or Mixed."""
    partial_mode: str | None = None
    """Of Aggregate: Simple, Partial or Finalize."""
    operation: str | None = None
    """Of ModifyTable: Insert, Update, Delete or Merge."""
    join_type: str | None = None
    """Inner, Left, Right, Full, Semi, Anti, Right Semi or Right Anti."""
    is_inner_unique: bool | None = None
    command: str | None = None

    estimate: Estimate | None = None
    actual: Actual | None = None

    filter: str | None = None
    join_filter: str | None = None
    index_condition: str | None = None
    recheck_condition: str | None = None
    hash_condition: str | None = None
    merge_condition: str | None = None
    one_time_filter: str | None = None
    tid_condition: str | None = None
    run_condition: str | None = None
    order_by: str | None = None
    rows_removed_by_filter: float | None = None
    """Per loop, as printed; ``rows_removed`` gives the total of all three kinds."""
    rows_removed_by_join_filter: float | None = None
    rows_removed_by_index_recheck: float | None = None
    output: tuple[str, ...] = ()

    sort_key: tuple[str, ...] = ()
    presorted_key: tuple[str, ...] = ()
    group_key: tuple[str, ...] = ()
    sort_method: str | None = None
    """quicksort, top-N heapsort, external merge, …"""
    sort_space_kb: int | None = None
    sort_space_type: str | None = None
    """Memory or Disk."""
    hash_buckets: int | None = None
    original_hash_buckets: int | None = None
    hash_batches: int | None = None
    original_hash_batches: int | None = None
    peak_memory_kb: int | None = None
    disk_usage_kb: int | None = None
    planned_partitions: int | None = None
    """Of a hashed Aggregate: partitions the planner foresaw for a spill."""
    hashagg_batches: int | None = None
    cache_key: str | None = None
    cache_mode: str | None = None
    cache_hits: int | None = None
    cache_misses: int | None = None
    cache_evictions: int | None = None
    cache_overflows: int | None = None
    exact_heap_blocks: int | None = None
    lossy_heap_blocks: int | None = None
    heap_fetches: int | None = None
    index_searches: int | None = None
    """Since 18."""
    workers_planned: int | None = None
    workers_launched: int | None = None
    subplans_removed: int | None = None

    buffers: Buffers | None = None
    wal: Wal | None = None
    workers: tuple[Worker, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)
    keys: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The properties EXPLAIN's JSON gave for this node, in its order, so that ``dump_json`` can give the same ones
    back; as the text states them for a plan read from TEXT. Give a node that you change by ``replace`` an empty one, so that
    what you added is written."""

    measures: Measures = field(default=UNMEASURED, compare=False, repr=False)

    @property
    def label(self) -> str:
        """The node as EXPLAIN's text format heads its line, without figures.

        ``Parallel Seq Scan on issues i``, ``Index Scan using issues_pkey on issues``, ``HashAggregate``.
        """
        from perfkit.plan.label import label

        return label(self)

    @property
    def never_executed(self) -> bool:
        """True when the plan was analysed and the node did not run once."""
        return self.actual is not None and self.actual.loops == 0

    @property
    def loops(self) -> int | None:
        return self.actual.loops if self.actual else None

    @property
    def total_ms(self) -> float | None:
        return self.measures.total_ms

    @property
    def exclusive_ms(self) -> float | None:
        return self.measures.exclusive_ms

    @property
    def total_rows(self) -> float | None:
        return self.measures.total_rows

    @property
    def exclusive_wal(self) -> Wal | None:
        return self.measures.exclusive_wal

    @property
    def exclusive_shared_blocks(self) -> int | None:
        """Shared blocks (hit + read) the node itself touched; None without BUFFERS."""
        buffers = self.measures.exclusive_buffers
        return buffers.shared if buffers else None

    @property
    def rows_removed(self) -> float | None:
        """Rows read and thrown away over all loops: by filter, join filter and recheck; None when not analysed."""
        if self.actual is None:
            return None
        per_loop = (
            (self.rows_removed_by_filter or 0)
            + (self.rows_removed_by_join_filter or 0)
            + (self.rows_removed_by_index_recheck or 0)
        )
        return per_loop * self.actual.loops

    @property
    def estimate_factor(self) -> float | None:
        """Actual ÷ planned rows of one loop, both counted as at least one row; None when never executed or unknown."""
        if self.actual is None or self.estimate is None or self.actual.loops == 0:
            return None
        return max(self.actual.rows, 1.0) / max(self.estimate.rows, 1.0)

    def walk(self) -> Iterator[Node]:
        """The node and all below it, depth first, in the order of EXPLAIN's text."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    name: str
    relation: str | None
    constraint: str | None
    total_ms: float | None
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Jit:
    functions: int
    total_ms: float | None
    options: Mapping[str, bool] = field(default_factory=dict)
    timing: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serialization:
    """Since 17, SERIALIZE: what turning the result into text or binary cost."""

    time_ms: float | None
    output_kb: int
    format: str
    buffers: Buffers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Explained, Shown):
    """One plan: the tree and what EXPLAIN says beside it."""

    root: Node
    planning_ms: float | None = None
    execution_ms: float | None = None
    planning_buffers: Buffers | None = None
    planning_memory_bytes: int | None = None
    triggers: tuple[Trigger, ...] = ()
    jit: Jit | None = None
    serialization: Serialization | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """Planner settings that differ from their default (SETTINGS)."""
    query_id: int | None = None
    query_text: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    keys: tuple[str, ...] = field(default=(), compare=False, repr=False)

    residual_ms: float | None = field(default=None, compare=False)
    """Root's total minus the sum of all exclusive times: what clamping at zero hid. 0.0 when nothing was clamped."""
    residual_shared_blocks: int | None = field(default=None, compare=False)

    def walk(self) -> Iterator[Node]:
        return self.root.walk()

    def node(self, number: int) -> Node:
        """The node of that number; KeyError when there is none."""
        for node in self.walk():
            if node.number == number:
                return node
        raise KeyError(number)

    @property
    def is_analyzed(self) -> bool:
        return self.root.actual is not None

    @property
    def total_ms(self) -> float | None:
        """Execution time as EXPLAIN states it, else the root's total."""
        return self.execution_ms if self.execution_ms is not None else self.root.total_ms

    @property
    def shape(self) -> str:
        """Fingerprint of the plan's shape: equal for plans that do the same thing in the same way, whatever the figures."""
        from perfkit.plan.shape import fingerprint

        return fingerprint(self.root)
