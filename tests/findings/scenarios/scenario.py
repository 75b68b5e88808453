"""What is recorded for each rule: a database, a statement that must be found out, and one that must pass.

``setup`` runs in a copy of the base database, statement by statement; ``query`` is the one that fires. Then ``cure`` runs,
and ``clean`` (the same statement where none is given) is the one that passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SERIAL = {"max_parallel_workers_per_gather": "0"}
PARALLEL = {
    "max_parallel_workers_per_gather": "2",
    "parallel_setup_cost": "0",
    "min_parallel_table_scan_size": "0",
}

BASE = (
    "create extension pg_trgm",
    "create table projects (id int primary key, name text not null, owner_id int)",
    "insert into projects select i, 'project ' || i, nullif(i % 50, 0) from generate_series(1, 500) as i",
    """create table issues (id int primary key, project_id int not null, author_id int not null, state smallint not null,
    created_at timestamptz not null, title varchar(80) not null, labels text[] not null, data jsonb not null)""",
    """insert into issues select i, i * 7919 % 500 + 1, i::bigint * 104729 % 2000 + 1, (i % 50 = 0)::int,
    timestamptz '2024-01-01 00:00Z' + i * interval '5 minutes', 'Issue ' || md5(i::text), array['l' || i % 300],
    jsonb_build_object('ref', i % 5000, 'kind', 'k' || i % 400) from generate_series(1, 80000) as i""",
    "alter table issues set (autovacuum_enabled = off)",
    "vacuum analyze",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    id: str
    query: str
    setup: tuple[str, ...] = ()
    cure: tuple[str, ...] = ()
    clean: str | None = None
    settings: Mapping[str, str] = field(default_factory=lambda: SERIAL)
    clean_settings: Mapping[str, str] | None = None
    writes: bool = False
    prepared: str | None = None
    """Prepared as ``recorded`` in the session; ``query`` executes it."""
    blocker: str | None = None
    """Runs in a transaction of another session, which goes on until ``query`` has waited for a while."""
    pasted_only: bool = False
    """Recorded as text only: perfkit refuses to capture an EXECUTE, and one run that waits tells nothing of a capture."""
    variant: str = ""
    """Tells several scenarios of one id apart; the one without is the main one."""
    needs_llvm_icu: bool = False
    """The wheel's server has neither: such a scenario is recorded from another one."""

    @property
    def name(self) -> str:
        return f"{self.id}.{self.variant}" if self.variant else self.id
