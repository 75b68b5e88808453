"""What advice is: a remedy, its price, and what measuring it gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from perfkit.capture.values import Measurement
from perfkit.show import Shown

AdviceKind = Literal["index", "rewrite", "statistics", "maintenance", "setting", "schema", "application"]
ProofLevel = Literal["executed", "planned", "none"]
ProofVerdict = Literal["improves", "neutral", "harms", "inconclusive"]

BUDGET_SECONDS = 120.0
"""After this no further candidate is tried: an engineer waits two minutes, not ten."""

BUDGET_BYTES = 20 * 1024**3
"""A database larger than this is not cloned unasked: it would take minutes and fill disks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One statement of a remedy. Its kind says how it is tried: a ``rewrite`` takes the statement's place, a ``setting`` is
    SET for the session that runs it, everything else changes the database."""

    kind: AdviceKind
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCost:
    """What writing one row costs without the change (before) and with it (after). None means not measurable here."""

    rows: int
    """Of the batch."""
    wal_bytes_before: float | None = None
    """Of an INSERT; since 13."""
    wal_bytes_after: float | None = None
    """None also within one transaction under wal_level minimal, where an index made in it writes no WAL."""
    ms_before: float | None = None
    """Of an INSERT, the least of the rounds."""
    ms_after: float | None = None
    updated_column: str | None = None
    """The column the updates changed: the first one in the new indexes that no unique index holds."""
    update_wal_bytes_before: float | None = None
    update_wal_bytes_after: float | None = None
    hot_share_before: float | None = None
    """Share of the updates that wrote no index, on pages that have room for it."""
    hot_share_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a remedy costs to have. None means not measured."""

    size_bytes: int | None = None
    build_ms: float | None = None
    safe_sql: str | None = None
    """The form for a busy server: CONCURRENTLY, lock_timeout."""
    write_cost: WriteCost | None = None
    """Of an index; None also where there was no clone to write to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bystander:
    """Another statement of the workload, run with and without the remedy."""

    sql: str
    verdict: ProofVerdict
    before_ms: float
    after_ms: float
    """Medians."""
    blocks_ratio: float | None
    """After ÷ before; None when a side is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What trying a remedy gave. Ratios are after ÷ before: below one is better; None when a side is unknown."""

    level: ProofLevel
    verdict: ProofVerdict
    before: Measurement | None = None
    after: Measurement | None = None
    blocks_ratio: float | None = None
    time_ratio: float | None = None
    """Of the medians."""
    time_ratio_low: float | None = None
    """Lower end of the 95 % bootstrap interval of the ratio of medians."""
    time_ratio_high: float | None = None
    same_result: bool | None = None
    """None when results cannot be compared: volatile functions, LIMIT without a total order; or were not."""
    not_compared: str = ""
    """Why they were not, where more is known than that they cannot be."""
    reason: str = ""
    """The verdict in one sentence with its figures."""
    bystanders: tuple[Bystander, ...] = ()
    """What became of the other statements; empty where none were given or the remedy was not worth it."""


UNPROVEN = Proof(level="none", verdict="inconclusive", reason="not tried")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A remedy worth trying, before anything was measured."""

    kind: AdviceKind
    sql: str
    """Complete and runnable as it stands."""
    rationale: str
    cures: tuple[str, ...] = ()
    """Ids of the findings it answers."""
    relation: str | None = None
    """``schema.table`` it changes."""
    safe_sql: str | None = None
    undo_sql: str | None = None
    """The way back; None where nothing is to be undone."""
    steps: tuple[Step, ...] = ()
    """The statements in their order where it takes several, or ones of several kinds; ``sql`` then joins them."""
    conditions: tuple[str, ...] = ()
    """What makes a rewrite equal to the statement, as the catalog has it: ``projects.id is unique``."""
    caveats: tuple[str, ...] = ()
    """What a reader must know before acting: what the catalog cannot show, a contract with callers that changes."""
    values_sql: str | None = None
    """A query whose one row gives the values of the parameters that a rewrite has beyond the statement's own: the last
    row of the page before, for a keyset."""
    is_literal: bool = False
    """A rewrite with the values of this call written where the statement has parameters."""
    one_of: str | None = None
    """Name of a group in the order of their price, of which the first that helps is enough: work_mem of 8, 16, 32 MB."""
    measured: tuple[Measurement, Measurement] | None = None
    """Before and after, where the capture measured both in turns already; it is then not tried again."""
    ends_spill: bool = False
    """It is of use only where it leaves no temporary file."""
    is_out_of_sight: bool = False
    """Statements inside a trigger's function use it, which no plan shows."""

    @property
    def parts(self) -> tuple[Step, ...]:
        return self.steps or (Step(kind=self.kind, sql=self.sql),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Shown):
    """A remedy with its proof. ``id`` is stable within an investigation: ``index-1``."""

    id: str
    kind: AdviceKind
    sql: str
    rationale: str
    price: Price
    proof: Proof
    steps: tuple[Step, ...] = ()
    cures: tuple[str, ...] = ()
    relation: str | None = None
    """``schema.table`` it changes; None where it is none, or several."""
    undo_sql: str | None = None
    conditions: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Shown):
    """A candidate that did not help, and why: worth as much as advice."""

    sql: str
    kind: AdviceKind
    reason: str
    proof: Proof | None = field(default=None)
