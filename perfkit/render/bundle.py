"""Any value to text, Markdown and HTML: the door that ``perfkit.show.Shown`` goes through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import Any

from perfkit.redact import redacted
from perfkit.render.blocks import Blocks, paragraph
from perfkit.render.escape import for_html, for_markdown, one_line, shortened
from perfkit.render.html import NO_MATH, write_html
from perfkit.render.markdown import write_markdown
from perfkit.render.text import write_text

_FAULT_LENGTH = 300

_PICTURES = {
    "perfkit.advise.values.Advice": "advice.one_advice",
    "perfkit.advise.values.Rejected": "advice.one_rejected",
    "perfkit.book.claim.Claim": "book.claim_blocks",
    "perfkit.book.compared.Compared": "book.compared_blocks",
    "perfkit.book.measured.Measured": "book.measured_blocks",
    "perfkit.book.rows.Rows": "book.rows_blocks",
    "perfkit.capture.plan_diagram.PlanDiagram": "plan_flips.diagram_blocks",
    "perfkit.capture.sensitivity.Sensitivity": "sensitivity.sensitivity_blocks",
    "perfkit.capture.settings_experiment.SettingsExperiment": "settings_experiment.experiment_blocks",
    "perfkit.capture.values.Capture": "capture.capture_blocks",
    "perfkit.capture.values.Environment": "environment.environment_blocks",
    "perfkit.capture.values.Measurement": "capture.measurement_blocks",
    "perfkit.capture.values.Query": "environment.query_blocks",
    "perfkit.change_trial.ChangeTrial": "change_trial.change_trial_blocks",
    "perfkit.comparison.comparison.Comparison": "diff_report.comparison_blocks",
    "perfkit.findings.finding.Finding": "findings.one_finding",
    "perfkit.gate.calibrate.Calibration": "calibration.calibration_blocks",
    "perfkit.gate.report.GateReport": "gate.gate_blocks",
    "perfkit.health.Health": "health.health_blocks",
    "perfkit.index_advice.IndexAdvice": "index_advice.index_advice_blocks",
    "perfkit.investigation.SessionSummary": "session.session_blocks",
    "perfkit.investigation.Investigation": "investigation.investigation_blocks",
    "perfkit.findings.compare.FindingChange": "diff_comparison.one_finding_change",
    "perfkit.findings.page.Page": "finding_page.page_blocks",
    "perfkit.plan.diff.PlanDiff": "diff.diff_blocks",
    "perfkit.plan.model.Plan": "plan.plan_blocks",
    "perfkit.render.diff_report.DiffPart": "diff_report.part_blocks",
    "perfkit.render.diff_report.DiffReport": "diff_report.report_blocks",
    "perfkit.render.drawn.DrawnChart": "drawn.chart_blocks",
    "perfkit.render.part.Part": "part.part_blocks",
    "perfkit.render.plan_page.PlanPart": "plan_page.part_blocks",
    "perfkit.render.sections.Section": "sections.section_blocks",
    "perfkit.workload_survey.Survey": "survey.survey_blocks",
    "perfkit.workload.queries.Workload": "workload.workload_blocks",
}
"""Which function makes blocks of a value. By name, so that showing a plan loads neither driver nor parser."""

_COLLECTIONS = {
    "perfkit.advise.values.Advice": "advice.advice_blocks",
    "perfkit.advise.values.Rejected": "advice.rejected_blocks",
    "perfkit.findings.compare.FindingChange": "diff_comparison.finding_changes_blocks",
    "perfkit.findings.finding.Finding": "findings.findings_blocks",
}
"""The same for several values of one kind, which are shown in their order of weight or in one table."""


def blocks_of(value: object) -> Blocks:
    """The value as blocks, without literals in a run that masks them. TypeError for a value that perfkit has no picture of."""
    value = redacted(value)
    if isinstance(value, tuple | list):
        return _several(value)
    for kind in type(value).__mro__:
        picture = _PICTURES.get(_name(kind))
        if picture:
            return _function(picture)(value)
    raise TypeError(f"no picture of {type(value).__name__}")


def to_text(value: object) -> str:
    """The value as aligned plain text; one line that names the fault when it cannot be shown."""
    try:
        return write_text(blocks_of(value))
    except Exception as fault:
        return _fault(value, fault)


def to_markdown(value: object) -> str:
    """The value as Markdown for merge requests, wikis and reports."""
    try:
        return write_markdown(blocks_of(value)) + "\n"
    except Exception as fault:
        return for_markdown(_fault(value, fault)) + "\n"


def to_html(value: object) -> str:
    """The value as an HTML fragment: one ``div`` without script, style element or id."""
    try:
        return write_html(blocks_of(value), kind(value))
    except Exception as fault:
        return f'<div class="perfkit {NO_MATH}">{for_html(_fault(value, fault))}</div>'


def mimebundle(
    value: object, include: Collection[str] | None = None, exclude: Collection[str] | None = None
) -> dict[str, str]:
    """What a notebook shows of the value; never raises and never asks the server."""
    try:
        blocks = blocks_of(value)
        bundle = {
            "text/plain": write_text(blocks),
            "text/markdown": write_markdown(blocks) + "\n",
            "text/html": write_html(blocks, kind(value)),
        }
    except Exception as fault:
        bundle = {"text/plain": _fault(value, fault)}
    return chosen(bundle, include, exclude)


def chosen(
    bundle: dict[str, Any], include: Collection[str] | None, exclude: Collection[str] | None
) -> dict[str, Any]:
    """The formats a viewer asked for."""
    return {
        mime: content
        for mime, content in bundle.items()
        if (not include or mime in include) and (not exclude or mime not in exclude)
    }


def kind(value: object) -> str:
    """The value's kind in a word, part of its class in HTML.

    >>> kind(())
    'tuple'
    """
    name = getattr(value, "name", None) if type(value).__name__ == "Section" else None
    return name if isinstance(name, str) else type(value).__name__.lower()


def _several(values: Sequence[object]) -> Blocks:
    if not values:
        return (paragraph("Nothing to show."),)
    kinds = {_name(type(value)) for value in values}
    together = _COLLECTIONS.get(kinds.pop()) if len(kinds) == 1 else None
    if together:
        return _function(together)(values)
    return tuple(block for value in values for block in blocks_of(value))


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _function(place: str) -> Callable[[Any], Blocks]:
    module, name = place.split(".")
    function: Callable[[Any], Blocks] = getattr(import_module(f"perfkit.render.{module}"), name)
    return function


def _fault(value: object, fault: Exception) -> str:
    try:
        said = str(fault)
    except Exception:
        said = ""
    return shortened(
        one_line(f"perfkit cannot show this {type(value).__name__}: {type(fault).__name__}: {said}"),
        _FAULT_LENGTH,
    )
