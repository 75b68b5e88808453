"""perfkit notebook: list, describe, begin and run the parameterised notebooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from perfkit.cli.notebook_rerun import rerun
from perfkit.cli.notebook_run import run
from perfkit.cli.options import json_option


@click.group("notebook")
def command() -> None:
    """Parameterised notebooks: what they take, and running them into a report.

    \b
    Example:
      perfkit notebook list
      perfkit notebook describe investigate
      perfkit notebook run investigate -p query=slow.sql -p dataset=tracker --output report
    """


@command.command("list")
@json_option
def list_notebooks(as_json: bool) -> None:
    """Name the notebooks that come with perfkit.

    \b
    Example:
      perfkit notebook list
    """
    from perfkit.report.notebooks import available, name_of, title_of

    found = [(name_of(path), title_of(path)) for path in available()]
    if as_json:
        _answer("notebooks", {"notebooks": [{"name": name, "title": title} for name, title in found]})
        return
    width = max((len(name) for name, _ in found), default=0)
    for name, title in found:
        click.echo(f"{name:<{width}}  {title}")


@command.command("describe")
@click.argument("name")
@json_option
def describe_notebook(name: str, as_json: bool) -> None:
    """Show the parameters NAME takes: a notebook that comes with perfkit, or the path of an .ipynb file.

    \b
    Example:
      perfkit notebook describe investigate
    """
    from perfkit.document import to_document
    from perfkit.report.notebooks import find, name_of, smoke_of, title_of
    from perfkit.report.parameters import describe

    path = find(name)
    parameters = describe(path)
    smoke = smoke_of(path)
    if as_json:
        listed = [to_document(one) for one in parameters]
        answer = {"name": name_of(path), "title": title_of(path), "parameters": listed, "smoke": smoke}
        _answer("notebook", answer)
        return
    click.echo(title_of(path))
    for one in parameters:
        default = json.dumps(one.default, ensure_ascii=False)
        click.echo(f"\n  {one.name}: {one.type} = {default}\n      {one.help}")
    if smoke is not None:
        values = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in smoke.items())
        click.echo(f"\n  --smoke: {values}")


@command.command("new")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where it goes; default: here.",
)
def new(name: str, folder: Path) -> None:
    """Write NAME.ipynb: a thin notebook with a parameters cell, which runs as it is.

    \b
    Example:
      perfkit notebook new slow_mondays
      perfkit notebook run slow_mondays.ipynb -p query=slow.sql
    """
    from perfkit.report.skeleton import new_notebook

    click.echo(str(new_notebook(name, folder)))


@command.command("book")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports/docs"),
    show_default=True,
    help="Folder of the site.",
)
@click.option(
    "--only", multiple=True, metavar="ID", help="Execute this page; can be given often. Default: all."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Pages executed at a time."
)
@json_option
def book(output: Path, only: tuple[str, ...], jobs: int, as_json: bool) -> int:
    """Execute the anti-pattern book on the embedded server and write it as a site that works from its folder.

    Prints the path of index.html. Each page measures a bad form and a good one on a copy of the data set tracker, and fails
    where a claim it makes does not hold; the others are written all the same.

    \b
    Example:
      perfkit notebook book --output site
      perfkit notebook book --only offset-pagination

    Exit status: 0 fine, 2 usage, 3 a page failed.
    """
    from perfkit.document import to_document
    from perfkit.progress import progress_for_here
    from perfkit.report.site import build_site, chosen_pages

    outcomes = build_site(chosen_pages(only), output, jobs=jobs, progress=progress_for_here())
    failed = [one for one in outcomes if not one.is_ok]
    for one in failed:
        click.echo(f"perfkit: {one.error}", err=True)
    if as_json:
        _answer("book", {"site": str(output / "index.html"), "pages": [to_document(one) for one in outcomes]})
    else:
        click.echo(str(output / "index.html"))
    return 3 if failed else 0


@command.command("index")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def index(folder: Path) -> None:
    """Write FOLDER/index.html over the runs below it: status, verdict, and each statement's blocks and time from run to run.

    \b
    Example:
      perfkit notebook index reports
    """
    from perfkit.report.index import write_index

    click.echo(str(write_index(folder)))


command.add_command(run)
command.add_command(rerun)


def _answer(kind: str, found: dict[str, Any]) -> None:
    from perfkit.document import dumps

    click.echo(dumps({"schema": f"perfkit.{kind}/1", **found}), nl=False)
