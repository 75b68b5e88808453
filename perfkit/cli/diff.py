"""perfkit diff: compare two plans, captures or investigations, runs of them, or two statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfkit.cli.options import connection_options, json_option
from perfkit.cli.query import params_option, read_query, read_text, writes_option
from perfkit.errors import GateFailed, UsageError

if TYPE_CHECKING:
    from perfkit.comparison import Comparison
    from perfkit.comparison.observed import Observed
    from perfkit.render.diff_report import DiffReport

SCHEMA = "perfkit.diff/1"
AGAINST = "--against"

_TOLERANCE = click.FloatRange(min=0)


class _Sides(click.Command):
    """A command whose ``--against`` takes every word up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spelled: list[str] = []
        is_later = False
        for word in args:
            is_option = word.startswith("-") and word != "-"
            if is_later and not is_option:
                spelled += [AGAINST, word]
            elif word == AGAINST:
                is_later = True
            else:
                is_later = is_later and not is_option
                spelled.append(word)
        return super().parse_args(ctx, spelled)


@click.command("diff", cls=_Sides)
@click.argument("before", nargs=-1, required=True, metavar="BEFORE [AFTER]")
@click.option(
    AGAINST,
    "after",
    multiple=True,
    metavar="AFTER...",
    help="Runs of the later side, where there are several on a side.",
)
@click.option(
    "--interleaved", is_flag=True, help="The runs of both sides were taken in turns: their times can be trusted more."
)  # fmt: skip
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a self-contained HTML page.",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Answer in Markdown, for a merge request.")
@click.option(
    "--gate", is_flag=True, help="Exit with 1 when the later plan is worse by what hardly varies; see below."
)
@click.option(
    "--blocks-tolerance", type=_TOLERANCE, default=10, show_default=True, metavar="PERCENT",
    help="--gate: shared blocks may rise by this.",
)  # fmt: skip
@click.option(
    "--rows-tolerance", type=_TOLERANCE, default=10, show_default=True, metavar="PERCENT",
    help="--gate: rows returned, and rows thrown away, may rise by this.",
)  # fmt: skip
@click.option(
    "--temp-tolerance", type=_TOLERANCE, default=10, show_default=True, metavar="PERCENT",
    help="--gate: temp blocks may rise by this.",
)  # fmt: skip
@click.option(
    "--gate-time", is_flag=True, help="--gate: also when runs against runs are slower beyond doubt."
)  # fmt: skip
@params_option
@click.option(
    "--runs", type=click.IntRange(1, 1000), default=9, show_default=True,
    help="Of two statements: timed runs of each, in turns.",
)  # fmt: skip
@writes_option
@connection_options
@json_option
def command(
    before: tuple[str, ...],
    after: tuple[str, ...],
    interleaved: bool,
    page: Path | None,
    as_markdown: bool,
    gate: bool,
    blocks_tolerance: float,
    rows_tolerance: float,
    temp_tolerance: float,
    gate_time: bool,
    params: str | None,
    runs: int,
    allow_writes: bool,
    as_json: bool,
    **connection: Any,
) -> None:
    """Compare two plans: BEFORE and AFTER are EXPLAIN's output in any format, captures or investigations that perfkit
    saved, in any mix; - for standard input. Of two captures it also says what differed around them.

    A side may have several runs: files before and after --against, a folder, or a file with several plans. Their counters
    are compared as ranges and their times with a verdict, of which "too noisy to tell" is one.

    Two .sql files are run on a database, in turns, and compared with that verdict.

    --gate judges what hardly varies between runs: blocks, temp blocks, rows, and a plan that reads an index no more,
    spills or is not parallel any more without reading fewer blocks. Times fail it with --gate-time alone, and only where
    the verdict on runs against runs is "slower".

    \b
    Example:
      perfkit diff monday.json tuesday.json
      perfkit diff main.json branch.json --gate --markdown >> comment.md
      perfkit diff old.txt new.txt --html diff.html
      perfkit diff monday-*.json --against tuesday-*.json
      perfkit diff slow.sql rewritten.sql --dsn service=staging --params '[42]'

    Exit status: 0 compared, 1 --gate found a regression, 2 a file cannot be read, 3 the server failed.
    """
    from perfkit.plan.gate import Tolerances
    from perfkit.render.diff_report import DiffReport

    if as_json and as_markdown:
        raise click.UsageError("give either --json or --markdown")
    one, other = _sides(before, after)
    if all(name.endswith(".sql") for name in (*one, *other)):
        comparison = _run(one, other, params, runs, allow_writes, connection)
    else:
        from perfkit.comparison.compare import compare

        comparison = compare(_read(one), _read(other), is_interleaved=interleaved)
    found = None
    if gate or gate_time:
        allowed = Tolerances(
            blocks=blocks_tolerance / 100, rows=rows_tolerance / 100, temp=temp_tolerance / 100
        )
        found = comparison.regressions(allowed, with_time=gate_time)
    report = DiffReport(comparison=comparison, regressions=found, before=_named(one), after=_named(other))
    if page:
        from perfkit.report.comparison import write_comparison

        write_comparison(report, page)
        click.echo(f"page: {page}", err=True)
    _answer(report, as_json, as_markdown)
    if found:
        raise GateFailed(_sentence([one.text for one in found]))


def _sides(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of both sides; without --against there are two, one for each."""
    if not after:
        if len(before) != 2:
            raise click.UsageError(
                f"expected BEFORE and AFTER, got {len(before)} names; several runs go before and after {AGAINST}"
            )
        before, after = before[:1], before[1:]
    if [*before, *after].count("-") > 1:
        raise click.UsageError("standard input holds one side; name a file for the other")
    return before, after


def _read(names: tuple[str, ...]) -> tuple[Observed, ...]:
    from perfkit.comparison.observed import read_observed

    files = [path for name in names for path in _files(name)]
    return tuple(one for path in files for one in read_observed(read_text(path), path))


def _files(name: str) -> list[str]:
    folder = Path(name)
    if name == "-" or not folder.is_dir():
        return [name]
    found = sorted(str(path) for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    if not found:
        raise UsageError(f"the folder {name} is empty, expected plans or captures in it")
    return found


def _run(
    before: tuple[str, ...],
    after: tuple[str, ...],
    params: str | None,
    runs: int,
    allow_writes: bool,
    connection: dict[str, Any],
) -> Comparison:
    from perfkit import connect

    if len(before) != 1 or len(after) != 1:
        raise click.UsageError("give one statement on each side; --runs says how often each is run")
    (one, values), (other, other_values) = read_query(before[0], params), read_query(after[0], params)
    return connect(**connection).compare(
        one, other, values, params_after=other_values, runs=runs, allow_writes=allow_writes
    )


def _named(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} files: {names[0]} … {names[-1]}"


def _answer(report: DiffReport, as_json: bool, as_markdown: bool) -> None:
    if as_json:
        from perfkit.document import dumps

        found = report.regressions
        told = None if found is None else [{"kind": one.kind, "text": one.text} for one in found]
        document = {"schema": SCHEMA, **report.comparison.to_document(), "regressions": told}
        click.echo(dumps(document), nl=False)
    elif as_markdown:
        from perfkit.render import to_markdown

        click.echo(to_markdown(report), nl=False)
    else:
        click.echo(str(report))


def _sentence(texts: list[str]) -> str:
    more = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    return f"the plan got worse: {texts[0]}{more}"
