"""Named parts of the values that a notebook shows cell by cell: comparisons, experiments, sensitivity, workloads, health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from perfkit.redact import redacted
from perfkit.render.blocks import Blocks
from perfkit.show import Shown

_PARTS: dict[str, dict[str, tuple[str, str]]] = {
    "SettingsExperiment": {
        "verdict": ("", "settings_experiment.answer_blocks"),
        "query": ("Statement", "environment.query_blocks:query"),
        "choices": ("The settings", "settings_experiment.choices_table"),
        "plans": ("The plans", "settings_experiment.plans_blocks"),
        "environment": ("Environment", "environment.environment_blocks:environment"),
    },
    "Survey": {
        "verdict": ("", "survey.verdict_blocks"),
        "statements": ("The statements", "survey.statements_table"),
        "causes": ("What their plans show", "survey.causes_blocks"),
        "environment": ("Environment", "environment.environment_blocks:environment"),
    },
    "Sensitivity": {
        "verdict": ("", "sensitivity.lead_blocks"),
        "sets": ("The sets of values", "sensitivity.sets_blocks"),
    },
    "PlanDiagram": {
        "verdict": ("", "plan_flips.lead_blocks"),
        "plans": ("The plans", "plan_flips.plans_blocks"),
        "flips": ("Where the plan flips", "plan_flips.flips_blocks"),
    },
    "Health": {
        "verdict": ("", "health.verdict_blocks"),
        "findings": ("What is amiss", "health.findings_blocks"),
        "script": ("What to run", "health.script_blocks"),
        "environment": ("Environment", "environment.environment_blocks:environment"),
    },
}
"""Class → part → its title and the function that makes its blocks, of one field of the value where one is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Shown):
    """One part, ready to be shown."""

    name: str
    title: str
    value: Any


def parts_of(value: object) -> dict[str, Part]:
    """The parts of a value by name, in reading order. TypeError for one that is shown in one piece."""
    if type(value).__name__ not in _PARTS:
        raise TypeError(f"a {type(value).__name__} is shown in one piece")
    return {
        name: Part(name=name, title=title, value=value)
        for name, (title, _) in _PARTS[type(value).__name__].items()
    }


def part_blocks(part: Part) -> Blocks:
    value = redacted(part.value)
    place, _, attribute = _PARTS[type(value).__name__][part.name][1].partition(":")
    module, name = place.split(".")
    function: Callable[[Any], Any] = getattr(import_module(f"perfkit.render.{module}"), name)
    found = function(getattr(value, attribute) if attribute else value)
    return found if isinstance(found, tuple) else (found,)
