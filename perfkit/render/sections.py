"""The parts of an investigation or of index advice as values of their own: a notebook shows them cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from perfkit.render import index_advice as advised
from perfkit.render import investigation as investigated
from perfkit.render.blocks import Blocks
from perfkit.render.charts import Chart, chart_of_samples
from perfkit.render.diff_report import DiffPart, DiffReport
from perfkit.render.diff_report import parts as diff_parts
from perfkit.render.frontier import FrontierChart, chart_of_frontier
from perfkit.render.part import Part, parts_of
from perfkit.render.plan_diagram import PlanDiagramChart
from perfkit.render.plan_page import PlanChart
from perfkit.show import Shown

if TYPE_CHECKING:
    from perfkit.capture.plan_diagram import PlanDiagram
    from perfkit.capture.sensitivity import Sensitivity
    from perfkit.capture.settings_experiment import SettingsExperiment
    from perfkit.comparison import Comparison
    from perfkit.health import Health
    from perfkit.index_advice import IndexAdvice
    from perfkit.investigation import Investigation
    from perfkit.workload_survey import Survey

Shape: TypeAlias = "Section | Chart | FrontierChart | PlanChart | Part | PlanDiagramChart | DiffPart"
Divided: TypeAlias = "Investigation | IndexAdvice | Comparison | SettingsExperiment | Sensitivity | PlanDiagram | Survey | Health"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Shown):
    """One part, ready to be shown."""

    name: str
    title: str
    value: Investigation | IndexAdvice


def section_blocks(section: Section) -> Blocks:
    from perfkit.investigation import Investigation

    if isinstance(section.value, Investigation):
        return investigated.part(section.value, section.name)
    return advised.part(section.value, section.name)


def sections(value: Divided) -> dict[str, Shape]:
    """Every part by its name, in reading order. Of an investigation: verdict, query, findings, advice, rejected, plan, flame,
    estimates, diff, samples, environment; of index advice: verdict, indexes, refused, statements, frontier, migration,
    environment. ``flame`` and ``estimates`` are pictures of the plan, ``samples`` and ``frontier`` are where there is
    something to draw; each has a table of the same figures for where no picture can be shown. Of a comparison: verdict, beside,
    nodes, runs, findings, causes, as far as there is something; of an experiment with settings: verdict, query, choices, samples,
    plans, environment; of sets of parameters: verdict, sets; of a plan diagram: verdict, plans, flips, diagram; of a survey: verdict,
    statements, causes, environment; of a database's health: verdict, findings, script, environment."""
    from perfkit.comparison import Comparison
    from perfkit.index_advice import IndexAdvice
    from perfkit.investigation import Investigation

    if isinstance(value, Investigation):
        return _investigation(value)
    if isinstance(value, IndexAdvice):
        return _advice(value)
    if isinstance(value, Comparison):
        return {part.name: part for part in diff_parts(DiffReport(comparison=value))}
    return {**parts_of(value), **_pictures(value)}


def _pictures(value: Divided) -> dict[str, Shape]:
    from perfkit.capture.plan_diagram import PlanDiagram
    from perfkit.capture.settings_experiment import AS_IT_IS, SettingsExperiment

    if isinstance(value, PlanDiagram):
        return {"diagram": PlanDiagramChart(found=value)}
    if isinstance(value, SettingsExperiment):
        named = {AS_IT_IS: value.before} | {run.name: run.measurement for run in value.runs}
        return {"samples": chart_of_samples(named)}
    return {}


def _investigation(investigation: Investigation) -> dict[str, Shape]:
    parts: dict[str, Shape] = {}
    for name, title in investigated.TITLES.items():
        if not investigated.has_part(investigation, name):
            continue
        series = investigated.sample_series(investigation) if name == "samples" else []
        if any(samples.values for _, samples in series):
            parts[name] = chart_of_samples(investigation)
        else:
            parts[name] = Section(name=name, title=title, value=investigation)
        if name == "plan":
            parts["flame"] = PlanChart(plan=investigation.before.plan, kind="flame")
            parts["estimates"] = PlanChart(plan=investigation.before.plan, kind="estimates")
    return parts


def _advice(advice: IndexAdvice) -> dict[str, Shape]:
    parts: dict[str, Shape] = {
        name: Section(name=name, title=title, value=advice) for name, title in advised.TITLES.items()
    }
    return parts | {"frontier": chart_of_frontier(advice)}
