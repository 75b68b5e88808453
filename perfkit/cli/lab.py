"""perfkit lab: JupyterLab on a working copy of the notebooks."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
from pathlib import Path

import click

from perfkit.errors import UsageError

_RECORD = ".perfkit-notebooks.json"
"""Which text each notebook had when it was copied: what differs from it, the user has edited."""


@click.command("lab")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("perfkit-lab"),
    show_default=True,
    help="Working folder that the notebooks are copied into.",
)
@click.option("--dataset", metavar="NAME", help="Start the embedded server and load this data set first.")
@click.option("--scale", type=float, default=None, help="Scale of --dataset (default 0.1).")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- JUPYTER ARGUMENTS]")
def command(folder: Path, dataset: str | None, scale: float | None, arguments: tuple[str, ...]) -> None:
    """Open JupyterLab, of this very Python, on a working copy of the notebooks.

    Notebooks you have edited are left as they are; those you have not follow the installed version.

    \b
    Example:
      perfkit lab --dataset tracker
      perfkit lab -- --no-browser --port 8890

    Exit status: JupyterLab's own; 2 when it is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError('JupyterLab is not installed here; install it with pip install "perfkit[lab]"')
    if scale is not None and dataset is None:
        raise UsageError("--scale goes with --dataset")
    for line in copy_notebooks(folder):
        click.echo(line, err=True)
    if dataset is not None:
        from perfkit import connect

        connect(dataset=dataset, scale=scale).close()
    if home := os.environ.get("PERFKIT_HOME"):
        # The kernels work in the folder: a relative path would mean another place there.
        os.environ["PERFKIT_HOME"] = os.path.abspath(home)  # noqa: PTH100 – resolve() would follow links too
    os.chdir(folder)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *_defaults(), *arguments])


def _defaults() -> list[str]:
    """Open on the tour. Jupyter refuses root unless told; in a container there is often nobody else."""
    first = "--LabApp.default_url=/lab/tree/tour.ipynb"
    return [first, "--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [first]


def copy_notebooks(folder: Path) -> list[str]:
    """Copy the notebooks into a working folder and say what was done with each; what the user edited is not touched."""
    from perfkit.report.notebooks import available, name_of

    record_file = folder / _RECORD
    said = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        record = _record(record_file)
        for source in available():
            name = f"{name_of(source)}.ipynb"
            target = folder / name
            shipped = source.read_bytes()
            if (
                target.exists()
                and target.read_bytes() != shipped
                and _digest(target.read_bytes()) != record.get(name)
            ):
                said.append(f"kept your {target}")
                continue
            if not target.exists() or target.read_bytes() != shipped:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(shipped)
                said.append(f"copied {target}")
            record[name] = _digest(shipped)
        record_file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot prepare the working folder {folder}: {error}") from None
    return said


def _record(file: Path) -> dict[str, str]:
    """What was copied before; without a readable record every notebook there counts as the user's."""
    try:
        read = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
