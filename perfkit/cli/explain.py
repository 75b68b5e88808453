"""perfkit explain: capture how PostgreSQL runs a statement, or read a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfkit.cli.options import connection_options, json_option
from perfkit.cli.plans import answer_all, as_document, chosen, shown
from perfkit.cli.query import params_option, read_asked, read_text, runs_option, setup_option, writes_option

if TYPE_CHECKING:
    from perfkit.comparison.observed import Observed


@click.command("explain")
@click.argument("query", required=False)
@click.option(
    "--from",
    "plan_file",
    metavar="FILE",
    help="Read a plan instead: what EXPLAIN printed as TEXT, JSON, YAML or XML, with whatever psql, a log or a chat put"
    " around it, or a capture that perfkit saved; - for standard input. What it shows amiss is named.",
)
@click.option("--all", "is_all", is_flag=True, help="--from: show every plan of the input.")
@click.option(
    "--plan", "number", type=click.IntRange(1), metavar="N", help="--from: of several plans only the Nth."
)
@params_option
@setup_option
@runs_option
@writes_option
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Save the capture as JSON."
)
@click.option(
    "--html",
    "page",
    metavar="PAGE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a self-contained HTML page: findings, tree, where the time went, planned and actual rows.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "html"]),
    default="text",
    show_default=True,
    help="What is printed: for a terminal, a merge request, or a fragment for a page of your own.",
)
@connection_options
@json_option
def command(
    query: str | None,
    plan_file: str | None,
    is_all: bool,
    number: int | None,
    params: str | None,
    setup: str | None,
    runs: int,
    allow_writes: bool,
    output: Path | None,
    page: Path | None,
    form: str,
    as_json: bool,
    **connection: Any,
) -> None:
    """Capture how PostgreSQL runs QUERY: an .sql file, - for standard input, or the SQL itself.

    \b
    Example:
      perfkit explain slow.sql --params '[42]' --dsn service=staging
      perfkit explain --from plan.txt --html plan.html
      perfkit explain --from postgresql.log --all

    Exit status: 0 fine, 2 the statement or an argument is wrong, 3 the server failed.
    """
    if (query is None) == (plan_file is None):
        raise click.UsageError("give either a QUERY or --from FILE")
    if plan_file is None and (is_all or number):
        raise click.UsageError("--all and --plan choose among the plans of --from FILE")
    if is_all and (page or number):
        raise click.UsageError("--all shows every plan in turn; choose one with --plan N, for a page too")
    if plan_file is not None:
        text = read_text(plan_file)
        if is_all:
            answer_all(text, plan_file, form, as_json)
        else:
            _answer(chosen(text, plan_file, number), form, page, as_json)
        return
    assert query is not None
    from perfkit import connect, document
    from perfkit.capture import SCHEMA
    from perfkit.comparison.observed import observed

    asked = read_asked(query, params, setup)
    if asked.sets:
        raise click.UsageError("explain takes one set of parameters; perfkit investigate compares several")
    captured = connect(**connection).explain(
        asked.text, asked.parameters, runs=runs, allow_writes=allow_writes, setup=asked.setup
    )
    if output:
        document.write(output, captured, SCHEMA)
    _answer(observed(captured), form, page, as_json)


def _answer(found: Observed, form: str, page: Path | None, as_json: bool) -> None:
    """Write the page first: what is printed may go into a pipe that ends early."""
    if page:
        from perfkit.report import write_page

        write_page(found.capture or found.plan, page)
        click.echo(f"page: {page}", err=True)
    if as_json:
        from perfkit.document import dumps

        click.echo(dumps(_document(found)), nl=False)
    else:
        click.echo(shown(found, form))


def _document(found: Observed) -> dict[str, Any]:
    from perfkit import document

    if found.capture is None:
        return {"schema": "perfkit.plan/1", **as_document(found)}
    from perfkit.capture import SCHEMA

    return document.to_document(found.capture, SCHEMA)
