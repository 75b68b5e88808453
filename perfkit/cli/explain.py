"""perfkit explain: capture how PostgreSQL runs a statement, or read a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from perfkit.cli.options import connection_options, json_option
from perfkit.cli.query import params_option, read_query, read_text, runs_option, writes_option


@click.command("explain")
@click.argument("query", required=False)
@click.option(
    "--from",
    "plan_file",
    metavar="FILE",
    help="Read a plan instead: EXPLAIN (FORMAT JSON) output, or - for standard input.",
)
@params_option
@runs_option
@writes_option
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Save the capture as JSON."
)
@connection_options
@json_option
def command(
    query: str | None,
    plan_file: str | None,
    params: str | None,
    runs: int,
    allow_writes: bool,
    output: Path | None,
    as_json: bool,
    **connection: Any,
) -> None:
    """Capture how PostgreSQL runs QUERY: an .sql file, - for standard input, or the SQL itself.

    \b
    Example:
      perfkit explain slow.sql --params '[42]' --dsn service=staging
      perfkit explain --from plan.json

    Exit status: 0 fine, 2 the statement or an argument is wrong, 3 the server failed.
    """
    if (query is None) == (plan_file is None):
        raise click.UsageError("give either a QUERY or --from FILE")
    if plan_file is not None:
        from perfkit.plan import dump_json, parse_plan

        plan = parse_plan(read_text(plan_file))
        _answer(plan, {"schema": "perfkit.plan/1", "plan": dump_json(plan)} if as_json else None)
        return
    assert query is not None
    from perfkit import connect, document
    from perfkit.capture import SCHEMA

    text, values = read_query(query, params)
    captured = connect(**connection).explain(text, values, runs=runs, allow_writes=allow_writes)
    if output:
        document.write(output, captured, SCHEMA)
    _answer(captured, document.to_document(captured, SCHEMA) if as_json else None)


def _answer(value: object, found: dict[str, Any] | None) -> None:
    from perfkit.document import dumps

    click.echo(str(value) if found is None else dumps(found), nl=found is None)
