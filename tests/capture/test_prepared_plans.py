"""Custom and generic plans of real prepared statements, and what several sets of values do."""

from __future__ import annotations

import pytest

from perfkit import document
from perfkit.capture import SCHEMA, Capture
from perfkit.findings.examine_capture import examine_capture
from perfkit.lab import Lab
from perfkit.sql import parse_statement

pytestmark = pytest.mark.server

PREPARED = "prepare q (text) as select * from jobs where state = $1 order by id limit 20;"
RARE = "execute q('rare')"
COMMON = "execute q('done');"


def findings(found: Capture) -> set[str]:
    return {
        one.id for one in examine_capture(found, parse_statement(found.query.text)) if one.severity != "info"
    }


@pytest.mark.parametrize(
    "before",
    ["set plan_cache_mode = force_generic_plan;" + PREPARED, PREPARED + COMMON * 6],
    ids=["forced", "settled"],
)
def test_a_generic_plan_in_use_is_what_is_captured(production: Lab, before: str) -> None:
    found = production.explain(RARE, setup=before, runs=3)
    assert found.prepared is not None
    assert found.prepared.chosen == "generic"
    assert [node.index for node in found.plan.walk()][-1] == "jobs_pkey"
    assert [node.index for node in found.prepared.custom.plan.walk()][-1] == "jobs_state"
    assert len(found.prepared.custom.samples.values) == len(found.prepared.generic.samples.values) == 3
    assert findings(found) >= {"generic-plan-skew"}
    finding = next(
        one
        for one in examine_capture(found, parse_statement(found.query.text))
        if one.id == "generic-plan-skew"
    )
    assert finding.evidence["setting"] == "plan_cache_mode = force_custom_plan"
    assert float(str(finding.evidence["blocks_factor"])) > 2


@pytest.mark.parametrize(
    "before",
    [
        "set plan_cache_mode = force_custom_plan;" + PREPARED,
        "prepare q (text) as select * from jobs where state = $1;" + (RARE + ";") * 6,
    ],
    ids=["forced", "cheaper"],
)
def test_a_custom_plan_in_use_is_no_finding(production: Lab, before: str) -> None:
    found = production.explain(RARE, setup=before, runs=1)
    assert [node.index for node in found.plan.walk()][-1] == "jobs_state"
    assert "generic-plan-skew" not in findings(found)


def test_one_plan_for_all_is_no_finding(production: Lab) -> None:
    found = production.explain(
        "prepare p (int) as select * from prices where id = $1; execute p(4)",
        setup="set plan_cache_mode = force_generic_plan",
        runs=1,
    )
    assert found.prepared is None
    assert not findings(found)


def test_a_capture_with_its_session_saves_and_loads(production: Lab) -> None:
    found = production.explain(RARE, setup=PREPARED + COMMON * 6, runs=1)
    again = document.from_document(Capture, document.to_document(found, SCHEMA), SCHEMA)
    assert again == found


def test_several_sets_are_compared(production: Lab) -> None:
    found = production.investigate(
        "select * from jobs where state = $1 order by id limit 20",
        parameter_sets=[["rare"], ["done"], ["none"], ["rare"]],
        runs=1,
    )
    sensitivity = found.sensitivity
    assert sensitivity is not None
    assert (sensitivity.is_alike, sensitivity.is_in_use, sensitivity.left_out) == (False, False, 0)
    assert [[run.number for run in members] for members in sensitivity.shapes.values()] == [[1, 3, 4], [2]]
    assert sensitivity.worst in (1, 4)
    # the worst one, or where the generic plan is as clearly at fault, the one it serves worst
    assert found.query.parameters in (("rare",), ("none",))
    for shown in (
        str(found),
        found._repr_mimebundle_()["text/markdown"],
        found._repr_mimebundle_()["text/html"],
    ):
        assert "4 sets of parameters, 2 plan shapes" in shown


def test_sets_for_which_the_generic_plan_is_worse(production: Lab) -> None:
    found = production.investigate(
        "execute q('rare')",
        setup="set plan_cache_mode = force_generic_plan;" + PREPARED,
        runs=1,
    )
    assert found.findings[0].id == "generic-plan-skew"
    found = production.investigate(
        PREPARED,
        setup="set plan_cache_mode = force_generic_plan",
        parameter_sets=[["rare"], ["done"]],
        runs=1,
    )
    assert found.sensitivity is not None
    assert found.sensitivity.chosen == "generic"
    skew = next(one for one in found.findings if one.id == "generic-plan-skew")
    assert (skew.evidence["sets_worse"], skew.evidence["worst_set"]) == (1, 1)


def test_alike_sets_give_the_typical_one(production: Lab) -> None:
    found = production.investigate(
        "select * from prices where id = $1", parameter_sets=[[1], [2], [3]], runs=1
    )
    assert found.sensitivity is not None
    assert found.sensitivity.is_alike
    assert not [one for one in found.findings if one.severity != "info"]
