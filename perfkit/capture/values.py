"""What a capture is: one EXPLAIN (ANALYZE) with its surroundings, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from perfkit.capture.waits import Waits
from perfkit.catalog import Catalog
from perfkit.chain import Explained
from perfkit.plan.model import Plan
from perfkit.show import Shown
from perfkit.sql.session_setup import NO_SETUP, SessionSetup
from perfkit.stats import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What a statement touched: figures that hardly move between runs. None without BUFFERS or ANALYZE."""

    shared_blocks: int | None
    """hit + read"""
    shared_read_blocks: int | None
    temp_blocks: int | None
    """read + written"""
    rows: float | None
    rows_removed: float | None
    wal_bytes: int | None = None

    @classmethod
    def of(cls, plan: Plan) -> Counters:
        root, buffers = plan.root, plan.root.buffers
        removed = [node.rows_removed for node in plan.walk()]
        return cls(
            shared_blocks=buffers.shared if buffers else None,
            shared_read_blocks=buffers.shared_read if buffers else None,
            temp_blocks=buffers.temp if buffers else None,
            rows=root.total_rows,
            rows_removed=None if root.actual is None else sum(rows or 0 for rows in removed),
            wal_bytes=root.wal.bytes if root.wal else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Execution times of the same statement, in the order they were taken."""

    values: tuple[float, ...]
    unit: str = "ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Explained, Shown):
    """How one statement ran in one state of the database."""

    plan: Plan
    counters: Counters
    samples: Samples
    ended_after_ms: float | None = None
    """When a timeout ended the statement, which then has a plan without figures and no samples; None when it finished."""

    @property
    def typical_ms(self) -> float | None:
        """Median of the samples, else what EXPLAIN measured; of an ended statement the time it was given, which it would
        have passed. None where nothing was timed."""
        if self.samples.values:
            return median(self.samples.values)
        return self.plan.total_ms if self.ended_after_ms is None else self.ended_after_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Which generated data a database holds, where perfkit loaded it."""

    name: str
    scale: float
    seed: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Shown):
    """Where and when a capture was made, as far as it bears on repeating it. Never a host's password."""

    server_version: str
    server_version_num: int
    database: str
    settings: Mapping[str, str]
    """Every setting that is not at its default, with its unit."""
    extensions: Mapping[str, str]
    """Installed extensions and their versions."""
    perfkit_version: str
    captured_at: str
    """ISO 8601, UTC."""
    dataset: Dataset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Shown):
    """The statement as given, how it is told apart, and its parameters."""

    text: str
    fingerprint: str
    kind: str
    parameters: tuple[str | None, ...] = ()
    """Bind values of $1 … as text, None for NULL."""


PlanChoice = Literal["custom", "generic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPlans:
    """A prepared statement's two plans for the same values: made for these values, and made for any."""

    mode: str
    """plan_cache_mode of the session after its setup."""
    chosen: PlanChoice
    """The plan that the server uses, or settles on after five executions."""
    reason: str
    """Why that one, in a few words."""
    is_in_use: bool
    """Whether the session runs the statement prepared, or plan_cache_mode was set; else a driver may or may not do so."""
    custom: Measurement
    generic: Measurement
    is_generic_finished: bool = True
    """False where the generic plan was ended by a timeout; it is then shown without figures."""
    generic_limit_ms: float | None = None
    """The timeout that ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Explained, Shown):
    """One statement captured: its plan, its samples, what the catalog and the server looked like."""

    query: Query
    measurement: Measurement
    environment: Environment
    catalog: Catalog
    notes: tuple[str, ...] = field(default=())
    """What a reader must know: an option the server lacks, a relation that could not be read, …"""
    setup: SessionSetup = NO_SETUP
    """What the session did before."""
    waits: Waits | None = None
    """What the warm-up waited for; None in captures that were saved before perfkit watched."""
    prepared: PreparedPlans | None = None
    """None where the statement has no parameters, or one plan serves them all."""

    @property
    def plan(self) -> Plan:
        return self.measurement.plan

    @property
    def samples(self) -> Samples:
        return self.measurement.samples
