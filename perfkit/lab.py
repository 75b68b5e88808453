"""The lab: what ``perfkit.connect()`` returns. Each method is one call into a room below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from perfkit.advise import BUDGET_BYTES, BUDGET_SECONDS
from perfkit.capture.capture import DEFAULT_RUNS, capture
from perfkit.capture.given import Given, read_given, resolve
from perfkit.capture.values import Capture
from perfkit.db.session import Session
from perfkit.db.target import Limits, Target, conninfo_from_environment
from perfkit.errors import UsageError
from perfkit.progress import Progress, Silent, progress_for_here
from perfkit.redact import learn
from perfkit.sql import parse_statement
from perfkit.stats.how_often import COMPARED_TURNS, COUNTED_RUNS, TIMED_TURNS

if TYPE_CHECKING:
    from perfkit.capture.plan_diagram import PlanDiagram
    from perfkit.capture.sensitivity import Sensitivity
    from perfkit.capture.settings_experiment import SettingsExperiment
    from perfkit.change_trial import ChangeTrial
    from perfkit.comparison import Comparison
    from perfkit.gate import GateReport
    from perfkit.health import Health
    from perfkit.index_advice import IndexAdvice, Wishes
    from perfkit.investigation import Investigation
    from perfkit.workload.queries import Workload
    from perfkit.workload_survey import Survey

DEFAULT_SCALE = 0.1


def connect(
    dsn: str | None = None,
    *,
    dataset: str | None = None,
    scale: float | None = None,
    scratch: bool = False,
    statement_timeout: float | None = 60.0,
    progress: bool = True,
) -> Lab:
    """Open a lab on a database.

    ``dsn`` is a libpq string or URI; without it PERFKIT_DSN, then libpq's own variables and service files, and when
    they say nothing the embedded server, which is started where it does not run. ``dataset`` names a data set on the
    embedded server, loaded first where it is missing, at ``scale`` (default 0.1). ``scratch`` declares that perfkit
    may change the database; the embedded server's are. ``statement_timeout`` in seconds ends any single statement;
    None leaves the server's.

    Raises UsageError and ServerError. Holds no connection: each method opens one for as long as it works.
    """
    if dsn is not None and dataset is not None:
        raise UsageError("give either a dsn or a dataset: a dataset lives on the embedded server")
    if scale is not None and dataset is None:
        raise UsageError("scale goes with dataset")
    shown = progress_for_here() if progress else Silent()
    limits = Limits(statement_timeout=statement_timeout)
    conninfo = dsn if dsn is not None else None if dataset else conninfo_from_environment()
    if conninfo is not None:
        target = Target(conninfo=conninfo, is_scratch=scratch, limits=limits)
    else:
        target = replace(_embedded(dataset, DEFAULT_SCALE if scale is None else scale, shown), limits=limits)
    lab = Lab(target, shown)
    lab.check()
    return lab


def _embedded(dataset: str | None, scale: float, progress: Progress) -> Target:
    from perfkit.db.servers import server

    embedded = server()
    with progress.stage("start the embedded server"):
        embedded.start()
    database = "postgres"
    if dataset is not None:
        from perfkit.dataset import load

        with progress.stage(f"load data set {dataset} at scale {scale:g}, where missing"):
            database = load(dataset, embedded.conninfo, scale=scale).database
    return Target(conninfo=embedded.conninfo(database), is_scratch=True)


class Lab:
    """A database to work on: captures, comparisons, investigations."""

    def __init__(self, target: Target, progress: Progress | None = None) -> None:
        self.target = target
        self.progress: Progress = progress or Silent()

    def __repr__(self) -> str:
        return f"<Lab on {self.target}{', scratch' if self.target.is_scratch else ''}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open between calls; here so that a lab can stand in a ``with`` block."""

    def check(self) -> None:
        """Connect and let go; ServerError says why the database cannot be reached."""
        self.session().close()

    def session(self, purpose: str = "session") -> Session:
        """A guarded session of one's own; use it in a ``with`` block."""
        return Session.open(self.target, purpose=purpose)

    def explain(
        self,
        sql: str,
        params: Sequence[object] = (),
        *,
        runs: int = DEFAULT_RUNS,
        allow_writes: bool = False,
        setup: str = "",
    ) -> Capture:
        """Capture how PostgreSQL runs a statement: runs it 2 + ``runs`` times; a writing one needs ``allow_writes``
        and is rolled back. ``params`` are the values of ``$1``, ``$2``, … ``setup`` holds statements that the session
        runs before: SET, PREPARE, temporary tables. ``sql`` may be an EXECUTE of what is prepared there."""
        learn(sql, params)
        given = self._resolved(read_given(sql, params, setup))
        with self.session("capture") as session:
            return capture(
                session,
                parse_statement(given.text),
                given.parameters,
                runs=runs,
                allow_writes=allow_writes,
                setup=given.setup,
                prepared_name=given.prepared.name if given.prepared else None,
                progress=self.progress,
            )

    def _resolved(self, given: Given) -> Given:
        """The statement behind an EXECUTE with its values; the server is asked only about one."""
        if given.prepared is None:
            return given
        with self.session("setup") as session:
            return resolve(session, given)

    def compare(
        self,
        before: str | Capture,
        after: str | Capture,
        params: Sequence[object] = (),
        *,
        params_after: Sequence[object] | None = None,
        runs: int = COMPARED_TURNS,
        allow_writes: bool = False,
    ) -> Comparison:
        """Run two statements in turns and compare their plans, counters, times and rows; "too noisy to tell" is an answer.

        Runs each 3 + ``runs`` times; writing ones need ``allow_writes`` and are rolled back. ``params`` are the values of
        ``$1``, ``$2``, … of both, ``params_after`` those of the second where they differ. A capture stands for its
        statement with its parameters. One statement before and after a change of the database cannot be run in turns:
        for that, ``perfkit.diff`` compares two captures as they were taken.
        """
        from perfkit.comparison.turns import arm_of, compare_in_turns

        for side in (before, after):
            if isinstance(side, str):
                learn(side, [*params, *(params_after or ())])
        one = arm_of(before, params)
        other = arm_of(after, params if params_after is None else params_after)
        if isinstance(before, Capture) and isinstance(after, Capture) and one == other:
            raise UsageError(
                "both captures are of one statement with the same parameters, which would be run against itself;"
                " perfkit.diff(before, after) compares what they recorded"
            )
        with self.session("comparison") as session:
            return compare_in_turns(
                session, one, other, runs=runs, allow_writes=allow_writes, progress=self.progress
            )

    def investigate(
        self,
        sql: str,
        params: Sequence[object] = (),
        *,
        runs: int = DEFAULT_RUNS,
        allow_writes: bool = False,
        budget_seconds: float = BUDGET_SECONDS,
        budget_bytes: int = BUDGET_BYTES,
        workload: Sequence[str] = (),
        setup: str = "",
        parameter_sets: Sequence[Sequence[object]] = (),
    ) -> Investigation:
        """Find out why a statement is slow and prove what cures it; see ``perfkit.investigation.investigate``.

        ``setup`` holds statements that the session runs before: SET, PREPARE, temporary tables; ``sql`` may be an EXECUTE of
        what is prepared there. Of several ``parameter_sets`` the worst is investigated and all are compared. ``sql`` may
        also be a script of several statements or a slice of a server's log: then patterns between the statements are
        looked for, and the statement with the most time in all is investigated. ``workload`` are other statements that
        a remedy must not slow down.
        """
        learn(sql, params)
        from perfkit.workload.read import read_recording

        recording = read_recording(sql, setup)
        if recording is not None:
            from perfkit.session_investigation import investigate_session

            return investigate_session(
                self.target,
                recording,
                runs=runs,
                allow_writes=allow_writes,
                budget_seconds=budget_seconds,
                progress=self.progress,
            )
        from perfkit.investigation import investigate

        if parameter_sets:
            params = parameter_sets[0]
        given = self._resolved(read_given(sql, params, setup))
        return investigate(
            self.target,
            parse_statement(given.text),
            given.parameters,
            setup=given.setup,
            prepared_name=given.prepared.name if given.prepared else None,
            parameter_sets=parameter_sets,
            runs=runs,
            allow_writes=allow_writes,
            budget_seconds=budget_seconds,
            budget_bytes=budget_bytes,
            others=[parse_statement(other) for other in workload],
            progress=self.progress,
        )

    def sensitivity(
        self,
        sql: str,
        parameter_sets: Sequence[Sequence[object]],
        *,
        allow_writes: bool = False,
        setup: str = "",
    ) -> Sensitivity:
        """Run one statement with several sets of values, twice each, and compare plans, times and blocks; where the generic plan is
        another, with that too."""
        from perfkit.capture.sensitivity import measure_sensitivity

        if not parameter_sets:
            raise UsageError("no sets of parameters were given; give one, or let plan_diagram choose")
        for values in parameter_sets:
            learn(sql, values)
        given = self._resolved(read_given(sql, parameter_sets[0], setup))
        with self.session("sensitivity") as session:
            return measure_sensitivity(
                session,
                parse_statement(given.text),
                parameter_sets,
                allow_writes=allow_writes,
                setup=given.setup,
                prepared_name=given.prepared.name if given.prepared else None,
                progress=self.progress,
            )

    def plan_diagram(
        self,
        sql: str,
        params: Sequence[object] = (),
        *,
        parameter_sets: Sequence[Sequence[object]] = (),
        allow_writes: bool = False,
        setup: str = "",
    ) -> PlanDiagram:
        """Plan one statement over a grid of values of its one or two parameters that matter, and run both sides of where the plan
        flips; see ``perfkit.capture.plan_grid.measure_plan_diagram``.

        perfkit takes the values from the statistics of the columns that the parameters are compared with, but for those that
        ``params`` gives: None stands for one that it is to choose. Of ``parameter_sets`` come the values that it finds nowhere.
        """
        from perfkit.capture.plan_grid import measure_plan_diagram

        for values in (params, *parameter_sets):
            learn(sql, values)
        given = self._resolved(read_given(sql, params, setup))
        executed = () if params or not given.parameters else (given.parameters,)
        with self.session("plan diagram") as session:
            return measure_plan_diagram(
                session,
                parse_statement(given.text),
                params,
                (*executed, *parameter_sets),
                allow_writes=allow_writes,
                setup=given.setup,
                prepared_name=given.prepared.name if given.prepared else None,
                progress=self.progress,
            )

    def try_settings(
        self,
        sql: str,
        params: Sequence[object] = (),
        settings: Sequence[str] = (),
        *,
        runs: int = COMPARED_TURNS,
        allow_writes: bool = False,
    ) -> SettingsExperiment:
        """Run a statement as it is and under each choice of settings (``"work_mem=64MB"``, ``"jit=off; work_mem=1MB"``) in turns, 2 +
        ``runs`` times each. Settings last one transaction each."""
        from perfkit.capture.settings_experiment import try_settings

        learn(sql, params)
        with self.session("settings") as session:
            return try_settings(
                session,
                parse_statement(sql),
                params,
                settings,
                rounds=runs,
                allow_writes=allow_writes,
                progress=self.progress,
            )

    def survey(self, workload: str | Path | Workload | None = None, *, top: int = 10) -> Survey:
        """What the first statements of a workload cost here and what their plans show; ``workload`` as for ``advise``. Runs each
        four times, none that writes."""
        from perfkit.workload.queries import Workload
        from perfkit.workload_survey import survey

        found = workload if isinstance(workload, Workload) else self.workload(workload)
        return survey(self.target, found, top, self.progress)

    def health(self) -> Health:
        """What the catalog and the server's counters say is amiss; nothing is run but queries of these."""
        from perfkit.health import examine_health

        return examine_health(self.target, self.progress)

    def try_change(
        self,
        sql: str,
        change: str,
        params: Sequence[object] = (),
        *,
        runs: int = DEFAULT_RUNS,
        allow_writes: bool = False,
        setup: str = "",
    ) -> ChangeTrial:
        """Run a statement with and without a change, CREATE INDEX or SET, and say whether it helps; nothing of it stays. See
        ``perfkit.change_trial.try_change``."""
        from perfkit.change_trial import try_change

        given = self._resolved(read_given(sql, params, setup))
        return try_change(
            self.target,
            parse_statement(given.text),
            change,
            given.parameters,
            runs=runs,
            allow_writes=allow_writes,
            setup=given.setup,
            prepared_name=given.prepared.name if given.prepared else None,
            progress=self.progress,
        )

    def workload(self, path: str | Path | None = None) -> Workload:
        """The statements of a folder of .sql files, a script, a log or a workload file; without a path those that
        pg_stat_statements has counted in this database."""
        from perfkit.workload.read import read_workload
        from perfkit.workload.statements import read_statements

        if path is not None:
            return read_workload(Path(path))
        with self.session("workload") as session:
            return read_statements(session)

    def advise(
        self,
        workload: str | Path | Workload | None = None,
        *,
        wishes: Wishes | None = None,
        seconds: float = 120.0,
        budget_bytes: int = BUDGET_BYTES,
    ) -> IndexAdvice:
        """Choose the indexes for a whole workload; see ``perfkit.index_advice.advise``.

        ``workload`` is the path of a folder of .sql files, a script, a log or a workload file, or a workload; None takes the
        statements that pg_stat_statements has counted.
        """
        from perfkit.index_advice import advise
        from perfkit.workload.queries import Workload

        found = workload if isinstance(workload, Workload) else self.workload(workload)
        return advise(
            self.target, found, wishes, seconds=seconds, budget_bytes=budget_bytes, progress=self.progress
        )

    def gate(
        self,
        queries: str | Path | None,
        *,
        baseline: str | Path | None = None,
        config: str | Path | None = None,
        log: str | Path | None = None,
        against: str | None = None,
        timing: bool = False,
        runs: int = COUNTED_RUNS,
        turns: int = TIMED_TURNS,
        allow_writes: bool = False,
        strict: bool = False,
    ) -> GateReport:
        """Hold a folder of .sql files against its baselines, ``queries/baseline`` where no other folder is named.

        Each statement runs 1 + ``runs`` times and is rolled back; one that writes does so on a clone of a scratch
        database, elsewhere with ``allow_writes``, and else is only planned. ``config`` holds tolerances (``queries/gate.toml`` where there is one). ``log`` is a server's
        log whose unknown statements are looked at too. ``against`` is the DSN of a second database: with ``timing`` each
        statement also runs in turns on both, in batches of ``turns`` until two agree; without, what it does there stands for the baselines.
        """
        from perfkit.gate.asked import read_asked
        from perfkit.gate.run import Turns, baselines_of, run_gate

        paths = (None if one is None else Path(one) for one in (queries, baseline, config, log))
        if timing and against is None:
            raise UsageError(
                "times are compared with a second database alone: name it with against (--against DSN)"
            )
        if against is not None and not timing and baseline is not None:
            raise UsageError(
                "against takes the place of baselines; leave out baseline, or ask for timing (--timing)"
            )
        asked = read_asked(*paths)
        timed = None
        if against is not None:
            other = Target(conninfo=against, is_scratch=False, limits=self.target.limits)
            if timing:
                timed = Turns(against=other, turns=turns)
            else:
                found = baselines_of(
                    other, asked.queries, runs=runs, allow_writes=allow_writes, progress=self.progress
                )
                asked = replace(asked, baselines=found)
        return run_gate(
            self.target,
            asked,
            runs=runs,
            allow_writes=allow_writes,
            timing=timed,
            is_strict=strict,
            progress=self.progress,
        )
