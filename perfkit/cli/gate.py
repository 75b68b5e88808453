"""perfkit gate: hold a folder of queries against baselines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfkit.cli.options import connection_options, json_option
from perfkit.errors import GateFailed

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("gate")
@click.argument("queries", type=click.Path(path_type=Path))
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="DIR",
    help="Folder of baselines, one file a query. Default: QUERIES/baseline.",
)  # fmt: skip
@click.option("--update", "is_update", is_flag=True, help="Write the baselines anew and say what changed.")
@click.option("--config", type=_FILE, metavar="FILE", help="Tolerances. Default: QUERIES/gate.toml, where it is.")
@click.option("--strict", is_flag=True, help="Fail also what is new, gone, too noisy or not comparable.")
@click.option(
    "--runs", type=click.IntRange(1, 100), default=3, show_default=True, help="Counted runs, of which the least counts."
)  # fmt: skip
@click.option(
    "--allow-writes", is_flag=True, help="Run INSERT, UPDATE, DELETE and MERGE too, each rolled back; a scratch database does."
)  # fmt: skip
@click.option("--junit", type=_FILE, metavar="FILE", help="Write a JUnit report.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write a note for a merge request.")
@connection_options
@json_option
def command(
    queries: Path,
    baseline: Path | None,
    is_update: bool,
    config: Path | None,
    strict: bool,
    runs: int,
    allow_writes: bool,
    junit: Path | None,
    markdown: Path | None,
    as_json: bool,
    **connection: Any,
) -> None:
    """Run every .sql file of the folder QUERIES and compare plan shape, blocks, rows, temp blocks and findings with the
    baseline that is committed beside it. Times are not compared unless asked for: they are another machine's.

    \b
    Example:
      perfkit gate queries --update
      perfkit gate queries --junit gate.xml --markdown gate.md

    Exit status: 0 the gate is open, 1 it is closed, 2 usage, 3 the server failed.
    """
    from perfkit import connect
    from perfkit.gate.queries import read_queries
    from perfkit.gate.run import run_gate
    from perfkit.gate.store import read_baselines
    from perfkit.gate.tolerances import FILE_NAME, Config, read_config

    asked = read_queries(queries)
    folder = baseline or queries / "baseline"
    baselines = read_baselines(folder)
    path = config or queries / FILE_NAME
    allowed = read_config(path, [one.name for one in asked]) if config or path.is_file() else Config()
    lab = connect(**connection)
    report = run_gate(
        lab.target,
        asked,
        baselines,
        allowed,
        runs=runs,
        may_write=allow_writes or lab.target.is_scratch,
        is_strict=strict,
        progress=lab.progress,
    )
    _write(report, junit, markdown)
    if as_json:
        from perfkit import document
        from perfkit.gate.report import SCHEMA

        click.echo(document.dumps(document.to_document(report, SCHEMA)), nl=False)
    else:
        click.echo(str(report))
    if is_update:
        from perfkit.gate.update import update

        written, removed = update(folder, report.results)
        click.echo(f"baselines: {len(written)} written, {len(removed)} removed in {folder}", err=True)
    elif not report.is_open:
        raise GateFailed(f"the gate is closed: {report.sentence}")


def _write(report: GateReport, junit: Path | None, markdown: Path | None) -> None:
    pass
