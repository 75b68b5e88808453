"""The parts of an investigation as values of their own: a notebook shows them cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfkit.render.blocks import Blocks
from perfkit.render.charts import Chart, chart_of_samples
from perfkit.render.investigation import TITLES, has_part, part, sample_series
from perfkit.render.plan_page import PlanChart
from perfkit.show import Shown

if TYPE_CHECKING:
    from perfkit.investigation import Investigation


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Shown):
    """One part of an investigation, ready to be shown."""

    name: str
    title: str
    investigation: Investigation


def section_blocks(section: Section) -> Blocks:
    return part(section.investigation, section.name)


def sections(investigation: Investigation) -> dict[str, Section | Chart | PlanChart]:
    """Every part by its name, in reading order: verdict, query, findings, advice, rejected, plan, flame, estimates, diff,
    samples, environment. ``flame`` and ``estimates`` are pictures of the plan, ``samples`` is one where there are samples
    to draw; each has a table of the same figures for where no picture can be shown."""
    parts: dict[str, Section | Chart | PlanChart] = {}
    for name, title in TITLES.items():
        if not has_part(investigation, name):
            continue
        if name == "samples" and any(samples.values for _, samples in sample_series(investigation)):
            parts[name] = chart_of_samples(investigation)
        else:
            parts[name] = Section(name=name, title=title, investigation=investigation)
        if name == "plan":
            parts["flame"] = PlanChart(plan=investigation.before.plan, kind="flame")
            parts["estimates"] = PlanChart(plan=investigation.before.plan, kind="estimates")
    return parts
