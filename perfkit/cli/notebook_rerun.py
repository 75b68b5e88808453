"""perfkit notebook rerun: a stored run once more, and what came out otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from perfkit.cli.notebook_run import given_parameters, now
from perfkit.cli.options import json_option


@click.command("rerun")
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--parameter",
    "-p",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter otherwise than the report has it, or one that the report has masked.",
)
@click.option("--notebook", help="The notebook, where the one that the report names is no longer there.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the new report. Default: reports/NAME-<date and time>.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Ends the whole run."
)
@json_option
def rerun(
    report: Path,
    pairs: tuple[str, ...],
    notebook: str | None,
    output: Path | None,
    timeout: float | None,
    as_json: bool,
) -> int:
    """Run the notebook of REPORT (a report.html, a run.json or its folder) with the same parameters, and say what changed.

    Prints verdicts, findings, advice and blocks that are not as they were, and what differs around them: versions, data
    set, settings, the notebook. The new folder gets changes.html, both plans beside each other, beside the new report.

    \b
    Example:
      perfkit notebook rerun reports/investigate/report.html
      perfkit notebook rerun run.json -p params='[42]' --output again

    Exit status: 0 the run was fine, whatever changed; 2 usage, 3 the notebook failed or ran out of time.
    """
    from perfkit.document import dumps
    from perfkit.progress import progress_for_here
    from perfkit.report.again import read_stored, run_again
    from perfkit.report.changes import write_changes

    before = read_stored(report)
    folder = output or Path("reports") / f"{Path(before.notebook).name}-{now()}"
    after, changes = run_again(
        before,
        folder,
        parameters=given_parameters((), pairs),
        notebook=notebook,
        timeout=timeout,
        progress=progress_for_here(),
    )
    if not after.is_ok:
        click.echo(f"perfkit: {after.sentence}", err=True)
    page = write_changes(changes, folder)
    if as_json:
        click.echo(dumps(changes.to_document()), nl=False)
    else:
        click.echo(changes.text())
        click.echo(str(page))
    return after.exit_status
