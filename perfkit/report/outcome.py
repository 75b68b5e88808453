"""What a run of a notebook came to: the value behind ``run.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from perfkit import document

SCHEMA = "perfkit.run/1"

RUN_FILE = "run.json"
HTML_FILE = "report.html"
MARKDOWN_FILE = "report.md"
NOTEBOOK_FILE = "report.ipynb"

Status = Literal["ok", "error", "died", "interrupted", "timeout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Where and why a run stopped. ``cell`` counts the cells of the notebook as it stands in its file, from 1."""

    error: str
    """One line."""
    cell: int | None = None
    """None when no cell was running."""
    cell_id: str | None = None
    source: str | None = None
    traceback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a notebook, saved as ``perfkit.run/1``. The truth about it, whatever the executed copy says."""

    status: Status
    notebook: str
    """Its name without folder and suffix."""
    title: str
    parameters: Mapping[str, Any]
    """Every parameter with the value it had, given or default."""
    started_at: str
    finished_at: str
    """ISO 8601, UTC, both."""
    seconds: float
    cells: int
    """Code cells of the notebook."""
    cells_run: int
    perfkit_version: str
    python_version: str
    signal: int | None = None
    """Number of the signal that interrupted the run."""
    failure: Failure | None = None
    source: str = ""
    """Where the notebook was: its name where it comes with perfkit, else its path as given."""
    digest: str = ""
    """Of the notebook's cells."""
    is_redacted: bool = False
    """Whether literals were masked."""
    masked: tuple[str, ...] = ()
    """Parameters whose values are shown masked."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """Documents the notebook published, by name, in the order they came."""

    @property
    def is_ok(self) -> bool:
        return self.status == "ok"

    @property
    def exit_status(self) -> int:
        """0 fine, 3 failed, 128 + signal when interrupted by one."""
        if self.is_ok:
            return 0
        return 128 + self.signal if self.status == "interrupted" and self.signal else 3

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        if self.is_ok:
            return f"{self.notebook} ran in {self.seconds:.1f} s"
        failure = self.failure or Failure(error="no reason is known")
        where = f" in cell {failure.cell}" if failure.cell else ""
        what = {
            "error": "failed",
            "died": "lost its kernel",
            "interrupted": "was interrupted",
            "timeout": "ran out of time",
        }[self.status]
        return f"{self.notebook} {what}{where}: {failure.error}"


def write_run(run: Run, folder: Path) -> Path:
    path = folder / RUN_FILE
    document.write(path, run, SCHEMA)
    return path


def read_run(path: Path) -> Run:
    """Read ``run.json``, or the one in a run's folder."""
    return document.read(Run, path / RUN_FILE if path.is_dir() else path, SCHEMA)
