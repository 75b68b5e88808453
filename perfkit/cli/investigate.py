"""perfkit investigate: why a statement is slow, and what provably cures it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from perfkit.cli.options import connection_options, json_option
from perfkit.cli.query import params_option, read_session_or_asked, runs_option, setup_option, writes_option
from perfkit.errors import ServerError


@click.command("investigate")
@click.argument("query")
@params_option
@setup_option
@runs_option
@writes_option
@click.option(
    "--budget-seconds",
    type=float,
    default=120.0,
    show_default=True,
    help="No further remedy is tried after this.",
)
@click.option(
    "--budget-mb",
    type=click.IntRange(min=1),
    default=20480,
    show_default=True,
    help="A larger database is not cloned: remedies are then tried in rolled-back transactions, where that can be.",
)
@click.option(
    "--workload",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of other statements: none of them may be slowed down by a remedy.",
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Save the investigation as JSON."
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write a self-contained HTML page."
)
@connection_options
@json_option
def command(
    query: str,
    params: str | None,
    setup: str | None,
    runs: int,
    allow_writes: bool,
    budget_seconds: float,
    budget_mb: int,
    workload: Path | None,
    output: Path | None,
    report: Path | None,
    as_json: bool,
    **connection: Any,
) -> None:
    """Find out why QUERY is slow, and prove what cures it: an .sql file, a data set's query
    (tracker/next_pending_build), - for standard input, or the SQL itself. A file of several statements or a slice of a
    server's log is read as a session: loops of look-ups, lock waits, idle transactions and its worst statement.

    Remedies are tried on a clone of the database, which is dropped afterwards; that needs --scratch, or a data set on
    the embedded server. Elsewhere they are named but not proven.

    \b
    Example:
      perfkit investigate tracker/next_pending_build --dataset tracker --report slow.html
      perfkit investigate slow.sql --dsn postgresql:///shop_copy --scratch --json
      perfkit investigate slow.sql --setup session.sql --params sets.jsonl
      perfkit investigate postgresql.log --dsn postgresql:///shop_copy
      perfkit investigate slow.sql --dsn postgresql:///shop_copy --scratch --workload others.sql

    Exit status: 0 fine, 2 the statement or an argument is wrong, 3 the server failed (what was measured is printed).
    """
    from perfkit import connect, document
    from perfkit.investigation import SCHEMA

    asked = read_session_or_asked(query, params, setup)
    found = connect(**connection).investigate(
        asked.text,
        asked.parameters,
        runs=runs,
        allow_writes=allow_writes,
        budget_seconds=budget_seconds,
        budget_bytes=budget_mb * 1024**2,
        workload=_statements(workload),
        setup=asked.setup,
        parameter_sets=asked.sets,
    )
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
    if found.interrupted:
        raise ServerError(f"stopped before all remedies were tried: {found.interrupted}")


def _statements(path: Path | None) -> list[str]:
    """The statements of a file, one by one."""
    if path is None:
        return []
    from perfkit.query_file import read_file
    from perfkit.sql.outline import parts
    from perfkit.sql.tokens import scan

    text = read_file(str(path))
    return [text[tokens[0].start : tokens[-1].end] for tokens in parts(scan(text))]
