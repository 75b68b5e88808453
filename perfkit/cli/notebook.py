"""perfkit notebook: list, describe and run the parameterised notebooks."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from perfkit.cli.options import json_option
from perfkit.errors import UsageError


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
    from perfkit.report.notebooks import find, name_of, title_of
    from perfkit.report.parameters import describe

    path = find(name)
    parameters = describe(path)
    if as_json:
        listed = [to_document(one) for one in parameters]
        _answer("notebook", {"name": name_of(path), "title": title_of(path), "parameters": listed})
        return
    click.echo(title_of(path))
    for one in parameters:
        default = json.dumps(one.default, ensure_ascii=False)
        click.echo(f"\n  {one.name}: {one.type} = {default}\n      {one.help}")


@command.command("run")
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
@json_option
def run(
    name: str,
    pairs: tuple[str, ...],
    files: tuple[Path, ...],
    output: Path | None,
    timeout: float | None,
    redact: bool,
    as_json: bool,
) -> int:
    """Run NAME in a fresh kernel and write run.json, report.html, report.md and report.ipynb.

    Prints the path of report.html. What the notebook prints goes into the report; progress goes to stderr.

    \b
    Example:
      perfkit notebook run investigate -p query=tracker/last_build_of_famous_projects
      perfkit notebook run investigate -p query=slow.sql -p dataset= -p dsn_variable=STAGING_DSN

    Exit status: 0 fine, 2 usage, 3 the notebook failed or ran out of time, 130 or 143 when interrupted.
    """
    from perfkit.document import dumps, to_document
    from perfkit.progress import progress_for_here
    from perfkit.report import run_notebook
    from perfkit.report.notebooks import find, name_of
    from perfkit.report.outcome import HTML_FILE, SCHEMA

    folder = output or Path("reports") / f"{Path(name_of(find(name))).name}-{_now()}"
    parameters: dict[str, object] = {}
    for file in files:
        parameters |= _read_parameters(file)
    parameters |= dict(_pair(pair) for pair in pairs)
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


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(f"-p takes name=value, got {text!r}")
    return name.strip(), value


def _read_parameters(path: Path) -> dict[str, Any]:
    """Parameters from a file: JSON by its suffix, YAML otherwise."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    if path.suffix == ".json":
        try:
            found = json.loads(text)
        except ValueError as error:
            raise UsageError(f"{path} is not JSON: {error}") from None
    else:
        import yaml

        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UsageError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UsageError(f"{path} holds no parameters: expected name: value lines")
    return {str(name): value for name, value in found.items()}


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")


def _answer(kind: str, found: dict[str, Any]) -> None:
    from perfkit.document import dumps

    click.echo(dumps({"schema": f"perfkit.{kind}/1", **found}), nl=False)
