"""Running the cells: papermill's engine with our kernel, and with eyes on what really happens to each cell.

papermill records cells of a dead kernel as completed, and takes ``sys.exit(0)`` for success; so what each cell came to
is noted here as its reply arrives. Only to be imported where a notebook is about to run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import papermill
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillException

from perfkit.progress import Progress
from perfkit.report.kernel import Kernel
from perfkit.report.notebooks import heading_of
from perfkit.report.stop import Stop

_ENGINE = "perfkit"
_MARKER = "papermill-error-cell-tag"


class Stopped(Exception):
    """Raised before a cell would start although the run is to end."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """What was seen while the cells ran. ``cell`` is the one at work, or the last one that was."""

    kernel: Kernel
    stop: Stop
    progress: Progress
    total: int
    started: int = 0
    finished: int = 0
    cell: Any = None
    notebook: Any = None
    error: Mapping[str, Any] | None = None
    """ename, evalue and traceback of the cell that raised."""
    death: str | None = None
    last_words: str = ""
    """What the kernel's process itself printed last."""
    heading: str = ""
    stage: ExitStack = field(default_factory=ExitStack)

    def on_cell_start(self, cell: Any, cell_index: int) -> None:
        self.stage.close()
        if self.stop.reason is not None:
            raise Stopped
        if cell.cell_type == "markdown":
            self.heading = heading_of(cell.source) or self.heading
        if cell.cell_type == "code" and cell.source.strip():
            self.started += 1
            self.cell = cell
            self.stage.enter_context(
                self.progress.stage(f"cell {self.started}/{self.total} {self.heading}".rstrip())
            )

    def on_cell_executed(self, cell: Any, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
        if execute_reply["content"]["status"] == "ok":
            self.finished += 1

    def on_cell_error(self, cell: Any, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
        if self.error is None:
            self.error = execute_reply["content"]


class _Engine(Engine):  # type: ignore[misc]
    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        watch: Watch = options["watch"]
        watch.notebook = nb_man.nb
        client = PapermillNotebookClient(
            nb_man,
            km=watch.kernel,
            kernel_name=kernel_name,
            timeout=None,
            startup_timeout=options["start_timeout"],
            on_cell_start=watch.on_cell_start,
            on_cell_executed=watch.on_cell_executed,
            on_cell_error=watch.on_cell_error,
            log=options["log"],
        )
        try:
            client.execute(cleanup_kc=True)
        finally:
            watch.stage.close()


papermill_engines.register(_ENGINE, _Engine)


def execute(notebook: Any, parameters: Mapping[str, Any], watch: Watch) -> None:
    """Run the notebook's cells in order until one fails; ``watch`` holds what happened. Never raises for a notebook's fault."""
    with _quiet() as log:
        try:
            papermill.execute_notebook(
                notebook,
                None,
                parameters=dict(parameters),
                engine_name=_ENGINE,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                watch=watch,
                log=log,
            )
        except (PapermillException, Stopped):
            pass  # a cell's error was seen as its reply came
        except (DeadKernelError, RuntimeError) as error:
            # nbclient says RuntimeError when the kernel dies or is mute while it starts
            dead = isinstance(error, DeadKernelError) or watch.started == 0
            watch.death = watch.kernel.death() if dead else f"the kernel cannot be reached: {error}"
            watch.last_words = watch.kernel.last_words()
    if watch.notebook is None:
        watch.notebook = notebook
    _forget_papermill(watch.notebook)


@contextmanager
def _quiet() -> Iterator[logging.Logger]:
    """A logger that says nothing, and papermill's and jupyter_client's own silenced for the while."""
    silent = logging.Logger("perfkit.notebook", logging.CRITICAL + 1)
    loggers = [logging.getLogger(name) for name in ("papermill", "traitlets")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield silent
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _forget_papermill(notebook: Any) -> None:
    """Take out papermill's own record, which lies after a kernel's death, and its banner cells."""
    notebook.cells = [cell for cell in notebook.cells if _MARKER not in cell.metadata.get("tags", ())]
    for part in (notebook, *notebook.cells):
        part.metadata.pop("papermill", None)
