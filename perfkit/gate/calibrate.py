"""How much each figure moves when nothing changes: every query against itself, and the tolerances that follow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from perfkit.db.target import Target
from perfkit.gate.baseline import Baseline
from perfkit.gate.observe import Observation
from perfkit.gate.queries import GateQuery
from perfkit.gate.rounds import observe_all
from perfkit.gate.tolerances import Allowed
from perfkit.plan.gate import FLOOR_BLOCKS, FLOOR_ROWS
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.stats.how_often import COUNTED_RUNS

SCHEMA = "perfkit.calibration/1"

_COUNTED: Final = (
    ("shared_blocks", "blocks", FLOOR_BLOCKS),
    ("temp_blocks", "temp", FLOOR_BLOCKS),
    ("rows", "rows", FLOOR_ROWS),
    ("rows_removed", "rows", FLOOR_ROWS),
)
"""Counter, its tolerance, and what it may move by in any case."""

_MARGIN: Final = 2.0
"""A few rounds do not show the worst; twice their spread is a fair guess."""

_STEP: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One counter of one query over all rounds."""

    counter: str
    low: float
    high: float

    @property
    def share(self) -> float:
        """By what part of the lowest the highest is above it."""
        return (self.high - self.low) / max(self.low, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """One query."""

    query: str
    rounds: int
    movements: tuple[Movement, ...]
    shapes: int
    """Different plans; 1 where it was the same each time."""
    unsteady_findings: tuple[str, ...]
    """Ids that were found in some rounds only."""
    failure: str | None = None
    """Why it could not be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration(Shown):
    """All queries; saved as ``perfkit.calibration/1``."""

    noises: tuple[Noise, ...]

    @property
    def toml(self) -> str:
        """Tables for gate.toml, of those queries that move by more than half of what is allowed; "" where none does."""
        return "\n".join(table for one in self.noises if (table := _table(one)))


def calibrate(
    target: Target,
    queries: Sequence[GateQuery],
    rounds: int,
    *,
    runs: int = COUNTED_RUNS,
    allow_writes: bool = False,
    progress: Progress | None = None,
) -> Calibration:
    """Observe every query ``rounds`` times, 1 + ``runs`` runs each; all queries in turn."""
    seen: dict[str, list[Baseline]] = {query.name: [] for query in queries}
    failures: dict[str, str] = {}
    shown = progress or Silent()
    with shown.stage("calibrate", total=rounds * len(queries)) as advance:
        for _ in range(rounds):
            _, observed = observe_all(target, queries, runs, allow_writes, advance)
            for name, found in observed.items():
                if isinstance(found, Observation):
                    seen[name].append(found.now)
                else:
                    failures[name] = str(found)
    return Calibration(noises=tuple(_noise(name, taken, failures.get(name)) for name, taken in seen.items()))


def _noise(query: str, taken: Sequence[Baseline], failure: str | None) -> Noise:
    ids = [{one.id for one in baseline.findings if one.severity != "info"} for baseline in taken]
    return Noise(
        query=query,
        rounds=len(taken),
        movements=tuple(
            Movement(counter=name, low=min(values), high=max(values))
            for name, _, _ in _COUNTED
            if (values := [value for one in taken if (value := getattr(one.counters, name)) is not None])
        ),
        shapes=len({one.shape for one in taken}),
        unsteady_findings=tuple(sorted(set[str]().union(*ids) - ids[0].intersection(*ids))) if ids else (),
        failure=failure,
    )


def _table(noise: Noise) -> str:
    """
    >>> print(_table(Noise(query="q", rounds=9, shapes=2, unsteady_findings=(), movements=(Movement(counter="rows", low=1000, high=1200),))))
    [query."q"]
    rows = 0.4
    shape = "any"
    <BLANKLINE>
    """
    lines: dict[str, float] = {}
    moved = {one.counter: one for one in noise.movements}
    for name, tolerance, floor in _COUNTED:
        one = moved.get(name)
        if one is None or one.high - one.low <= floor or one.share * _MARGIN <= getattr(Allowed(), tolerance):
            continue
        wanted = round(ceil(one.share * _MARGIN / _STEP - 1e-9) * _STEP, 2)
        lines[tolerance] = max(lines.get(tolerance, 0.0), wanted)
    said = [f"{name} = {value:g}" for name, value in lines.items()]
    if noise.shapes > 1:
        said.append('shape = "any"')
    if noise.unsteady_findings:
        said.append(f"findings = {json.dumps(list(noise.unsteady_findings))}")
    return "\n".join([f"[query.{json.dumps(noise.query)}]", *said, ""]) if said else ""
