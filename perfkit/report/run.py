"""Running a notebook: fresh kernel, bound parameters, and a truthful ``run.json`` before anything else is written."""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perfkit import __version__
from perfkit.progress import Progress, Silent
from perfkit.redact import TABLE_FILE
from perfkit.report.notebooks import available, digest_of, find, name_of, read, title_of
from perfkit.report.outcome import Failure, Run, Status
from perfkit.report.output import prepare, write_reports
from perfkit.report.parameters import Parameter, bind, parameters_of
from perfkit.report.publish import RUN_DIRECTORY, published, published_texts
from perfkit.report.secrets import passwords_in
from perfkit.report.stop import Stop

if TYPE_CHECKING:
    from perfkit.report.engine import Watch

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def run_notebook(
    notebook: str | Path,
    parameters: Mapping[str, object],
    output_directory: Path,
    *,
    timeout: float | None = None,
    redact: bool = False,
    environment: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a notebook in a fresh kernel of this interpreter and write its reports.

    ``notebook`` is the name of one that comes with perfkit, or a path. ``output_directory`` gets run.json,
    report.ipynb, report.html and report.md, over those of an earlier run. ``timeout`` in seconds is for the whole run.
    ``redact`` masks the literals of statements, conditions and parameters in all of them.
    ``environment`` is added to the kernel's own.
    A notebook that fails is no exception: the run's ``status`` says so, and the reports hold what was reached.
    SIGINT and SIGTERM interrupt the kernel, so that its statements are cancelled on the server, before the run ends.

    Raises UsageError before anything is run: unknown notebook or parameter, a value that does not fit, a folder that
    cannot be written. ReportError where a file would hold a literal in spite of ``redact``; it is not written.
    """
    path = find(notebook)
    source = read(path)
    declared = parameters_of(source, path.name)
    given = bind(declared, parameters, path.name)
    prepare(output_directory)
    private = Path(tempfile.mkdtemp(prefix="perfkit-"))
    try:
        variables = dict(environment or {}) | {RUN_DIRECTORY: str(private)}
        if redact:
            variables[TABLE_FILE] = str(private / "redact.table")
        return _run(path, source, declared, given, output_directory, timeout, variables, progress or Silent())
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _run(
    path: Path,
    source: Mapping[str, Any],
    declared: tuple[Parameter, ...],
    given: Mapping[str, Any],
    output_directory: Path,
    timeout: float | None,
    environment: Mapping[str, str],
    progress: Progress,
) -> Run:
    watch, started, seconds = _execute(source, given, timeout, environment, progress)
    results = published(Path(environment[RUN_DIRECTORY]))
    status, failure = _judge(watch, source, timeout)
    run = Run(
        status=status,
        notebook=name_of(path),
        source=name_of(path) if path in available() else path.as_posix(),
        digest=digest_of(source),
        title=title_of(path),
        parameters={one.name: given.get(one.name, one.default) for one in declared},
        started_at=_iso(started),
        finished_at=_iso(datetime.now(UTC)),
        seconds=seconds,
        cells=watch.total,
        cells_run=watch.finished,
        perfkit_version=__version__,
        python_version=platform.python_version(),
        signal=watch.stop.signum,
        failure=failure,
        results=results,
    )
    cover = None
    if TABLE_FILE in environment:
        from perfkit.report.cover import Cover

        cover = Cover(Path(environment[TABLE_FILE]), run.parameters)
    return write_reports(
        run,
        watch.notebook,
        output_directory,
        passwords_in({**os.environ, **environment}),
        cover,
        published_texts(Path(environment[RUN_DIRECTORY])),
    )


def _execute(
    source: Mapping[str, Any],
    given: Mapping[str, Any],
    timeout: float | None,
    environment: Mapping[str, str],
    progress: Progress,
) -> tuple[Watch, datetime, float]:
    """Run the cells; the kernel and what it started in its group are gone when this returns, however it returns."""
    from nbformat.v4.nbjson import to_notebook

    from perfkit.report.engine import Watch, execute
    from perfkit.report.kernel import Kernel

    kernel = Kernel(environment)
    stop = Stop(kernel)
    watch = Watch(kernel=kernel, stop=stop, progress=progress, total=len(_codes(source)) + bool(given))
    started, clock = datetime.now(UTC), time.monotonic()
    try:
        with stop.on_signals():
            stop.after(timeout)
            execute(to_notebook(source), given, watch)
        return watch, started, round(time.monotonic() - clock, 3)
    finally:
        stop.settle()
        kernel.remove()


def _judge(watch: Watch, source: Mapping[str, Any], timeout: float | None) -> tuple[Status, Failure | None]:
    """What the run came to. A request to stop outranks what it led to: a KeyboardInterrupt, a killed kernel."""
    place = _place(watch.cell, source) if watch.cell is not None else {}
    traceback = _ANSI.sub("", "\n".join((watch.error or {}).get("traceback", ())))
    if watch.stop.reason == "timeout":
        return "timeout", Failure(error=f"stopped after {timeout:g} s", traceback=traceback, **place)
    if watch.stop.reason == "interrupted":
        return "interrupted", Failure(error=_stopped_by(watch), traceback=traceback, **place)
    if watch.death is not None:
        return "died", Failure(error=watch.death, traceback=watch.last_words, **place)
    if watch.error is not None:
        return "error", Failure(error=_error_line(watch.error), traceback=traceback, **place)
    return "ok", None


def _stopped_by(watch: Watch) -> str:
    return f"stopped by {signal.Signals(watch.stop.signum).name}" if watch.stop.signum else "stopped"


def _place(cell: Any, source: Mapping[str, Any]) -> dict[str, Any]:
    """Where a cell stands in the notebook's file; papermill's injected cell counts as the parameters cell above it."""
    injected = "injected-parameters" in cell.metadata.get("tags", ())
    for number, one in enumerate(source["cells"], 1):
        tags = one.get("metadata", {}).get("tags", ())
        same = "parameters" in tags if injected else one.get("id") == cell.get("id")
        if same and (injected or "".join(one["source"]) == cell.source):
            return {"cell": number, "cell_id": one.get("id"), "source": cell.source}
    return {"cell": None, "cell_id": None, "source": cell.source}


def _error_line(error: Mapping[str, Any]) -> str:
    """One line for people: perfkit's own errors are sentences already, others need their name."""
    import perfkit.errors

    name, value = str(error.get("ename", "")), str(error.get("evalue", ""))
    first = next((line.strip() for line in _ANSI.sub("", value).splitlines() if line.strip()), "")
    if name == "SystemExit":
        return f"it called sys.exit({first}); a notebook runs to its end"
    if hasattr(perfkit.errors, name) and first:
        return first
    return f"{name}: {first}" if first else name


def _codes(source: Mapping[str, Any]) -> list[Any]:
    return [
        cell for cell in source["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
    ]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
