"""perfkit gate: hold a folder of queries against baselines."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfkit.cli.options import connection_options, json_option
from perfkit.errors import GateFailed, UsageError

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport
    from perfkit.lab import Lab

_FILE = click.Path(dir_okay=False, path_type=Path)
_WRITERS = {
    "junit": ("ci.junit.write_junit", "JUnit XML: a test case for each query."),
    "code_quality": ("ci.code_quality.write_code_quality", "GitLab's code quality report."),
    "sarif": ("ci.sarif.write_sarif", "SARIF 2.1.0."),
    "metrics": ("ci.openmetrics.write_openmetrics", "OpenMetrics text: the counters of each query."),
    "markdown": ("ci.note.write_note", "Markdown for a merge request's note, under 64 kB."),
}
"""Option → function below perfkit.render, and what it writes."""


def _file_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, (_, told) in reversed(_WRITERS.items()):
        function = click.option(
            f"--{name.replace('_', '-')}", name, type=_FILE, metavar="FILE", help=f"Write {told}"
        )(function)
    return function


@click.command("gate")
@click.argument("queries", required=False, type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of baselines, a file for each query. Default: QUERIES/baseline.",
)
@click.option(
    "--update", "is_update", is_flag=True, help="Take new baselines where something changed; exits 0."
)
@click.option(
    "--config", type=_FILE, metavar="FILE", help="Tolerances. Default: QUERIES/gate.toml where there is one."
)
@click.option("--strict", is_flag=True, help="Fail also what is new, gone, too noisy or not comparable.")
@click.option(
    "--runs",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="Counted runs of each query, of which the least counts.",
)
@click.option(
    "--from-log",
    "log",
    type=_FILE,
    metavar="LOG",
    help="Look also at the statements of a server's log whose shape no baseline and no file has.",
)
@click.option(
    "--against",
    metavar="DSN",
    help="A second database, such as the target branch's: its plans stand for the baselines; with --timing its times are compared.",
)
@click.option("--timing", is_flag=True, help="Run each query in turns with --against and compare times.")
@click.option(
    "--turns",
    type=click.IntRange(5, 1000),
    default=15,
    show_default=True,
    help="--timing: runs of each query on each side in one batch; two batches must agree.",
)
@click.option(
    "--calibrate",
    type=click.IntRange(2, 1000),
    metavar="N",
    help="Run each query against itself N times, and print how its figures move and which tolerances follow.",
)
@click.option(
    "--allow-writes",
    is_flag=True,
    help="Run INSERT, UPDATE, DELETE and MERGE too, each rolled back; of a scratch database they run on a clone anyway.",
)
@_file_options
@click.option(
    "--github", is_flag=True, help="Print annotations, and append the note to $GITHUB_STEP_SUMMARY where it is set."
)  # fmt: skip
@connection_options
@json_option
def command(
    queries: Path | None,
    baseline: Path | None,
    is_update: bool,
    config: Path | None,
    strict: bool,
    runs: int,
    log: Path | None,
    against: str | None,
    timing: bool,
    turns: int,
    calibrate: int | None,
    allow_writes: bool,
    github: bool,
    as_json: bool,
    **others: Any,
) -> None:
    """Run every .sql file of the folder QUERIES and compare its plan's shape, blocks, rows, temp blocks and findings with the
    baseline that is committed beside it. Values of $1 … stand beside the statement: NAME.jsonl, or "-- params: [42]".

    Times of another machine or day say nothing: they are compared with a second database alone, in turns.

    \b
    Example:
      perfkit gate queries --update
      perfkit gate queries --junit gate.xml --markdown gate.md
      perfkit gate queries --baseline queries/baseline --from-log postgresql.log
      perfkit gate queries --against service=main --timing

    Exit status: 0 the gate is open, 1 it is closed, 2 usage, 3 the server failed.
    """
    from perfkit import connect
    from perfkit.gate.asked import read_asked

    files = {name: others.pop(name) for name in _WRITERS}
    if as_json and github:
        raise click.UsageError("--github writes to standard output, where --json has its one document")
    if is_update and against and not timing:
        raise click.UsageError("--update takes baselines of this database; leave out --against")
    asked = read_asked(queries, baseline, config, log)
    lab = connect(**others)
    if calibrate is not None:
        _calibrate(lab, asked.queries, calibrate, runs, allow_writes, as_json)
        return
    report = lab.gate(
        queries,
        baseline=baseline,
        config=config,
        log=log,
        against=against,
        timing=timing,
        runs=runs,
        turns=turns,
        allow_writes=allow_writes,
        strict=strict,
    )
    for name, path in files.items():
        if path is not None:
            _write(path, _writer(name)(report))
    if github:
        _for_github(report)
    _answer(report, as_json, github)
    if is_update:
        from perfkit.gate.update import update

        written, removed = update(asked.folder, report.results)
        click.echo(f"baselines in {asked.folder}: {written} written, {removed} removed", err=True)
    elif not report.is_open:
        raise GateFailed(f"the gate is closed: {report.sentence}")


def _writer(name: str) -> Callable[[GateReport], str]:
    from importlib import import_module

    module, function = f"perfkit.render.{_WRITERS[name][0]}".rsplit(".", 1)
    found: Callable[[GateReport], str] = getattr(import_module(module), function)
    return found


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _for_github(report: GateReport) -> None:
    from perfkit.render.ci.github import write_annotations
    from perfkit.render.ci.note import SUMMARY_BYTES, write_note

    click.echo(write_annotations(report), nl=False)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(write_note(report, SUMMARY_BYTES))
        except OSError as error:
            raise UsageError(f"cannot write $GITHUB_STEP_SUMMARY, {summary}: {error.strerror}") from None


def _answer(report: GateReport, as_json: bool, github: bool) -> None:
    if as_json:
        from perfkit import document
        from perfkit.gate.report import SCHEMA

        found = {
            **document.to_document(report, SCHEMA),
            "verdict": report.sentence,
            "is_open": report.is_open,
        }
        click.echo(document.dumps(found), nl=False)
    elif github:
        click.echo(report.sentence)
    else:
        click.echo(str(report))


def _calibrate(
    lab: Lab, queries: tuple[Any, ...], rounds: int, runs: int, allow_writes: bool, as_json: bool
) -> None:
    from perfkit.gate.calibrate import SCHEMA, calibrate

    found = calibrate(
        lab.target,
        queries,
        rounds,
        runs=runs,
        allow_writes=allow_writes,
        progress=lab.progress,
    )
    if as_json:
        from perfkit import document

        click.echo(
            document.dumps({**document.to_document(found, SCHEMA), "suggested_toml": found.toml}), nl=False
        )
    else:
        click.echo(str(found))
