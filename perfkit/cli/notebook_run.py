"""perfkit notebook run: one notebook into a report, or into one for each of many databases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from perfkit.cli.options import json_option
from perfkit.errors import UsageError


@click.command("run")
@click.argument("name")
@click.option(
    "--parameter",
    "-p",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter; can be given often.",
)
@click.option(
    "--file",
    "-f",
    "files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Read parameters from a YAML or JSON file; -p goes before it.",
)
@click.option(
    "--smoke",
    is_flag=True,
    help="Begin from the notebook's own small parameters, which show within seconds whether it works.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report. Default: reports/NAME-<date and time>.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Ends the whole run."
)
@click.option(
    "--redact",
    is_flag=True,
    help="Mask the literals of statements, conditions and parameters in every file, equal ones alike.",
)
@click.option(
    "--targets",
    type=click.Path(path_type=Path),
    help="A file or folder that names databases: a run for each, and index.html over them.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Runs of --targets side by side."
)
@json_option
def run(
    name: str,
    pairs: tuple[str, ...],
    files: tuple[Path, ...],
    smoke: bool,
    output: Path | None,
    timeout: float | None,
    redact: bool,
    targets: Path | None,
    jobs: int,
    as_json: bool,
) -> int:
    """Run NAME in a fresh kernel and write run.json, report.html, report.md and report.ipynb.

    Prints the path of report.html. What the notebook prints goes into the report; progress goes to stderr.

    --targets names many databases: a TOML table, or a YAML or JSON object, for each, with service = "…" (of libpq's service
    file) or dsn_variable = "…" (an environment variable with the connection string), and parameters of its own; or a
    folder with a file for each. Each run gets a folder of its name, in --jobs processes; the path of index.html is printed.

    \b
    Example:
      perfkit notebook run investigate -p query=tracker/last_build_of_famous_projects
      perfkit notebook run investigate -p query=slow.sql -p dataset= -p dsn_variable=STAGING_DSN
      perfkit notebook run workload --smoke
      perfkit notebook run investigate -p query=slow.sql --targets fleet.toml --jobs 4 --redact

    Exit status: 0 fine, 2 usage, 3 the notebook failed or ran out of time, 130 or 143 when interrupted.
    """
    from perfkit.document import dumps, to_document
    from perfkit.progress import progress_for_here
    from perfkit.report import run_notebook
    from perfkit.report.lean import without_address_grammar
    from perfkit.report.notebooks import find, name_of
    from perfkit.report.outcome import HTML_FILE, SCHEMA

    path = find(name)
    folder = output or Path("reports") / f"{Path(name_of(path)).name}-{now()}"
    parameters = (_smoke_set(path) if smoke else {}) | given_parameters(files, pairs)
    if targets is not None:
        return _run_fleet(name, targets, parameters, folder, timeout, redact, jobs, as_json)
    if jobs != 1:
        raise UsageError("--jobs goes with --targets: one notebook is one run")
    with without_address_grammar():
        outcome = run_notebook(
            name, parameters, folder, timeout=timeout, redact=redact, progress=progress_for_here()
        )
    if not outcome.is_ok:
        click.echo(f"perfkit: {outcome.sentence}", err=True)
    if as_json:
        click.echo(dumps(to_document(outcome, SCHEMA)), nl=False)
        click.echo(f"report: {folder / HTML_FILE}", err=True)
    else:
        click.echo(str(folder / HTML_FILE))
    return outcome.exit_status


def _run_fleet(
    name: str,
    targets: Path,
    parameters: dict[str, object],
    folder: Path,
    timeout: float | None,
    redact: bool,
    jobs: int,
    as_json: bool,
) -> int:
    from perfkit.document import dumps
    from perfkit.report.fleet import JobOutcome, jobs_for, run_in_processes
    from perfkit.report.index import write_index
    from perfkit.report.targets import read_targets

    wanted = jobs_for(name, read_targets(targets), parameters, folder, timeout=timeout, redact=redact)
    ended: list[JobOutcome] = []

    def tell(outcome: JobOutcome) -> None:
        ended.append(outcome)
        said = outcome.sentence
        click.echo(f"perfkit: {len(ended)}/{len(wanted)} {outcome.job.name}: {said}", err=True)

    try:
        outcomes = run_in_processes(wanted, jobs, tell)
    except KeyboardInterrupt:
        if any(folder.rglob("run.json")):
            click.echo(f"perfkit: what was reached: {write_index(folder)}", err=True)
        raise
    page = write_index(folder, {one.job.name: one.error for one in outcomes if one.run is None})
    if as_json:
        listed = [
            {"name": one.job.name, "status": one.run.status if one.run else "error", "sentence": one.sentence}
            for one in outcomes
        ]
        click.echo(dumps({"schema": "perfkit.fleet/1", "index": str(page), "runs": listed}), nl=False)
    else:
        click.echo(str(page))
    return 0 if all(one.is_ok for one in outcomes) else 3


def _smoke_set(path: Path) -> dict[str, object]:
    from perfkit.report.notebooks import smoke_of

    found = smoke_of(path)
    if found is None:
        raise UsageError(
            f"{path.name} names no smoke set; write one into its metadata as perfkit.smoke, or give parameters with -p"
        )
    return found


def given_parameters(files: tuple[Path, ...], pairs: tuple[str, ...]) -> dict[str, object]:
    """Parameters of files, the later before the earlier, and of ``-p`` before them all."""
    parameters: dict[str, object] = {}
    for file in files:
        parameters |= _read_parameters(file)
    return parameters | dict(_pair(pair) for pair in pairs)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(f"-p takes name=value, got {text!r}")
    return name.strip(), value


def _read_parameters(path: Path) -> dict[str, Any]:
    """Parameters from a file: JSON or TOML by its suffix, YAML otherwise."""
    from perfkit.report.targets import read_document

    found = read_document(path)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UsageError(f"{path} holds no parameters: expected name: value lines")
    return {str(name): value for name, value in found.items()}


def now() -> str:
    """Date and time as part of a folder's name."""
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
