"""The same investigation once more: what a stored run was told, run again, and what came out otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from perfkit import __version__
from perfkit.document import from_document
from perfkit.errors import UsageError
from perfkit.progress import Progress
from perfkit.report.changes import Changes, changes_between
from perfkit.report.notebooks import find
from perfkit.report.outcome import SCHEMA, Run, read_run
from perfkit.report.run import run_notebook

_EMBEDDED = re.compile(r'<script\b[^>]*\bid="perfkit-run"[^>]*>(.*?)</script>', re.DOTALL)


def read_stored(path: Path) -> Run:
    """The run of a run.json, of the folder it is in, or of a report.html, which carries it. UsageError for any other file."""
    if path.is_dir() or path.suffix == ".json":
        return read_run(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no report of perfkit's: give a report.html or run.json") from None
    found = _EMBEDDED.search(text)
    if found is None:
        raise UsageError(f"{path} is no report of a notebook's run: give a report.html or run.json")
    try:
        document = json.loads(found[1])
    except ValueError as error:
        raise UsageError(f"{path} is damaged: {error}") from None
    return from_document(Run, document, SCHEMA)


def run_again(
    before: Run,
    output_directory: Path,
    *,
    parameters: Mapping[str, object] | None = None,
    notebook: str | Path | None = None,
    timeout: float | None = None,
    progress: Progress | None = None,
) -> tuple[Run, Changes]:
    """Run the notebook of a stored run with its parameters, and compare what came out.

    ``parameters`` go before the stored ones, and must give each that the stored run shows masked. ``notebook`` stands for
    the stored one where that is no longer found. A redacted run is repeated redacted. UsageError, before anything is run,
    for what is missing.
    """
    path = _notebook(before, notebook)
    given = dict(parameters or {})
    missing = [name for name in before.masked if name not in given]
    if missing:
        told = ", ".join(missing)
        asked = " ".join(f"-p {name}=…" for name in missing)
        raise UsageError(
            f"the report has {told} masked, so the value is not known here; give it with {asked}"
        )
    after = run_notebook(
        path,
        {**before.parameters, **given},
        output_directory,
        timeout=timeout,
        redact=before.is_redacted,
        progress=progress,
    )
    return after, changes_between(before, after, _surroundings(before, after, given))


def _notebook(before: Run, notebook: str | Path | None) -> Path:
    wanted = notebook or before.source or before.notebook
    try:
        return find(wanted)
    except UsageError:
        if notebook is not None:
            raise
        raise UsageError(
            f"the report is of the notebook {wanted}, which is not there; give its path with --notebook"
        ) from None


def _surroundings(before: Run, after: Run, given: Mapping[str, object]) -> tuple[str, ...]:
    """What was not the same about the two runs themselves."""
    notes = []
    if before.perfkit_version != after.perfkit_version:
        notes.append(f"perfkit {before.perfkit_version} then, {__version__} now")
    if before.python_version != after.python_version:
        notes.append(f"Python {before.python_version} then, {after.python_version} now")
    if before.digest and before.digest != after.digest:
        notes.append("the notebook itself has changed since")
    for name, value in after.parameters.items():
        if name in before.parameters and before.parameters[name] != value and name not in before.masked:
            notes.append(f"parameter {name}: {before.parameters[name]!r} then, {value!r} now")
    notes += [
        f"parameter {name} was masked in the report; the value given now was used" for name in before.masked
    ]
    return tuple(notes)
