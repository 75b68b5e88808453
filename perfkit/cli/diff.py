"""perfkit diff: compare two plans, captures or investigations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfkit.cli.options import json_option
from perfkit.cli.query import read_text
from perfkit.errors import GateFailed, UsageError

if TYPE_CHECKING:
    from perfkit.capture.compare import Comparison
    from perfkit.capture.values import Capture
    from perfkit.findings.finding import Finding
    from perfkit.plan import Plan
    from perfkit.render.diff_report import DiffReport

SCHEMA = "perfkit.diff/1"

_TOLERANCE = click.FloatRange(min=0)


@click.command("diff")
@click.argument("before")
@click.argument("after")
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
@json_option
def command(
    before: str,
    after: str,
    page: Path | None,
    as_markdown: bool,
    gate: bool,
    blocks_tolerance: float,
    rows_tolerance: float,
    temp_tolerance: float,
    as_json: bool,
) -> None:
    """Compare two plans: BEFORE and AFTER are EXPLAIN's output, captures or investigations that perfkit saved, in any
    mix; - for standard input. Of two captures it also says what differed around them, and what their times are worth.

    --gate judges what hardly varies between runs: blocks, temp blocks, rows, and a plan that reads an index no more,
    spills or is not parallel any more without reading fewer blocks. Times are shown, but do not fail the gate.

    \b
    Example:
      perfkit diff monday.json tuesday.json
      perfkit diff main.json branch.json --gate --markdown >> comment.md
      perfkit diff old.txt new.txt --html diff.html

    Exit status: 0 compared, 1 --gate found a regression, 2 a file cannot be read.
    """
    from perfkit.plan.gate import Tolerances, regressions
    from perfkit.render.diff_report import DiffReport

    if as_json and as_markdown:
        raise click.UsageError("give either --json or --markdown")
    if before == after == "-":
        raise click.UsageError("standard input holds one plan; name a file for the other")
    one, other = _Source.read(before), _Source.read(after)
    comparison = _compared(one, other)
    found = None
    if gate:
        allowed = Tolerances(
            blocks=blocks_tolerance / 100, rows=rows_tolerance / 100, temp=temp_tolerance / 100
        )
        found = regressions(comparison.diff, allowed)
    report = DiffReport(
        comparison=comparison,
        findings=_findings(comparison, one, other),
        regressions=found,
        before=before,
        after=after,
    )
    if page:
        from perfkit.report.comparison import write_comparison

        write_comparison(report, page)
        click.echo(f"page: {page}", err=True)
    _answer(report, as_json, as_markdown)
    if found:
        raise GateFailed(_sentence([one.text for one in found]))


def _answer(report: DiffReport, as_json: bool, as_markdown: bool) -> None:
    if as_json:
        from perfkit.document import dumps

        click.echo(dumps(_document(report)), nl=False)
    elif as_markdown:
        from perfkit.render import to_markdown

        click.echo(to_markdown(report), nl=False)
    else:
        click.echo(str(report))


def _sentence(texts: list[str]) -> str:
    more = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    return f"the plan got worse: {texts[0]}{more}"


class _Source:
    """One side: a plan, with the capture around it and the findings where the file has them."""

    def __init__(self, plan: Plan, capture: Capture | None, findings: tuple[Finding, ...] | None) -> None:
        self.plan, self.capture, self.findings = plan, capture, findings

    @classmethod
    def read(cls, source: str) -> _Source:
        from perfkit.document import from_document
        from perfkit.plan import parse_plan, read_json

        text = read_text(source)
        try:
            document = json.loads(text)
        except ValueError:
            return cls(parse_plan(text), None, None)
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema is None:
            return cls(parse_plan(text), None, None)
        if schema == "perfkit.plan/1":
            return cls(read_json(document["plan"]), None, None)
        if schema == "perfkit.capture/1":
            from perfkit.capture.values import Capture

            captured = from_document(Capture, document, schema)
            return cls(captured.plan, captured, None)
        if schema == "perfkit.investigation/1":
            from perfkit.capture.values import Capture
            from perfkit.investigation import Investigation

            found = from_document(Investigation, document, schema)
            captured = Capture(
                query=found.query,
                measurement=found.before,
                environment=found.environment,
                catalog=found.catalog,
                notes=found.notes,
            )
            return cls(captured.plan, captured, found.findings)
        raise UsageError(
            f"{source} is a {schema} document and holds no single plan; give a capture, an investigation or EXPLAIN's output"
        )

    def examined(self) -> tuple[Finding, ...]:
        """The findings of the file, or those that its plan gives."""
        if self.findings is not None:
            return self.findings
        from perfkit.findings import examine
        from perfkit.sql import parse_statement

        if self.capture is None:
            return examine(self.plan)
        try:
            statement = parse_statement(self.capture.query.text)
        except UsageError:
            statement = None
        return examine(self.plan, statement, self.capture.catalog)


def _compared(one: _Source, other: _Source) -> Comparison:
    from perfkit.capture.compare import Comparison, compare_captures
    from perfkit.plan import diff

    if one.capture is not None and other.capture is not None:
        return compare_captures(one.capture, other.capture)
    return Comparison(diff=diff(one.plan, other.plan))


def _findings(comparison: Comparison, one: _Source, other: _Source) -> tuple[Any, ...]:
    from perfkit.findings.compare import compare_findings

    return compare_findings(comparison.diff, one.examined(), other.examined())


def _document(report: DiffReport) -> dict[str, Any]:
    found = report.regressions
    return {
        "schema": SCHEMA,
        **report.comparison.to_document(),
        "findings": [
            {
                "fate": one.fate,
                "id": one.finding.id,
                "severity": one.finding.severity,
                "title": one.finding.title,
                "before_node": one.before.node if one.before else None,
                "after_node": one.after.node if one.after else None,
            }
            for one in report.findings
        ],
        "regressions": None if found is None else [{"kind": one.kind, "text": one.text} for one in found],
    }
