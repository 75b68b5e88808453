"""N runs against N runs, of whatever holds a plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import perfkit
from perfkit.capture.values import Counters, Measurement, Samples
from perfkit.comparison.observed import read_observed
from perfkit.errors import UsageError
from perfkit.plan import Plan, dump_json, parse_plan

PAIRS = Path(__file__).parents[1] / "plan" / "pairs"


def recorded(name: str) -> Plan:
    return parse_plan((PAIRS / f"{name}.json").read_text())


LOOP, HASH = recorded("loop_hash.before"), recorded("loop_hash.after")


def run(plan: Plan, ms: float, more_blocks: int = 0) -> Plan:
    """The plan as another run of it would have come out."""
    root = plan.root
    assert root.buffers is not None
    buffers = replace(root.buffers, shared_hit=root.buffers.shared_hit + more_blocks)
    return replace(plan, execution_ms=ms, root=replace(root, buffers=buffers))


def runs(plan: Plan, *times: float) -> list[Plan]:
    return [run(plan, ms, place) for place, ms in enumerate(times)]


def test_two_bare_plans_are_compared_and_their_times_are_not_judged() -> None:
    found = perfkit.diff(LOOP, HASH)
    assert found.runs is None
    assert "one run of each says nothing sure about time" in found.verdict
    assert "fewer blocks (2,042 → 150" in found.verdict
    assert type(found.edits[0]).__name__ == "Changed"


def test_a_verdict_says_whether_it_is_the_same_plan() -> None:
    """The same shape is not the same plan where conditions differ; without ANALYZE only costs are told."""
    literals = perfkit.diff(recorded("other_literal.before"), recorded("other_literal.after"))
    assert literals.verdict.startswith("A plan of the same shape; as many blocks")
    assert perfkit.diff(LOOP, LOOP).verdict.startswith("The same plan; as many blocks")
    bare = [parse_plan(f"Seq Scan on a  (cost=0.00..{cost} rows=1 width=4)") for cost in ("7.00", "9.50")]
    assert perfkit.diff(*bare).verdict == "The same plan; its cost 7.00 → 9.50"


def test_several_plans_on_a_side_are_runs_with_a_verdict() -> None:
    found = perfkit.diff(runs(LOOP, 9.0, 9.1, 9.2, 9.4, 9.9), runs(HASH, 3.0, 3.0, 3.1, 3.2, 3.9))
    assert found.runs is not None
    assert found.runs.times.verdict == "faster"
    assert "not interleaved" in found.runs.times.reason
    assert found.diff.before.execution_ms == 9.2, "the median run stands for its side"
    blocks = next(one for one in found.runs.counters if one.name == "shared_blocks")
    assert blocks.before is not None
    assert (blocks.before.low, blocks.before.high, blocks.direction) == (2042, 2046, "falls")


def test_noise_is_an_answer() -> None:
    found = perfkit.diff(runs(LOOP, 3.0, 4.5, 5.0, 9.0, 9.0), runs(LOOP, 3.0, 3.0, 3.1, 3.2, 3.9))
    assert found.runs is not None
    assert found.runs.times.verdict == "too noisy to tell"
    assert "time too noisy to tell" in found.verdict
    few = perfkit.diff(runs(LOOP, 9.0, 9.0), runs(LOOP, 3.0, 3.0))
    assert few.runs is not None
    assert few.runs.times.verdict == "too noisy to tell"


def test_runs_taken_in_turns_need_no_interval_clear_of_1() -> None:
    before, after = runs(LOOP, 10.0, 10.2, 14.0, 15.0, 16.0), runs(LOOP, 8.8, 9.0, 13.0, 16.0, 17.0)
    apart, in_turns = (perfkit.diff(before, after, is_interleaved=is_so).runs for is_so in (False, True))
    assert apart is not None and in_turns is not None
    assert (apart.times.verdict, in_turns.times.verdict) == ("too noisy to tell", "faster")


def test_runs_that_took_another_plan_are_told() -> None:
    found = perfkit.diff([*runs(LOOP, 9.0, 9.1), run(HASH, 2.0)], runs(LOOP, 9.0, 9.1, 9.2))
    assert found.is_same_shape, "the commonest plan stands for the side"
    assert found.notes == ("1 of the 3 runs before took another plan than the one shown",)


def test_measurements_and_plans_mix() -> None:
    def measured(plan: Plan, *times: float) -> Measurement:
        return Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=times))

    found = perfkit.diff(measured(LOOP, 9, 9, 9, 9, 9), measured(HASH, 3, 3, 3, 3, 3))
    assert found.runs is not None
    assert found.runs.times.verdict == "faster"
    mixed = perfkit.diff([measured(LOOP, 9, 9, 9), LOOP], [HASH, HASH])
    assert mixed.runs is not None
    assert mixed.runs.before.samples.values == (LOOP.execution_ms,) * 2, "times of one kind on both sides"


def test_every_sample_is_in_the_document() -> None:
    found = perfkit.diff(runs(LOOP, 9.0, 9.5), runs(HASH, 3.0)).to_document()
    document = json.loads(json.dumps(found))
    assert document["samples"] == {
        "unit": "ms", "before": [9.0, 9.5], "after": [3.0], "is_interleaved": False,
    }  # fmt: skip
    assert document["counters"][0]["before"] == {"low": 2042, "median": 2042.5, "high": 2043}
    assert document["times"]["verdict"] == "too noisy to tell"
    assert [one["fate"] for one in document["findings"]] == ["new"]


@pytest.mark.parametrize("given", ["[]", 7, None])
def test_what_holds_no_plan_is_refused(given: object) -> None:
    with pytest.raises(UsageError, match="holds no plan"):
        perfkit.diff(given, LOOP)  # type: ignore[arg-type]


def test_a_side_without_runs_is_refused() -> None:
    with pytest.raises(UsageError, match="no run on one side"):
        perfkit.diff([], LOOP)


def test_plans_that_perfkit_saved_are_read_back() -> None:
    one = json.dumps({"schema": "perfkit.plan/1", "plan": dump_json(LOOP)})
    several = json.dumps(
        {"schema": "perfkit.plans/1", "plans": [{"plan": dump_json(plan)} for plan in (LOOP, HASH)]}
    )
    assert [len(read_observed(text, "x")) for text in (one, several)] == [1, 2]
