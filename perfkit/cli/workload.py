"""perfkit workload: the statements of an application, ranked by the time they take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from perfkit.cli.options import connection_options, json_option


@click.command("workload")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--statements", is_flag=True, help="Read pg_stat_statements of the connected database.")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Keep the first N statements.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Save them as a workload file."
)
@connection_options
@json_option
def command(
    path: Path | None,
    statements: bool,
    top: int | None,
    output: Path | None,
    as_json: bool,
    **connection: Any,
) -> None:
    """Rank the statements of PATH by the time they take in all: a folder of .sql files, a script, a log, or a workload file.

    Statements that differ only in their values count as one; of each the slowest, the usual and the fastest run are kept with
    their values. Where no times are known, calls rank. The file that -o writes is one that perfkit advise takes, and that can be
    edited before: "calls" is the weight of a statement.

    \b
    Example:
      perfkit workload postgresql.log -o workload.json
      perfkit workload --statements --dsn postgresql:///shop --top 20

    Exit status: 0 fine, 2 the workload or an argument is wrong, 3 the server failed.
    """
    from perfkit import connect, document
    from perfkit.render.text import write_text
    from perfkit.render.workload import workload_blocks
    from perfkit.workload.queries import SCHEMA, ranked
    from perfkit.workload.read import read_workload

    if (path is None) == (not statements):
        raise click.UsageError(
            "give a PATH (a folder, script, log or workload file), or --statements for pg_stat_statements"
        )
    whole = ranked(connect(**connection).workload() if path is None else read_workload(path))
    found = ranked(whole, top)
    if output:
        document.write(output, found, SCHEMA)
        click.echo(f"workload: {output}", err=True)
    if as_json:
        click.echo(document.dumps(document.to_document(found, SCHEMA)), nl=False)
    else:
        click.echo(write_text(workload_blocks(found, whole)))
