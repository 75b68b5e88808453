"""Many runs at once: each notebook in a fresh kernel, the runs in whatever executor the caller has."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfkit.errors import PerfkitError, UsageError
from perfkit.report.notebooks import find, read
from perfkit.report.outcome import Run
from perfkit.report.parameters import bind, parameters_of
from perfkit.report.stop import is_called_off, note_signals
from perfkit.report.targets import FleetTarget

_CALLED_OFF = "it was called off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run to be made; everything in it can be pickled."""

    name: str
    notebook: str
    """Name of one that comes with perfkit, or a path."""
    folder: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables for the kernel alone."""
    timeout: float | None = None
    redact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutcome:
    """What became of a job. ``run`` is None where none came about: ``error`` then says why, in a sentence."""

    job: Job
    run: Run | None = None
    error: str = ""

    @property
    def is_ok(self) -> bool:
        return self.run is not None and self.run.is_ok

    @property
    def sentence(self) -> str:
        return self.run.sentence if self.run is not None else f"{self.job.name} was not run: {self.error}"


def run_job(job: Job) -> JobOutcome:
    """Make the run; a fault of perfkit's is told in the outcome, as an exception might not travel."""
    from perfkit.report.run import run_notebook

    if is_called_off():
        return JobOutcome(job=job, error=_CALLED_OFF)
    try:
        run = run_notebook(
            job.notebook,
            job.parameters,
            job.folder,
            timeout=job.timeout,
            redact=job.redact,
            environment=job.environment,
        )
    except PerfkitError as error:
        return JobOutcome(job=job, error=str(error))
    finally:
        if threading.current_thread() is not threading.main_thread():
            _close_loop()
    return JobOutcome(job=job, run=run)


def _close_loop() -> None:
    """The event loop that nbclient made for this thread, and would leave open."""
    with suppress(RuntimeError):
        asyncio.get_event_loop().close()
        asyncio.set_event_loop(None)


def run_many(
    jobs: Sequence[Job], executor: Executor, on_done: Callable[[JobOutcome], None] | None = None
) -> tuple[JobOutcome, ...]:
    """Make all runs through an executor: of processes, of a cluster (Dask's ``client.get_executor()``), of threads.

    ``on_done`` hears of each as it ends. Runs through threads cannot be interrupted by signals. Give runs that measure times
    on one server an executor with one worker: beside each other they slow each other down. UsageError, before anything
    is run, for a notebook or parameter that does not fit.
    """
    for job in jobs:
        _check(job)
    futures = {executor.submit(run_job, job): job for job in jobs}
    try:
        found = {job.name: outcome for job, outcome in _ended(futures, on_done)}
    except KeyboardInterrupt:
        for future in futures:
            future.cancel()
        raise
    return tuple(found[job.name] for job in jobs)


def run_in_processes(
    jobs: Sequence[Job], workers: int, on_done: Callable[[JobOutcome], None] | None = None
) -> tuple[JobOutcome, ...]:
    """The same in processes of this machine. Ctrl-C and SIGTERM are passed on once to each run, which cleans up and writes what it
    reached, before they are raised here."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_stand_alone) as executor:
        try:
            return run_many(jobs, executor, on_done)
        except KeyboardInterrupt:
            for process in multiprocessing.active_children():
                if process.pid is not None:
                    os.kill(process.pid, signal.SIGTERM)
            executor.shutdown(wait=True, cancel_futures=True)
            raise


def jobs_for(
    notebook: str,
    targets: Iterable[FleetTarget],
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    timeout: float | None = None,
    redact: bool = False,
) -> tuple[Job, ...]:
    """A job for each target, in a folder of its name; a target's own parameters go before the common ones."""
    declared = {one.name for one in parameters_of(read(find(notebook)), notebook)}
    jobs = []
    for target in targets:
        given = {**parameters, **target.parameters}
        environment = {}
        if target.service:
            environment["PERFKIT_DSN"] = "service='{}'".format(target.service.replace("'", r"\'"))
            given = {name: "" for name in ("dataset", "dsn_variable") if name in declared} | given
        elif target.dsn_variable:
            if "dsn_variable" not in declared:
                raise UsageError(f"{notebook} takes no dsn_variable; give target {target.name} a service")
            given["dsn_variable"] = target.dsn_variable
        jobs.append(
            Job(
                name=target.name,
                notebook=notebook,
                folder=folder / target.name,
                parameters=given,
                environment=environment,
                timeout=timeout,
                redact=redact,
            )
        )
    return tuple(jobs)


def _check(job: Job) -> None:
    path = find(job.notebook)
    try:
        bind(parameters_of(read(path), path.name), job.parameters, path.name)
    except UsageError as error:
        raise UsageError(f"{job.name}: {error}") from None


def _ended(
    futures: Mapping[Future[JobOutcome], Job], on_done: Callable[[JobOutcome], None] | None
) -> Iterable[tuple[Job, JobOutcome]]:
    for future in as_completed(futures):
        job = futures[future]
        try:
            outcome = future.result()
        except CancelledError:
            outcome = JobOutcome(job=job, error=_CALLED_OFF)
        except Exception as error:  # whatever an executor says of a worker that is gone
            outcome = JobOutcome(
                job=job, error=f"its worker ended: {type(error).__name__}: {error}".rstrip(": ")
            )
        if on_done is not None:
            on_done(outcome)
        yield job, outcome


def _stand_alone() -> None:
    """A worker apart from the terminal's process group: Ctrl-C reaches it once, through its parent."""
    if hasattr(os, "setsid"):
        os.setsid()
    note_signals()
