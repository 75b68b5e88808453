"""perfkit advise: which indexes a whole workload should have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from perfkit.cli.options import Number, check_folders, connection_options, json_option


@click.command("advise")
@click.argument("workload", required=False, type=click.Path(path_type=Path))
@click.option(
    "--statements", is_flag=True, help="Take the workload from pg_stat_statements of the connected database."
)
@click.option(
    "--storage-mb", type=click.IntRange(min=1), help="All new indexes together take no more than this."
)
@click.option(
    "--most-per-table", type=click.IntRange(min=1), help="No table gets more new indexes than this."
)
@click.option(
    "--most-writes",
    type=Number(min=0),
    metavar="SHARE",
    help="The indexes add no more than this share of the workload's cost to its writes: 0.1 for a tenth.",
)
@click.option(
    "--tolerance",
    type=Number(min=0),
    default=0.05,
    show_default=True,
    metavar="SHARE",
    help="No statement that reads may become slower than by this share; what writes pay is weighed against what reads gain.",
)
@click.option(
    "--exclude", multiple=True, metavar="TABLE", help="A table that gets no index; may be repeated."
)
@click.option(
    "--keep", multiple=True, metavar="INDEX", help="An index that is not to be dropped; may be repeated."
)
@click.option(
    "--unused-days",
    type=Number(min=0),
    default=30.0,
    show_default=True,
    metavar="DAYS",
    help="So long the server must have counted no read of an index to call it unused.",
)
@click.option(
    "--budget-seconds",
    type=Number(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="Time for all of it; what it does not suffice for is said in the answer's notes.",
)
@click.option(
    "--budget-mb",
    type=click.IntRange(min=1),
    default=20480,
    show_default=True,
    help="A larger database is not cloned; options take half of this at most.",
)
@click.option(
    "--connections",
    type=click.IntRange(min=1, max=32),
    metavar="N",
    help="HypoPG is asked through so many connections side by side, or as many as the server gives; the advice is the same."
    "  [default: the cores of this machine, at most 4]",
)
@click.option(
    "--migration", type=click.Path(dir_okay=False, path_type=Path), help="Write the DDL as a script."
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Save the advice as JSON."
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write a self-contained HTML page."
)
@connection_options
@json_option
def command(
    workload: Path | None,
    statements: bool,
    storage_mb: int | None,
    most_per_table: int | None,
    most_writes: float | None,
    tolerance: float,
    exclude: tuple[str, ...],
    keep: tuple[str, ...],
    unused_days: float,
    budget_seconds: float,
    budget_mb: int,
    connections: int | None,
    migration: Path | None,
    output: Path | None,
    report: Path | None,
    as_json: bool,
    **connection: Any,
) -> None:
    """Choose the indexes for WORKLOAD: a folder of .sql files, a script of statements, a server's log, or a workload file.

    In a folder each file holds one statement; "-- calls: 120" on a line of its own says how often it runs, and NAME.jsonl
    beside NAME.sql holds sets of values for $1 …, one JSON list a line; a single set may stand in the file as "-- params: [42]".

    On a scratch database the indexes are built on a clone and the workload is run with and without them, its rows compared, what
    writes undone. Elsewhere nothing is changed and the answer is planned only: HypoPG is asked, or without it a copy of the schema and its
    statistics, without rows, on the embedded server.

    \b
    Example:
      perfkit advise queries/ --dataset tracker --storage-mb 200 --report advice.html
      perfkit advise postgresql.log --dsn postgresql:///shop_copy --scratch --migration indexes.sql
      perfkit advise --statements --dsn postgresql:///shop

    Exit status: 0 fine, 2 the workload or an argument is wrong, 3 the server failed.
    """
    from perfkit import connect, document
    from perfkit.errors import UsageError
    from perfkit.index_advice import SCHEMA, Wishes

    if (workload is None) == (not statements):
        raise UsageError("give a workload (a folder, script, log or workload file), or --statements")
    check_folders(migration, output, report)
    found = connect(**connection).advise(
        workload,
        wishes=Wishes(
            most_bytes=None if storage_mb is None else storage_mb * 1024**2,
            most_per_table=most_per_table,
            most_writes=most_writes,
            tolerance=tolerance,
            excluded=exclude,
            keep=keep,
            unused_days=unused_days,
            connections=connections,
        ),
        seconds=budget_seconds,
        budget_bytes=budget_mb * 1024**2,
    )
    if migration:
        try:
            migration.write_text(found.migration, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {migration}: {error.strerror}") from None
        click.echo(f"migration: {migration}", err=True)
    if output:
        document.write(output, found, SCHEMA)
    if report:
        from perfkit.report import write_page

        write_page(found, report)
        click.echo(f"report: {report}", err=True)
    if as_json:
        click.echo(document.dumps(document.to_document(found, SCHEMA)), nl=False)
    else:
        click.echo(str(found))
