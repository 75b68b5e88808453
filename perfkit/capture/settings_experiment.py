"""One statement under several settings, run in turns: what each does to the plan, the blocks, the temporary files and the time."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.capture.capture import SAMPLING_SECONDS, bind_values, execution_ms, within
from perfkit.capture.environment import read_environment
from perfkit.capture.explain import analyze, plan_only, run_once, transaction_for
from perfkit.capture.values import Counters, Environment, Measurement, Query, Samples
from perfkit.db.catalog import read_catalog
from perfkit.db.session import Session
from perfkit.errors import CaptureTimeout, UsageError
from perfkit.progress import Progress, Silent
from perfkit.show import Shown
from perfkit.sql import refuse_unless_safe
from perfkit.sql.statement import Statement
from perfkit.stats import Judgement, judge_runs, not_judged
from perfkit.stats.how_often import COMPARED_TURNS
from perfkit.units import format_ms, format_ratio

AS_IT_IS = "as it is"

_PAIR = re.compile(r"\s*([a-zA-Z_][\w.]*)\s*=\s*(.+?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRun:
    """The statement under one choice of settings."""

    name: str
    """The settings as they were given; ``as it is`` for none."""
    values: tuple[tuple[str, str], ...]
    measurement: Measurement
    times: Judgement
    """Against the runs without any of the settings."""
    is_other_plan: bool
    """Whether the plan has another shape than without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsExperiment(Shown):
    """What some settings do to one statement; saved as ``perfkit.settings_experiment/1``."""

    query: Query
    environment: Environment
    before: Measurement
    """Without any of the settings."""
    runs: tuple[SettingsRun, ...]
    """One for each choice, in the order given."""

    @property
    def faster(self) -> tuple[SettingsRun, ...]:
        """The choices that made it faster beyond doubt, the fastest first."""
        found = [run for run in self.runs if run.times.verdict == "faster" and run.times.ratio]
        return tuple(sorted(found, key=lambda run: run.times.ratio.median if run.times.ratio else 1.0))

    @property
    def verdict(self) -> str:
        """What it comes to, in a sentence."""
        best = next(iter(self.faster), None)
        if best is not None and best.times.ratio is not None:
            times = f"{format_ms(self.before.typical_ms)} → {format_ms(best.measurement.typical_ms)}"
            spared = (self.before.counters.temp_blocks or 0) > 0 and not best.measurement.counters.temp_blocks
            files = ", without temporary files" if spared else ""
            return (
                f"With {best.name} it is {format_ratio(1 / best.times.ratio.median)} as fast ({times}){files}"
            )
        ended = [run.name for run in self.runs if run.measurement.ended_after_ms is None]
        if self.before.ended_after_ms is not None and ended:
            return f"As it is it does not end in time; with {', '.join(ended)} it does"
        number = len(self.runs)
        return (
            f"None of the {number} choices of settings makes it faster"
            if number > 1
            else "It is not faster with that setting"
        )


def read_settings(given: str) -> tuple[tuple[str, str], ...]:
    """Names and values of one choice, several of them divided by semicolons.

    >>> read_settings("work_mem = 64MB; jit=off")
    (('work_mem', '64MB'), ('jit', 'off'))
    """
    pairs = []
    for part in filter(str.strip, given.split(";")):
        match = _PAIR.fullmatch(part)
        if match is None:
            raise UsageError(f"a setting is given as name=value, got {part.strip()!r}")
        pairs.append((match[1].lower(), match[2].strip("'")))
    if not pairs:
        raise UsageError("a choice of settings is empty; write name=value")
    return tuple(pairs)


def try_settings(
    session: Session,
    statement: Statement,
    parameters: Sequence[object],
    choices: Sequence[str],
    *,
    rounds: int = COMPARED_TURNS,
    allow_writes: bool = False,
    progress: Progress | None = None,
) -> SettingsExperiment:
    """Run the statement 2 + ``rounds`` times as it is and under each choice of settings, such as ``work_mem=64MB``, in turns.

    Settings are set for one transaction each, which is rolled back. UsageError for a choice that is none; what the server says of
    a setting or a value is raised as CaptureError.
    """
    refuse_unless_safe(statement, allow_writes=allow_writes)
    if not choices:
        raise UsageError("no settings were given; give at least one, such as work_mem=64MB")
    arms = {AS_IT_IS: ()} | {choice: read_settings(choice) for choice in choices}
    tried = _Tried(session, statement, bind_values(statement, parameters))
    shown = progress or Silent()
    with session.transaction():
        environment = read_environment(session, read_catalog(session, ()))
    with shown.stage("warm up under each setting", total=len(arms)) as advance:
        for name, values in arms.items():
            tried.begin(name, values)
            advance()
    with shown.stage("run all in turns", total=rounds) as advance:
        for turn in within(SAMPLING_SECONDS * len(arms) / 2, rounds):
            order = list(arms)
            random.Random(turn).shuffle(order)
            for name in order:
                tried.sample(name, arms[name])
            advance()
    measured = {name: tried.measurement(name) for name in arms}
    base = measured[AS_IT_IS]
    return SettingsExperiment(
        query=Query(
            text=statement.text,
            fingerprint=statement.fingerprint,
            kind=statement.kind,
            parameters=tried.parameters,
        ),
        environment=environment,
        before=base,
        runs=tuple(
            SettingsRun(
                name=name,
                values=values,
                measurement=measured[name],
                times=_judged(base, measured[name]),
                is_other_plan=measured[name].plan.shape != base.plan.shape,
            )
            for name, values in arms.items()
            if name != AS_IT_IS
        ),
    )


def _judged(before: Measurement, after: Measurement) -> Judgement:
    ended = [
        name for name, one in (("as it is", before), ("with it", after)) if one.ended_after_ms is not None
    ]
    if ended:
        return not_judged(f"the statement did not end in time {' and '.join(ended)}")
    return judge_runs(before.samples.values, after.samples.values)


class _Tried:
    """The runs so far. A statement that a timeout ends under some setting is kept as planned, and not run there again."""

    def __init__(self, session: Session, statement: Statement, parameters: tuple[str | None, ...]) -> None:
        self._session = session
        self._statement = statement
        self.parameters = parameters
        self._first: dict[str, Measurement] = {}
        self._times: dict[str, list[float]] = {}

    def begin(self, name: str, values: Sequence[tuple[str, str]]) -> None:
        """A warm-up, and a run with every node timed."""
        limit = self._session.target.limits.statement_timeout
        try:
            for _ in range(2):
                with transaction_for(self._session, self._statement):
                    self._set(values)
                    plan = analyze(self._session, self._statement, self.parameters)
            ended = None
        except CaptureTimeout:
            with transaction_for(self._session, self._statement):
                self._set(values)
                plan = plan_only(self._session, self._statement, self.parameters)
            ended = 1000 * (limit or 0.0)
        self._first[name] = Measurement(
            plan=plan, counters=Counters.of(plan), samples=Samples(values=()), ended_after_ms=ended
        )
        self._times[name] = []

    def sample(self, name: str, values: Sequence[tuple[str, str]]) -> None:
        if self._first[name].ended_after_ms is not None:
            return
        with transaction_for(self._session, self._statement):
            self._set(values)
            self._times[name].append(execution_ms(run_once(self._session, self._statement, self.parameters)))

    def measurement(self, name: str) -> Measurement:
        first = self._first[name]
        return Measurement(
            plan=first.plan,
            counters=first.counters,
            samples=Samples(values=tuple(self._times[name])),
            ended_after_ms=first.ended_after_ms,
        )

    def _set(self, values: Sequence[tuple[str, str]]) -> None:
        for name, value in values:
            self._session.rows("select set_config(%s, %s, true)", [name, value])
